"""`/api/services`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.dependencies import Connection, Process, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations import service as operations
from api.operations.service_test import try_service
from api.pages import Cursor, Limit, decode_moment, make_page
from api.schemas.base import Page
from api.schemas.service import (
    ServiceBulkIn,
    ServiceBulkOut,
    ServiceChange,
    ServiceIn,
    ServiceOut,
    ServiceTestOut,
    Status,
)
from database.queries import service

router = APIRouter(prefix="/api/services", tags=["services"])


@router.post("", status_code=201)
async def create(order: ServiceIn, caller: Writer, once: OnlyOnce, process: Process, response: Response) -> ServiceOut:
    """Add a service."""
    added = await once.run(ServiceOut, lambda connection: operations.create_service(connection, process, caller, order))
    response.headers["Location"] = f"/api/services/{added.id}"
    return added


@router.post("/bulk")
async def create_many(order: ServiceBulkIn, caller: Writer, once: OnlyOnce, process: Process) -> ServiceBulkOut:
    """Add many services; the answer tells of each row, and a bad one does not stop the others."""
    return await once.run(
        ServiceBulkOut, lambda connection: operations.create_services(connection, process, caller, order)
    )


@router.get("")
async def list_own(
    caller: Reader,
    connection: Connection,
    limit: Limit = 50,
    cursor: Cursor = None,
    status: Annotated[Status | None, Query()] = None,
) -> Page[ServiceOut]:
    """List your services."""
    rows = await service.list_own(connection, caller.user_id, status, decode_moment(cursor), limit)
    return make_page(rows, limit, ServiceOut, "created_at", "id")


@router.get("/{service_id}")
async def read(service_id: UUID, caller: Reader, connection: Connection) -> ServiceOut:
    """Read one service."""
    return await operations.read_service(connection, caller, service_id)


@router.patch("/{service_id}")
async def change(
    service_id: UUID, change: ServiceChange, caller: Writer, connection: Connection, process: Process
) -> ServiceOut:
    """Change a service. A changed daily quota counts from what was sent today."""
    return await operations.change_service(connection, process, caller, service_id, change)


@router.delete("/{service_id}", status_code=204)
async def delete(service_id: UUID, caller: Writer, connection: Connection) -> None:
    """Delete a service; mails under way end."""
    await operations.delete_service(connection, caller, service_id)


@router.post("/{service_id}/pause")
async def pause(service_id: UUID, caller: Writer, connection: Connection) -> ServiceOut:
    """Send nothing more through it."""
    return await operations.set_status(connection, caller, service_id, "paused")


@router.post("/{service_id}/resume")
async def resume(service_id: UUID, caller: Writer, connection: Connection) -> ServiceOut:
    """Use it again, also if it was rested after failures."""
    return await operations.set_status(connection, caller, service_id, "active")


@router.post("/{service_id}/test")
async def test(service_id: UUID, caller: Writer, process: Process) -> ServiceTestOut:
    """Open a real connection, log in and leave. Sends no mail."""
    return await try_service(process, caller, service_id)
