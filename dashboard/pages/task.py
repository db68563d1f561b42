"""One task: how far it is, why its mails wait, when it ends, and what a person may do with it."""

from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from nicegui import ui

from api.schemas.forecast import ForecastOut
from api.schemas.task import RealtimeStatus, TaskOut, Waiting
from contracts.identifiers import task_workflow_id
from dashboard import paths
from dashboard.bar import STATUSES, bar, legend
from dashboard.button import button
from dashboard.element import element, link
from dashboard.figure import figure, figures
from dashboard.frame import Visit, page
from dashboard.live import live
from dashboard.pages.task_course import came_back, course, failures
from dashboard.pages.task_mails import mails
from dashboard.reason import explained
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import count, moment, span

ENDED: Final = ("completed", "cancelled")
FORECAST_SECONDS: Final = 15.0
PRIORITIES: Final = {1: "Put before others", 0: "Serve as others", -1: "Put after others"}


@dataclass(frozen=True, slots=True)
class Told:
    """What is asked again and again."""

    task: TaskOut
    status: RealtimeStatus


@ui.page(paths.TASK)
async def task(task_id: UUID, status: str = "", reason: str = "", cursor: str = "") -> None:
    """Show one task; its mails can be narrowed down."""
    async with page("Task", paths.TASKS) as visit:

        async def ask() -> Told:
            return Told(await visit.api.task(task_id), await visit.api.task_status(task_id))

        await live(visit, ask, lambda told: _task(visit, told))
        element("h2", visit.say("Forecast"))
        await live(
            visit, lambda: visit.api.forecast(task_id), lambda told: _forecast(told, visit.say), FORECAST_SECONDS
        )
        await failures(visit, task_id)
        await course(visit, task_id)
        await came_back(visit, task_id)
        await mails(visit, task_id, status, reason, cursor)


def _task(visit: Visit, told: Told) -> None:
    say, task, status = visit.say, told.task, told.status
    element("p", f"{task.name} · {say(task.status)}", classes="lead", role="status")
    element("p", task.subject, classes="faint")
    if task.campaign_id is not None:
        text = say("A round of the campaign {name}", name=task.campaign or "")
        link(text, paths.campaign(task.campaign_id))
    visit.workflow_link(task_workflow_id(task.id))
    _orders(visit, task)
    parts = [(each, getattr(status.progress.by_status, each)) for each in STATUSES]
    bar(parts, say)
    legend(parts, say)
    with figures():
        figure(say("Sent"), f"{count(status.progress.sent)} / {count(status.progress.total)}")
        figure(say("Throughput"), count(status.metrics.throughput), say("mails an hour, by the last 5 minutes"))
        wait = status.metrics.avg_wait_time
        figure(say("Wait"), "–" if wait is None else f"{wait:.1f} {say('s')}", say("from due to sent, on average"))
        figure(say("Ends"), moment(status.metrics.estimated_completion), say("as foreseen"))
        figure(say("Last activity"), moment(status.last_activity))
    _waiting(status.waiting, say)


def _orders(visit: Visit, task: TaskOut) -> None:
    """What may be ordered in its status."""
    if task.status in ENDED:
        return
    say = visit.say

    async def order(name: str) -> None:
        await visit.api.order_task(task.id, name)

    async def prefer(priority: int) -> None:
        await visit.api.change_task(task.id, {"priority": priority})
        ui.notify(say("Saved"))

    with element("div", classes="actions"):
        if task.status == "paused":
            button(visit, say("Resume"), lambda: order("resume"), classes="main")
        else:
            button(visit, say("Pause"), lambda: order("pause"))
        asks = say("Cancel this task? What is not sent stays unsent for ever.")
        button(visit, say("Cancel the task"), lambda: order("cancel"), asks=asks)
        for priority, text in PRIORITIES.items():
            if priority != task.priority:
                button(visit, say(text), partial(prefer, priority))


def _waiting(waiting: list[Waiting], say: Words) -> None:
    if not waiting:
        return
    element("h2", say("Why mails wait"))
    columns = (
        Column[Waiting]("Reason", lambda each: explained(each.reason, say)),
        Column[Waiting]("Mails", lambda each: count(each.count) if each.count else "", numeric=True),
        Column[Waiting]("Until", lambda each: moment(each.retry_at)),
        Column[Waiting]("Services", lambda each: _concerned(each, say)),
    )
    table("Why mails wait", columns, waiting, say)


def _concerned(wait: Waiting, say: Words) -> str:
    names = wait.services or []
    more = (wait.service_count or len(names)) - len(names)
    return ", ".join(names) + (f" {say('and {number} more', number=count(more))}" if more > 0 else "")


def _forecast(told: ForecastOut, say: Words) -> None:
    if told.no_end is not None:
        element("p", told.no_end.detail)
        return
    if told.ends_at is None or not told.mails:
        element("p", say("Nothing is left to send."))
        return
    values = {"mails": count(told.mails), "at": moment(told.ends_at), "left": span(told.ends_at - told.as_of, say)}
    element("p", say("{mails} mails are left; the last goes at {at}, in {left}.", **values))
    if told.limited_by:
        element("p", say("What makes it later:"))
        with element("ul"):
            for limit in told.limited_by:
                values = {"reason": explained(limit.reason, say), "at": moment(limit.ends_at_without)}
                element("li", say("{reason}: without it, it would end at {at}", **values))
