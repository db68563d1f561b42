"""Orders to a campaign: the rows first, then its workflow, which reconcile tells where Temporal is down."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.idempotency import Once
from api.inline_contents import InlineContents
from api.operations.api_key import KeyHolder
from api.operations.campaign import (
    ROUND_COLUMNS,
    RULES,
    check_first,
    check_segment,
    create_campaign,
    find_campaign,
    find_round,
    read_campaign,
    round_columns,
)
from api.operations.content import CheckedContent
from api.operations.pool import find_pool
from api.operations.sending_rule import check_tracked, content_columns, rule_columns
from api.operations.task import check_precedence, template_content
from api.operations.temporal import tell
from api.problems import ConflictError, owned
from api.schemas.campaign import CampaignChange, CampaignIn, CampaignOut, RoundChange, RoundIn
from contracts.campaign import MOST_ROUNDS, CampaignSurvey
from contracts.task import FINAL_STATUSES, STEERED, Steering
from database.connect import autocommit, transaction
from database.queries import campaign, campaign_moves
from runtime.resources import Resources

Change = Callable[[AsyncConnection, RowMapping], Awaitable[None]]


async def create(once: Once, order: CampaignIn, inline: list[CheckedContent | None]) -> CampaignOut:
    """Write a campaign and start its workflow. Asked again, it answers what it did, and sees to the workflow."""

    async def write(connection: AsyncConnection) -> CampaignOut:
        return await create_campaign(connection, once.caller, order, inline)

    made = await once.run(CampaignOut, write)
    async with autocommit(once.resources.engine) as connection:
        row = await find_campaign(connection, once.caller, made.id)
    if row["status"] not in FINAL_STATUSES:
        survey = CampaignSurvey.model_validate(dict(row))
        await tell(once.resources.campaign_orders.start(survey), f"start campaign {made.id}")
    return made


async def steer(resources: Resources, caller: KeyHolder, campaign_id: UUID, order: Steering) -> CampaignOut:
    """Let nothing new go out and begin no round, go on, or send nothing more, ever; mails under way end."""
    shown = await _move(resources, caller, campaign_id, STEERED[order])
    await tell(resources.campaign_orders.steer(campaign_id, order), f"{order} campaign {campaign_id}")
    return shown


async def change(resources: Resources, caller: KeyHolder, campaign_id: UUID, order: CampaignChange) -> CampaignOut:
    """Change what is named; rounds that have begun keep what they began with."""
    given = order.model_fields_set

    async def write(connection: AsyncConnection, row: RowMapping) -> None:
        if given - {"name"}:
            _refuse_final(row)
        first = await campaign.get_round(connection, campaign_id, 1)
        if "start_at" in given and first is not None and first["began_at"] is not None:
            raise ConflictError("The campaign has begun: when it starts cannot be changed any more.")
        if order.priority == 1 or (order.weight or 0) > 1:
            check_precedence(await find_pool(connection, caller.user_id, str(row["pool_id"])), order)
        plain = order.model_dump(include=given - RULES)
        await campaign.update(connection, dict(row) | plain | rule_columns(order, given))

    return await _edit(resources, caller, campaign_id, write)


async def add_round(once: Once, campaign_id: UUID, order: RoundIn, contents: InlineContents) -> CampaignOut:
    """Add a round after the last."""
    inline = await contents.of_order(order)
    caller, resources = once.caller, once.resources

    async def write(connection: AsyncConnection) -> CampaignOut:
        row = await _locked(connection, caller, campaign_id)
        _refuse_final(row)
        number = await campaign.last_round(connection, campaign_id) + 1
        if number > MOST_ROUNDS:
            raise ConflictError(f"A campaign has at most {MOST_ROUNDS} rounds.")
        content = inline or await template_content(connection, caller, order.template_id)
        await check_segment(connection, caller, order.segment_id)
        columns = round_columns(number, order, content)
        check_tracked(columns, dict(row))
        await campaign.insert_round(connection, campaign_id, number, columns)
        await campaign.touch(connection, campaign_id)
        return await read_campaign(connection, caller, campaign_id)

    shown = await once.run(CampaignOut, write)
    await tell(resources.campaign_orders.edit(campaign_id), f"edit campaign {campaign_id}")
    return shown


async def change_round(  # noqa: PLR0913, PLR0917 - whose, which, what and with which contents
    resources: Resources,
    caller: KeyHolder,
    campaign_id: UUID,
    round_no: int,
    order: RoundChange,
    contents: InlineContents,
) -> CampaignOut:
    """Change a round that has not begun."""
    inline = await contents.of_order(order)

    async def write(connection: AsyncConnection, row: RowMapping) -> None:
        _refuse_final(row)
        columns = dict(await _waiting_round(connection, campaign_id, round_no))
        columns |= order.model_dump(include={"audience", "threaded", *ROUND_COLUMNS}, exclude_none=True)
        await check_segment(connection, caller, order.segment_id)
        columns |= {"segment_id": order.segment_id} if "segment_id" in order.model_fields_set else {}
        if inline or order.template_id:
            content = inline or await template_content(connection, caller, order.template_id)
            columns |= content_columns(order, content) | {"template_id": order.template_id}
        if round_no == 1:
            check_first(columns, "#")
        check_tracked(columns, dict(row))
        await campaign.update_round(connection, campaign_id, round_no, columns)
        await campaign.touch(connection, campaign_id)

    return await _edit(resources, caller, campaign_id, write)


async def delete_round(resources: Resources, caller: KeyHolder, campaign_id: UUID, round_no: int) -> CampaignOut:
    """Take away a round that has not begun; those after it move up."""

    async def write(connection: AsyncConnection, row: RowMapping) -> None:
        _refuse_final(row)
        if round_no == 1:
            raise ConflictError("A campaign needs its first round: change it instead.")
        await _waiting_round(connection, campaign_id, round_no)
        await campaign.delete_round(connection, campaign_id, round_no)
        await campaign.touch(connection, campaign_id)

    return await _edit(resources, caller, campaign_id, write)


async def _edit(resources: Resources, caller: KeyHolder, campaign_id: UUID, write: Change) -> CampaignOut:
    """Change rows while no round can begin, and let the workflow look at them."""
    async with transaction(resources.engine) as connection:
        await write(connection, await _locked(connection, caller, campaign_id))
        shown = await read_campaign(connection, caller, campaign_id)
    await tell(resources.campaign_orders.edit(campaign_id), f"edit campaign {campaign_id}")
    return shown


async def _move(resources: Resources, caller: KeyHolder, campaign_id: UUID, status: str) -> CampaignOut:
    """Bring campaign and tasks to a status by the move that its workflow makes too; done twice, nothing changes."""
    async with autocommit(resources.engine) as connection:
        await find_campaign(connection, caller, campaign_id)
    async with resources.ledger_pool.acquire() as bare:
        await campaign_moves.steer(bare, campaign_id, status)
    async with autocommit(resources.engine) as connection:
        shown = await read_campaign(connection, caller, campaign_id)
    if shown.status in FINAL_STATUSES and shown.status != status:
        raise ConflictError(f"The campaign is {shown.status} and cannot be changed any more.")
    return shown


async def _locked(connection: AsyncConnection, caller: KeyHolder, campaign_id: UUID) -> RowMapping:
    return owned(await campaign.lock(connection, caller.user_id, campaign_id), "campaign", campaign_id)


def _refuse_final(row: RowMapping) -> None:
    if row["status"] in FINAL_STATUSES:
        raise ConflictError(f"The campaign is {row['status']}: only its name makes a difference any more.")


async def _waiting_round(connection: AsyncConnection, campaign_id: UUID, round_no: int) -> dict[str, Any]:
    row = await find_round(connection, campaign_id, round_no)
    if row["began_at"] is not None:
        raise ConflictError(f"Round {round_no} has begun: change its task {row['task_id']}, or a later round.")
    return dict(row)
