"""`/api/sending-domains`."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.dependencies import Connection, Process, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations import sending_domain as operations
from api.pages import Cursor, Limit, decode_moment, make_shown_page
from api.schemas.base import Page
from api.schemas.sending_domain import SendingDomainChange, SendingDomainIn, SendingDomainOut
from database.queries import sending_domain

router = APIRouter(prefix="/api/sending-domains", tags=["sending domains"])


@router.post("", status_code=201)
async def create(order: SendingDomainIn, once: OnlyOnce, response: Response) -> SendingDomainOut:
    """Make a DKIM key for a domain, and say which records to publish. Mails are signed once a check finds the key."""
    made = await once.run(
        SendingDomainOut,
        lambda connection: operations.create_domain(connection, once.resources, once.caller, order),
    )
    response.headers["Location"] = f"/api/sending-domains/{made.id}"
    return made


@router.get("")
async def list_own(
    caller: Reader, connection: Connection, limit: Limit = 50, cursor: Cursor = None
) -> Page[SendingDomainOut]:
    """List your sending domains."""
    rows = await sending_domain.list_own(connection, caller.user_id, decode_moment(cursor), limit)
    return make_shown_page(rows, limit, operations.shown, "created_at", "id")


@router.get("/{domain_id}")
async def read(domain_id: UUID, caller: Reader, connection: Connection) -> SendingDomainOut:
    """Read one sending domain, with what to publish and what the last check found."""
    return await operations.read_domain(connection, caller, domain_id)


@router.patch("/{domain_id}")
async def change(
    domain_id: UUID, change: SendingDomainChange, caller: Writer, connection: Connection
) -> SendingDomainOut:
    """Sign with a key, or no longer. Workers follow within a minute."""
    return await operations.set_status(connection, caller, domain_id, change.status)


@router.delete("/{domain_id}", status_code=204)
async def delete(domain_id: UUID, caller: Writer, connection: Connection) -> None:
    """Forget a domain and its key. Leave its record published for some days: mails on their way need it."""
    await operations.delete_domain(connection, caller, domain_id)


@router.post("/{domain_id}/check")
async def check(domain_id: UUID, caller: Writer, process: Process) -> SendingDomainOut:
    """Ask the DNS for SPF, DKIM, DMARC and MX as receivers do. Once the key is found, mails are signed."""
    return await operations.check(process, caller, domain_id)
