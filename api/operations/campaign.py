"""Campaigns: ordered, tried dry, read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.inline_contents import InlineContents
from api.operations.api_key import KeyHolder
from api.operations.content import CheckedContent
from api.operations.forecast import order_forecast
from api.operations.preflight import Preflights
from api.operations.sending_rule import check_tracked, content_columns, rule_columns
from api.operations.task import content_pointer, held_list, lack, ready_pool, template_content
from api.pool_forecasts import PoolForecasts
from api.problems import FieldError, InvalidError, NotFoundError, invalid, owned
from api.schemas.campaign import (
    CampaignDryRunOut,
    CampaignIn,
    CampaignOut,
    CampaignProblem,
    RoundContentOut,
    RoundFindings,
    RoundIn,
    RoundOut,
)
from api.schemas.finding import shown as shown_findings
from api.schemas.task import MissingField
from content.trial import Content
from database.queries import campaign, contact, segment
from database.queries.campaign_moves import survey_of
from scheduling.allocator_state import Demand
from scheduling.forecast import Mailing

COLUMNS = {
    "name", "contact_list_id", "priority", "weight", "pin_fallback", "unknown_policy", "colleagues_stop",
    "tracks_opens", "tracks_clicks", "time_zone", "start_at",
}  # fmt: skip
"""Fields of an order that are columns as they come."""
ROUND_COLUMNS = {"template_id", "segment_id", "delay", "delay_unit"}
RULES = {"window", "holidays"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign that was checked and not yet written."""

    pool: RowMapping
    contents: Sequence[CheckedContent]
    """Of its rounds."""
    missing: Sequence[MissingField]


async def checked_contents(contents: InlineContents, rounds: Iterable[RoundIn]) -> list[CheckedContent | None]:
    """What came with the rounds, checked; None where a round names a template."""
    return [await contents.of_order(order, f"#/rounds/{place}") for place, order in enumerate(rounds)]


async def create_campaign(
    connection: AsyncConnection, caller: KeyHolder, order: CampaignIn, inline: Sequence[CheckedContent | None]
) -> CampaignOut:
    """Write a campaign whose first round can be sent to everyone on its list, or refuse it whole."""
    plan = await _plan(connection, caller, order, inline)
    if faults := _lacks(order, plan):
        raise InvalidError("; ".join(f"{fault.pointer}: {fault.message}" for fault in faults[:3]), faults)
    values = order.model_dump(include=COLUMNS) | rule_columns(order, RULES) | {"pool_id": plan.pool["id"]}
    campaign_id = await campaign.insert(connection, caller.user_id, values)
    for number, (each, content) in enumerate(zip(order.rounds, plan.contents, strict=True), start=1):
        await campaign.insert_round(connection, campaign_id, number, round_columns(number, each, content))
    return await read_campaign(connection, caller, campaign_id)


async def dry_run(  # noqa: PLR0913 - what an order is checked with, judged and foreseen by
    connection: AsyncConnection,
    caller: KeyHolder,
    order: CampaignIn,
    inline: Sequence[CheckedContent | None],
    *,
    forecasts: PoolForecasts,
    preflights: Preflights,
) -> CampaignDryRunOut:
    """Say what a campaign would do, and what of its contacts would have it refused."""
    plan = await _plan(connection, caller, order, inline)
    audience = await contact.audience(connection, order.contact_list_id)
    to_send = audience["total"] - audience["suppressed"]
    first = Mailing(Demand(uuid4(), caller.user_id, to_send, order.priority), starts_at=order.start_at)
    return CampaignDryRunOut(
        total=audience["total"],
        to_send=to_send,
        suppressed=audience["suppressed"],
        missing_fields=list(plan.missing),
        problems=[CampaignProblem(pointer=each.pointer, message=each.message) for each in _lacks(order, plan)],
        active_services=plan.pool["active_services"],
        start_at=order.start_at,
        forecast=await order_forecast(forecasts, plan.pool["id"], first, None),
        findings=await _findings(preflights, order, plan, to_send),
    )


def round_columns(round_no: int, order: RoundIn, content: CheckedContent) -> dict[str, Any]:
    """Columns of a round; what was not said is as it makes sense for its number."""
    first = round_no == 1
    return {
        **order.model_dump(include=ROUND_COLUMNS),
        **content_columns(order, content),
        "audience": order.audience or ("all" if first else "not_replied"),
        "threaded": not first if order.threaded is None else order.threaded,
    }


def check_first(columns: dict[str, Any], pointer: str) -> None:
    """Refuse for the first round what only a follow-up can have."""
    if columns["threaded"]:
        raise invalid(f"{pointer}/threaded", "the first round answers no mail: leave it out")
    if columns["delay"]:
        raise invalid(f"{pointer}/delay", "nothing comes before the first round: say when it starts by `startAt`")
    if columns["audience"] != "all":
        raise invalid(f"{pointer}/audience", "the first round goes to everyone on the list: nobody could open yet")


