"""`/api/campaigns`: ordering, reading, steering, and editing rounds that have not begun."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.dependencies import Connection, Contents, Forecasts, Preflight, Process, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations import campaign as operations
from api.operations import campaign_order
from api.pages import Cursor, Limit, decode_moment, decode_number, make_page, make_shown_page
from api.schemas.base import Page
from api.schemas.campaign import (
    CampaignChange,
    CampaignContactOut,
    CampaignDryRunOut,
    CampaignIn,
    CampaignOut,
    RoundChange,
    RoundContentOut,
    RoundIn,
)
from api.schemas.task import TaskStatus
from contracts.campaign import MOST_ROUNDS, StopReason
from database.connect import transaction
from database.queries import campaign

router = APIRouter(prefix="/api/campaigns", tags=["campaigns"])

DryRun = Annotated[bool, Query(alias="dryRun", description="Only say what would be done")]
RoundNo = Annotated[int, Path(ge=1, le=MOST_ROUNDS)]


@router.post("", status_code=201, responses={200: {"model": CampaignDryRunOut, "description": "With dryRun=true"}})
async def create(
    *,
    order: CampaignIn,
    once: OnlyOnce,
    contents: Contents,
    forecasts: Forecasts,
    preflights: Preflight,
    response: Response,
    dry_run: DryRun = False,
) -> CampaignOut | CampaignDryRunOut:
    """Write to a list in several rounds: a first mail, and follow-ups to those whom a rule says."""
    inline = await operations.checked_contents(contents, order.rounds)
    if dry_run:
        response.status_code = 200
        async with transaction(once.resources.engine) as connection:
            return await operations.dry_run(
                connection, once.caller, order, inline, forecasts=forecasts, preflights=preflights
            )
    made = await campaign_order.create(once, order, inline)
    response.headers["Location"] = f"/api/campaigns/{made.id}"
    return made


@router.get("")
async def list_own(
    caller: Reader,
    connection: Connection,
    limit: Limit = 50,
    cursor: Cursor = None,
    status: Annotated[TaskStatus | None, Query()] = None,
) -> Page[CampaignOut]:
    """List your campaigns, the newest first."""
    rows = await campaign.list_own(connection, caller.user_id, status, decode_moment(cursor), limit)
    shown = await operations.show_all(connection, rows)
    return make_shown_page(rows, limit, lambda row: shown[row["id"]], "created_at", "id")


@router.get("/{campaign_id}")
async def read(campaign_id: UUID, caller: Reader, connection: Connection) -> CampaignOut:
    """Read one campaign, with why mails of its rounds wait."""
    return await operations.read_campaign(connection, caller, campaign_id)


@router.patch("/{campaign_id}")
async def change(campaign_id: UUID, change: CampaignChange, caller: Writer, process: Process) -> CampaignOut:
    """Change a campaign; rounds that have begun keep what they began with."""
    return await campaign_order.change(process, caller, campaign_id, change)


@router.post("/{campaign_id}/pause")
async def pause(campaign_id: UUID, caller: Writer, process: Process) -> CampaignOut:
    """Let nothing new go out and begin no round; mails under way end."""
    return await campaign_order.steer(process, caller, campaign_id, "pause")


@router.post("/{campaign_id}/resume")
async def resume(campaign_id: UUID, caller: Writer, process: Process) -> CampaignOut:
    """Go on after a pause, with all rounds that have begun."""
    return await campaign_order.steer(process, caller, campaign_id, "resume")


@router.post("/{campaign_id}/cancel")
async def cancel(campaign_id: UUID, caller: Writer, process: Process) -> CampaignOut:
    """Send nothing more of it, ever; mails under way end."""
    return await campaign_order.steer(process, caller, campaign_id, "cancel")


@router.post("/{campaign_id}/rounds", status_code=201)
async def add_round(
    campaign_id: UUID, order: RoundIn, once: OnlyOnce, contents: Contents, response: Response
) -> CampaignOut:
    """Add a round after the last."""
    response.headers["Location"] = f"/api/campaigns/{campaign_id}"
    return await campaign_order.add_round(once, campaign_id, order, contents)


@router.get("/{campaign_id}/rounds/{round_no}/content")
async def read_content(campaign_id: UUID, round_no: RoundNo, caller: Reader, connection: Connection) -> RoundContentOut:
    """Read what a round sends, with its bodies."""
    return await operations.read_content(connection, caller, campaign_id, round_no)


@router.patch("/{campaign_id}/rounds/{round_no}")
async def change_round(
    campaign_id: UUID, round_no: RoundNo, change: RoundChange, caller: Writer, process: Process, contents: Contents
) -> CampaignOut:
    """Change a round that has not begun."""
    return await campaign_order.change_round(process, caller, campaign_id, round_no, change, contents)


@router.delete("/{campaign_id}/rounds/{round_no}")
async def delete_round(campaign_id: UUID, round_no: RoundNo, caller: Writer, process: Process) -> CampaignOut:
    """Take away a round that has not begun; those after it move up."""
    return await campaign_order.delete_round(process, caller, campaign_id, round_no)


@router.get("/{campaign_id}/contacts")
async def contacts(
    campaign_id: UUID,
    caller: Reader,
    connection: Connection,
    limit: Limit = 50,
    cursor: Cursor = None,
    stop_reason: Annotated[StopReason | None, Query(alias="stopReason")] = None,
) -> Page[CampaignContactOut]:
    """List where its contacts stand: what they did first, and why no further mail goes to some."""
    await operations.find_campaign(connection, caller, campaign_id)
    after = decode_number(cursor)
    rows = await campaign.contacts(connection, caller.user_id, campaign_id, stop_reason, after, limit)
    return make_page(rows, limit, CampaignContactOut, "contact_id")
