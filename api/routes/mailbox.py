"""`/api/services/{service_id}/mailbox`."""

from uuid import UUID

from fastapi import APIRouter

from api.dependencies import Connection, Process, Reader, Writer
from api.operations import mailbox as operations
from api.schemas.mailbox import MailboxIn, MailboxOut
from api.schemas.service import ServiceTestOut

router = APIRouter(prefix="/api/services/{service_id}/mailbox", tags=["services"])


@router.get("")
async def read(service_id: UUID, caller: Reader, connection: Connection) -> MailboxOut:
    """Read how a service's mailbox is read, and how that goes."""
    return await operations.read_mailbox(connection, caller, service_id)


@router.put("")
async def put(service_id: UUID, order: MailboxIn, caller: Writer, process: Process) -> MailboxOut:
    """Have the mailbox of a service read for bounces and replies, by IMAP."""
    return await operations.put_mailbox(process, caller, service_id, order)


@router.delete("", status_code=204)
async def delete(service_id: UUID, caller: Writer, process: Process) -> None:
    """Read the mailbox no more."""
    await operations.delete_mailbox(process, caller, service_id)


@router.post("/test")
async def test(service_id: UUID, caller: Writer, process: Process) -> ServiceTestOut:
    """Log in to the mailbox, look for its folders and leave. Reads no mail."""
    return await operations.try_mailbox(process, caller, service_id)
