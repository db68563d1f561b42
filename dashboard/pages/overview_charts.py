"""How the last hours went, and what the tasks that send now wait for."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

from api.schemas.metric import MetricSeriesOut
from api.schemas.task import TaskOut, Waiting
from contracts.metric import SystemMetric
from dashboard.chart import Series, over_time
from dashboard.element import element
from dashboard.frame import Visit
from dashboard.live import live
from dashboard.reason import explained
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import count, moment

HOURS: Final = 6
STEP: Final = 300
"""Seconds of one point: 72 in all."""
SECONDS: Final = 30.0
METRICS: Final[dict[SystemMetric, tuple[str, float]]] = {
    "queue_throughput": ("Mails an hour", 1.0),
    "service_utilization": ("Services busy, percent", 100.0),
    "error_rate": ("Tries that failed, percent", 100.0),
}
"""Title, and what the values are multiplied by."""
MOST_TASKS: Final = 10
Wait = tuple[str, int, datetime | None, int]
"""Reason, mails, the first moment, tasks."""


async def courses(visit: Visit) -> None:
    """Show throughput, use of services and failures over the last hours."""
    say = visit.say

    async def ask() -> list[MetricSeriesOut]:
        since = datetime.now(UTC) - timedelta(hours=HOURS)
        return await asyncio.gather(*(visit.api.metric(name, since, STEP) for name in METRICS))

    element("h2", say("The last {hours} hours", hours=HOURS))
    await live(visit, ask, lambda told: _courses(told, say), SECONDS)


def _courses(told: list[MetricSeriesOut], say: Words) -> None:
    measured = [each for each in told if each.points]
    if not measured:
        element("p", say("Nothing was measured yet: it is once a minute."), classes="faint")
        return
    with element("div", classes="charts"):
        for each in measured:
            title, factor = METRICS[each.name]
            values = [round(point.value * factor, 2) for point in each.points]
            over_time(say(title), [point.at for point in each.points], [Series(say(title), values)], say, step=STEP)


async def waiting_now(visit: Visit) -> None:
    """Show why mails of the newest tasks that send wait; all tasks would be too many to ask."""
    say = visit.say

    async def ask() -> list[list[Waiting]]:
        sending = await visit.api.page(TaskOut, "/api/tasks", {"status": "sending", "limit": str(MOST_TASKS)})
        told = await asyncio.gather(*(visit.api.task_status(each.id) for each in sending.data))
        return [each.waiting for each in told]

    await live(visit, ask, lambda told: _waiting(told, say), SECONDS)


def summed(told: list[list[Waiting]]) -> list[Wait]:
    """Reasons over tasks, those that hold most mails first."""
    mails: Counter[str] = Counter()
    tasks: Counter[str] = Counter()
    first: dict[str, datetime] = {}
    for each in (wait for task in told for wait in task):
        mails[each.reason] += each.count
        tasks[each.reason] += 1
        if each.retry_at is not None:
            first[each.reason] = min(each.retry_at, first.get(each.reason, each.retry_at))
    return [(reason, mails[reason], first.get(reason), tasks[reason]) for reason, _ in mails.most_common()]


def _waiting(told: list[list[Waiting]], say: Words) -> None:
    rows = summed(told)
    if not rows:
        return
    most = max(mails for _, mails, _, _ in rows) or 1
    element("h2", say("Why mails wait"))
    columns = (
        Column[Wait]("Reason", lambda each: explained(each[0], say)),
        Column[Wait]("Mails", lambda each: _mails(each[1], most)),
        Column[Wait]("The first until", lambda each: moment(each[2])),
        Column[Wait]("Tasks", lambda each: count(each[3]), numeric=True),
    )
    table("Why mails wait", columns, rows, say)
    element("p", say("Of the tasks that send now, the newest: {number}.", number=len(told)), classes="faint")


def _mails(number: int, most: int) -> None:
    element("span", count(number))
    element("div", classes="measure", style=f"width:{number / most:.1%}", aria_hidden="true")
