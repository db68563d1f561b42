"""`/api/tasks`: ordering, reading and steering."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from api.dependencies import Analysis, Connection, Contents, Forecasts, Health, Preflight, Process, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations import task as operations
from api.operations import task_order
from api.operations.evidence import resolve as resolve_by_evidence
from api.operations.forecast import task_forecast
from api.operations.task_status import realtime_status
from api.operations.waiting import waiting_by_reason
from api.pages import Cursor, Limit, Search, decode_moment, make_page
from api.problems import invalid
from api.schemas.base import Page
from api.schemas.evidence import EvidenceIn, EvidenceOut
from api.schemas.forecast import ForecastOut
from api.schemas.task import (
    DryRunOut,
    RealtimeStatus,
    TaskChange,
    TaskIn,
    TaskOut,
    TaskStatus,
    TaskTestIn,
    WaitingSumOut,
)
from database.connect import transaction
from database.queries import task

router = APIRouter(prefix="/api/tasks", tags=["tasks"])

DryRun = Annotated[bool, Query(alias="dryRun", description="Only say what would be done")]
By = Annotated[AwareDatetime | None, Query(description="Also say what is needed to end by then (ISO 8601, with zone)")]


@router.post("", status_code=201, responses={200: {"model": DryRunOut, "description": "With dryRun=true"}})
async def create(
    *,
    order: TaskIn,
    once: OnlyOnce,
    contents: Contents,
    forecasts: Forecasts,
    preflights: Preflight,
    response: Response,
    dry_run: DryRun = False,
    by: By = None,
) -> TaskOut | DryRunOut:
    """Send one content to many people. Whatever would fail for a recipient is told here, before anything is sent."""
    inline = await contents.of_order(order)
    if dry_run:
        response.status_code = 200
        async with transaction(once.resources.engine) as connection:
            return await operations.dry_run(
                connection, once.caller, order, inline, forecasts=forecasts, preflights=preflights, by=by
            )
    if by is not None:
        raise invalid("?by", "is for dryRun=true only: a task ends when it can")
    made = await task_order.create(once, order, inline)
    response.headers["Location"] = f"/api/tasks/{made.id}"
    return made


@router.post("/evidence")
async def evidence(order: EvidenceIn, caller: Writer, process: Process) -> EvidenceOut:
    """Take mails as sent whose Message-IDs were seen: in a provider's journal, a Sent folder, a bounce or a reply."""
    return await resolve_by_evidence(process, caller, order)


@router.post("/test", status_code=201)
async def create_test(order: TaskTestIn, once: OnlyOnce, response: Response) -> TaskOut:
    """Send one mail of a template to one address."""
    made = await task_order.create(once, operations.order_of_one(order), inline=None)
    response.headers["Location"] = f"/api/tasks/{made.id}"
    return made


@router.get("")
async def list_own(
    *,
    caller: Reader,
    connection: Connection,
    limit: Limit = 50,
    cursor: Cursor = None,
    status: Annotated[TaskStatus | None, Query()] = None,
    search: Search = None,
) -> Page[TaskOut]:
    """List your tasks, the newest first."""
    rows = await task.list_own(connection, caller.user_id, decode_moment(cursor), limit, status=status, search=search)
    return make_page(rows, limit, TaskOut, "created_at", "id")


@router.get("/waiting")
async def waiting(caller: Reader, connection: Analysis, watch: Health) -> Page[WaitingSumOut]:
    """Why the mails of all your tasks wait: a row for each reason, the one that holds most first."""
    return Page(data=await waiting_by_reason(connection, watch, caller))


@router.get("/{task_id}")
async def read(task_id: UUID, caller: Reader, connection: Connection) -> TaskOut:
    """Read one task."""
    return await operations.read_task(connection, caller, task_id)


@router.patch("/{task_id}")
async def change(task_id: UUID, change: TaskChange, caller: Writer, process: Process) -> TaskOut:
    """Rename a task, or serve it before or after the others."""
    return await task_order.change(process, caller, task_id, change)


@router.post("/{task_id}/pause")
async def pause(task_id: UUID, caller: Writer, process: Process) -> TaskOut:
    """Let nothing new go out; mails under way end."""
    return await task_order.steer(process, caller, task_id, "pause")


@router.post("/{task_id}/resume")
async def resume(task_id: UUID, caller: Writer, process: Process) -> TaskOut:
    """Go on after a pause."""
    return await task_order.steer(process, caller, task_id, "resume")


@router.post("/{task_id}/cancel")
async def cancel(task_id: UUID, caller: Writer, process: Process) -> TaskOut:
    """Send nothing more, ever; mails under way end."""
    return await task_order.steer(process, caller, task_id, "cancel")


@router.get("/{task_id}/realtime-status")
async def realtime(
    task_id: UUID, caller: Reader, connection: Connection, forecasts: Forecasts, watch: Health
) -> RealtimeStatus:
    """Where the task stands, how fast it goes, and why mails wait."""
    return await realtime_status(connection, forecasts, watch, caller, task_id)


@router.get("/{task_id}/forecast")
async def forecast(
    task_id: UUID, caller: Reader, connection: Connection, forecasts: Forecasts, watch: Health, by: By = None
) -> ForecastOut:
    """When the task ends, what limits it, and what is needed to end by a given time."""
    row = await operations.find_task(connection, caller, task_id)
    return await task_forecast(connection, forecasts, watch, row, by)
