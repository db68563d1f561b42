"""How a task went: what failed and why, what was sent when and through which service, what came back."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from api.schemas.metric import TaskMetricsOut
from api.schemas.statistics import StatisticsOut
from api.schemas.subtask import ReasonOut
from dashboard import paths
from dashboard.chart import Series, over_time
from dashboard.element import element, link
from dashboard.frame import Visit
from dashboard.live import live
from dashboard.reason import explained
from dashboard.results import groups, results, timeline
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import count, span

SECONDS: Final = 15.0


async def failures(visit: Visit, task_id: UUID) -> None:
    """Show why mails were not sent, each reason leading to its mails."""
    await live(visit, lambda: visit.api.reasons(task_id), lambda told: _failures(told, task_id, visit.say), SECONDS)


def _failures(told: list[ReasonOut], task_id: UUID, say: Words) -> None:
    if not told:
        return
    most = max(each.count for each in told)

    def leading(each: ReasonOut) -> None:
        query = {"status": each.status, **({"reason": each.reason} if each.reason else {})}
        link(explained(each.reason, say) or say(each.status), f"{paths.task(task_id)}?{urlencode(query)}#mails")

    def mails(each: ReasonOut) -> None:
        element("span", count(each.count))
        element("div", classes="measure bad", style=f"width:{each.count / most:.1%}", aria_hidden="true")

    element("h2", say("What was not sent, and why"))
    columns = (
        Column[ReasonOut]("Reason", leading),
        Column[ReasonOut]("Status", lambda each: say(each.status)),
        Column[ReasonOut]("Mails", mails),
    )
    table("What was not sent, and why", columns, told, say)


async def course(visit: Visit, task_id: UUID) -> None:
    """Show how many were sent by when."""
    element("h2", visit.say("How it went"))
    await live(visit, lambda: visit.api.task_metrics(task_id), lambda told: _course(told, visit.say), SECONDS)


def _course(told: TaskMetricsOut, say: Words) -> None:
    if told.first_email_delay is not None:
        after = span(timedelta(seconds=told.first_email_delay), say)
        text = say("The first mail left {after} after the start.", after=after)
        if told.task_completion_time is not None:
            text += " " + say("It took {length}.", length=span(timedelta(seconds=told.task_completion_time), say))
        element("p", text)
    noted: dict[datetime, float] = {each.at: float(each.sent) for each in told.points}
    if len(noted) > 1:
        over_time(say("Mails sent so far"), list(noted), [Series(say("Sent"), list(noted.values()))], say)


async def came_back(visit: Visit, task_id: UUID) -> None:
    """Show what recipients did, and through which services the mails went."""
    say = visit.say
    element("h2", say("What came back"))

    def show(told: StatisticsOut) -> None:
        results(told.total, say)
        groups("By service", "Service", told, say)

    await live(visit, lambda: visit.api.task_timeline(task_id), lambda told: timeline(told, say), SECONDS)
    await live(visit, lambda: visit.api.task_statistics(task_id, "service"), show, SECONDS)