async def check_segment(
    connection: AsyncConnection, caller: KeyHolder, segment_id: UUID | None, pointer: str = "#"
) -> None:
    """Refuse a segment that the caller does not have; one that is there stays until the transaction ends."""
    if segment_id is not None and not await segment.lock_segment(connection, caller.user_id, segment_id):
        raise invalid(f"{pointer}/segmentId", "you have no such segment")


async def find_campaign(connection: AsyncConnection, caller: KeyHolder, campaign_id: UUID) -> RowMapping:
    """One of the caller's campaigns, as its row."""
    return owned(await campaign.get(connection, caller.user_id, campaign_id), "campaign", campaign_id)


async def read_campaign(connection: AsyncConnection, caller: KeyHolder, campaign_id: UUID) -> CampaignOut:
    """One of the caller's campaigns, with why mails of its rounds wait."""
    row = await find_campaign(connection, caller, campaign_id)
    rounds = await campaign.rounds(connection, [campaign_id])
    waiting = await campaign.waiting(connection, caller.user_id, campaign_id)
    return _shown(row, rounds, waiting)


async def read_content(
    connection: AsyncConnection, caller: KeyHolder, campaign_id: UUID, round_no: int
) -> RoundContentOut:
    """What a round of one of the caller's campaigns was told to send."""
    await find_campaign(connection, caller, campaign_id)
    return RoundContentOut.model_validate(dict(await find_round(connection, campaign_id, round_no)))


async def find_round(connection: AsyncConnection, campaign_id: UUID, round_no: int) -> RowMapping:
    """A round of a campaign that was found before, as its row."""
    row = await campaign.get_round(connection, campaign_id, round_no)
    if row is None:
        raise NotFoundError(f"The campaign has no round {round_no}.")
    return row


async def show_all(connection: AsyncConnection, rows: Sequence[RowMapping]) -> dict[UUID, CampaignOut]:
    """Several campaigns with their rounds, by id."""
    rounds = await campaign.rounds(connection, [row["id"] for row in rows])
    of = {key: list(group) for key, group in groupby(rounds, key=lambda each: each["campaign_id"])}
    return {row["id"]: _shown(row, of.get(row["id"], []), ()) for row in rows}


def _shown(row: RowMapping, rounds: Sequence[RowMapping], waiting: Sequence[RowMapping]) -> CampaignOut:
    surveyed = survey_of(dict(row), [dict(each) for each in rounds]).rounds
    shown = [
        RoundOut.model_validate(
            {
                **each,
                "begins_at": found.due_at,
                "waiting": [dict(wait) for wait in waiting if wait["round_no"] == each["round_no"]],
            }
        )
        for each, found in zip(rounds, surveyed, strict=True)
    ]
    return CampaignOut.model_validate({**row, "rounds": shown})


async def _plan(
    connection: AsyncConnection, caller: KeyHolder, order: CampaignIn, inline: Sequence[CheckedContent | None]
) -> Plan:
    pool = await ready_pool(connection, caller, order)
    await held_list(connection, caller, order.contact_list_id)
    contents = [
        content or await template_content(connection, caller, each.template_id, f"#/rounds/{place}")
        for place, (each, content) in enumerate(zip(order.rounds, inline, strict=True))
    ]
    check_first(round_columns(1, order.rounds[0], contents[0]), "#/rounds/0")
    for place, (each, content) in enumerate(zip(order.rounds, contents, strict=True)):
        await check_segment(connection, caller, each.segment_id, f"#/rounds/{place}")
        check_tracked(round_columns(place + 1, each, content), order.model_dump(), f"#/rounds/{place}")
    variables = sorted({name for content in contents for name in content.variables})
    rows = await contact.missing_fields(connection, order.contact_list_id, variables) if variables else []
    return Plan(pool, contents, [MissingField.model_validate(dict(row)) for row in rows])


async def _findings(preflights: Preflights, order: CampaignIn, plan: Plan, to_send: int) -> list[RoundFindings]:
    """What is found in each content of each round that has anything wrong with it."""
    found = []
    nobody_has = {each.name for each in plan.missing if each.contacts == to_send}
    for number, (each, whole) in enumerate(zip(order.rounds, plan.contents, strict=True), start=1):
        contents: dict[str | None, Content] = {
            variant.name: Content(variant.subject, variant.html or None, variant.text or None)
            for variant in each.variants or ()
        }
        for name, content in (contents or {None: whole.content}).items():
            judged = await preflights.judged(content, whole.variables, known=set(whole.variables) - nobody_has)
            if judged:
                found.append(RoundFindings(round_no=number, variant=name, findings=shown_findings(judged)))
    return found


def _lacks(order: CampaignIn, plan: Plan) -> list[FieldError]:
    """Which round uses which field that contacts do not have."""
    return [
        FieldError(content_pointer(each, f"#/rounds/{place}"), lack(field))
        for place, (each, content) in enumerate(zip(order.rounds, plan.contents, strict=True))
        for field in plan.missing
        if field.name in content.variables
    ]
