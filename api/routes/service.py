"""`/api/services`."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, Response

from api.dependencies import Connection, Process, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations import service as operations
from api.operations.service_hours import sent_per_hour
from api.operations.service_pacing import shown
from api.operations.service_test import try_service
from api.operations.temporal import tell_allocators
from api.pages import Cursor, Limit, Search, decode_moment, make_shown_page
from api.schemas.base import Page
from api.schemas.service import (
    SentPerHourOut,
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

Named = Annotated[list[UUID], Query(alias="serviceId", min_length=1, max_length=200, description="May be repeated")]


@router.post("", status_code=201)
async def create(order: ServiceIn, once: OnlyOnce, response: Response, later: BackgroundTasks) -> ServiceOut:
    """Add a service."""
    work = partial(operations.create_service, resources=once.resources, caller=once.caller, order=order)
    added = await once.run(ServiceOut, work)
    later.add_task(tell_allocators, once.resources, added.pool_id)
    response.headers["Location"] = f"/api/services/{added.id}"
    return added


@router.post("/bulk")
async def create_many(order: ServiceBulkIn, once: OnlyOnce, later: BackgroundTasks) -> ServiceBulkOut:
    """Add many services; the answer tells of each row, and a bad one does not stop the others."""
    work = partial(operations.create_services, resources=once.resources, caller=once.caller, order=order)
    added = await once.run(ServiceBulkOut, work)
    later.add_task(tell_allocators, once.resources, *{row.service.pool_id for row in added.data if row.service})
    return added


@router.get("")
async def list_own(
    *,
    caller: Reader,
    connection: Connection,
    limit: Limit = 50,
    cursor: Cursor = None,
    status: Annotated[Status | None, Query()] = None,
    search: Search = None,
) -> Page[ServiceOut]:
    """List your services, the oldest first; a search also finds a part of the from-address."""
    rows = await service.list_own(
        connection, caller.user_id, decode_moment(cursor), limit, status=status, search=search
    )
    return make_shown_page(rows, limit, shown, "created_at", "id")


@router.get("/sent-per-hour")
async def hours(caller: Reader, connection: Connection, service_id: Named) -> SentPerHourOut:
    """How many mails each of these services sent in each of the last 24 hours; the last is the one that runs."""
    return await sent_per_hour(connection, caller, service_id)


@router.get("/{service_id}")
async def read(service_id: UUID, caller: Reader, connection: Connection) -> ServiceOut:
    """Read one service."""
    return await operations.read_service(connection, caller, service_id)


@router.patch("/{service_id}")
async def change(
    service_id: UUID, change: ServiceChange, caller: Writer, process: Process, later: BackgroundTasks
) -> ServiceOut:
    """Change a service. A changed daily quota counts from what was sent today."""
    before, after = await operations.change_service(process, caller, service_id, change)
    later.add_task(tell_allocators, process, before.pool_id, after.pool_id)
    return after


@router.delete("/{service_id}", status_code=204)
async def delete(service_id: UUID, caller: Writer, process: Process, later: BackgroundTasks) -> None:
    """Delete a service; mails under way end."""
    deleted = await operations.set_status(process, caller, service_id, "deleted")
    later.add_task(tell_allocators, process, deleted.pool_id)


@router.post("/{service_id}/pause")
async def pause(service_id: UUID, caller: Writer, process: Process, later: BackgroundTasks) -> ServiceOut:
    """Send nothing more through it."""
    paused = await operations.set_status(process, caller, service_id, "paused")
    later.add_task(tell_allocators, process, paused.pool_id)
    return paused


@router.post("/{service_id}/resume")
async def resume(service_id: UUID, caller: Writer, process: Process, later: BackgroundTasks) -> ServiceOut:
    """Use it again, also if it was rested after failures."""
    resumed = await operations.set_status(process, caller, service_id, "active")
    later.add_task(tell_allocators, process, resumed.pool_id)
    return resumed


@router.post("/{service_id}/test")
async def test(service_id: UUID, caller: Writer, process: Process) -> ServiceTestOut:
    """Open a real connection, log in and leave. Sends no mail."""
    return await try_service(process, caller, service_id)
