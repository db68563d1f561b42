"""Statistics of a task, a campaign and an account: which mails are meant, counted, and with shares."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.csv_answer import Rows
from api.operations.api_key import KeyHolder
from api.operations.task import find_task
from api.problems import invalid, owned
from api.schemas.statistics import (
    AccountStatisticsOut,
    CountsOut,
    FunnelOut,
    MomentOut,
    RoundStagesOut,
    StatisticsOut,
    TimelineOut,
)
from contracts.statistics import COLUMNS, DENOMINATORS, AccountGrouping, TaskGrouping, TimeUnit
from database.queries import statistics, timeline
from database.queries.statistics import Selection
from mail.provider import PROVIDER_OF

USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)


async def of_task(
    connection: AsyncConnection, caller: KeyHolder, task_id: UUID, by: TaskGrouping | None, zone: str
) -> StatisticsOut:
    """Count a task's mails."""
    await find_task(connection, caller, task_id)
    return await _counted(connection, Selection([task_id], zone=zone, providers=PROVIDER_OF), by)


async def of_campaign(
    connection: AsyncConnection, caller: KeyHolder, campaign_id: UUID, by: TaskGrouping | None, zone: str
) -> StatisticsOut:
    """Count the mails of all rounds of a campaign."""
    task_ids = await _tasks_of(connection, caller, campaign_id)
    return await _counted(connection, Selection(task_ids, zone=zone, providers=PROVIDER_OF), by)


async def of_account(  # noqa: PLR0913 - a filter each
    connection: AsyncConnection,
    caller: KeyHolder,
    *,
    since: datetime | None,
    before: datetime | None,
    by: AccountGrouping | None,
    zone: str,
) -> AccountStatisticsOut:
    """Count all mails that the caller's tasks sent within a time, the last 30 days unless said."""
    before = before or await statistics.now(connection)
    since = since or before - USUAL
    if since >= before:
        raise invalid("?from", "must be before `to`")
    if before - since > LONGEST:
        raise invalid("?from", f"is more than {LONGEST.days} days before `to`: ask for one year after the other")
    task_ids = await statistics.tasks_that_sent(connection, caller.user_id, since)
    chosen = Selection(task_ids, since, before, zone, PROVIDER_OF)
    counted = await _counted(connection, chosen, by)
    return AccountStatisticsOut(since=since, before=before, **dict(counted))


async def timeline_of_task(
    connection: AsyncConnection, caller: KeyHolder, task_id: UUID, per: TimeUnit, zone: str
) -> TimelineOut:
    """Tell when things happened to a task's mails."""
    await find_task(connection, caller, task_id)
    return await _timeline(connection, [task_id], per, zone)


async def timeline_of_campaign(
    connection: AsyncConnection, caller: KeyHolder, campaign_id: UUID, per: TimeUnit, zone: str
) -> TimelineOut:
    """Tell when things happened to the mails of all rounds."""
    return await _timeline(connection, await _tasks_of(connection, caller, campaign_id), per, zone)


async def funnel(connection: AsyncConnection, caller: KeyHolder, campaign_id: UUID) -> FunnelOut:
    """Tell how far a campaign's contacts came."""
    task_ids = await _tasks_of(connection, caller, campaign_id)
    whole = await timeline.funnel(connection, campaign_id, task_ids)
    counted = {row["key"]: row for row in await statistics.count(connection, Selection(task_ids), "round")}
    nothing = dict.fromkeys(COLUMNS, 0)
    rounds = []
    for row in await timeline.rounds(connection, task_ids):
        counts = dict(counted.get(str(row["round_no"]), nothing))
        stages = counts | {"contacts": row["contacts"], "mailed": counts["sent"], "round": row["round_no"]}
        rounds.append(RoundStagesOut.model_validate(stages))
    return FunnelOut(**whole, rounds=rounds)


async def table(answer: StatisticsOut) -> Rows:
    """A row of counts and shares for each group, or for the total if there are none."""
    shares = [column for column in COLUMNS if column in DENOMINATORS]
    yield ["key", "name", *COLUMNS, *(f"{column}_per_{DENOMINATORS[column]}" for column in shares)]
    groups: list[tuple[str, str, CountsOut]] = [(group.key, group.name, group) for group in answer.groups]
    for key, name, row in groups or [("", "all", answer.total)]:
        counts = [getattr(row, column) for column in COLUMNS]
        yield [key, name, *counts, *(getattr(row.rates, column).value for column in shares)]


async def _counted(
    connection: AsyncConnection, chosen: Selection, by: TaskGrouping | AccountGrouping | None
) -> StatisticsOut:
    rows = await statistics.count(connection, chosen, by)
    total = {column: sum(row[column] for row in rows) for column in COLUMNS}
    groups = [with_rates(dict(row)) for row in rows] if by else []
    return StatisticsOut.model_validate({"by": by, "total": with_rates(total), "groups": groups})


async def _timeline(connection: AsyncConnection, task_ids: Sequence[UUID], per: TimeUnit, zone: str) -> TimelineOut:
    rows = await timeline.timeline(connection, task_ids, per, zone)
    return TimelineOut(per=per, data=[MomentOut.model_validate(dict(row)) for row in rows])


async def _tasks_of(connection: AsyncConnection, caller: KeyHolder, campaign_id: UUID) -> list[UUID]:
    task_ids = await statistics.tasks_of_campaign(connection, caller.user_id, campaign_id)
    return owned(task_ids, "campaign", campaign_id)


def with_rates(counts: Mapping[str, object]) -> dict[str, object]:
    """Add to counts each column as a share of its denominator."""
    rates = {}
    for column, of in DENOMINATORS.items():
        whole, part = int(str(counts[of])), int(str(counts[column]))
        rates[column] = {"value": part / whole if whole else None, "of": of}
    return dict(counts) | {"rates": rates}
