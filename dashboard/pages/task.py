"""One task: how far it is, why its mails wait, when it ends, and what a person may do with it."""

from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from nicegui import ui

from api.schemas.task import RealtimeStatus, TaskOut, Waiting
from contracts.identifiers import task_workflow_id
from dashboard import paths
from dashboard.bar import STATUSES, bar, legend
from dashboard.button import button
from dashboard.element import element, link
from dashboard.figure import figure, figures
from dashboard.frame import Visit, page, shown_at
from dashboard.live import live_parts, side_by_side
from dashboard.pages.task_course import came_back, course, failures
from dashboard.pages.task_forecast import forecast
from dashboard.pages.task_mails import mails
from dashboard.reason import explained
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import count, moment

ENDED: Final = ("completed", "cancelled")
PRIORITIES: Final = {1: "Put before others", 0: "Serve as others", -1: "Put after others"}
PREFERRED: Final = {1: "before others", 0: "as others", -1: "after others"}
DONE: Final = {
    "pause": "Paused: mails under way end, no other begins.",
    "resume": "It goes on.",
    "cancel": "Cancelled: mails under way end, nothing more is sent.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is asked again and again."""

    task: TaskOut
    status: RealtimeStatus

    @property
    def settled(self) -> tuple[object, ...]:
        """What a person decides by; numbers that change every second are not of it."""
        return self.task.status, self.task.name, self.task.priority, self.status.progress.by_status.unknown


@shown_at(paths.TASK)
async def task(task_id: UUID, status: str = "", reason: str = "", cursor: str = "") -> None:
    """Show one task; its mails can be narrowed down."""
    async with page("Task", paths.TASKS) as visit:

        async def ask() -> Told:
            return Told(await visit.api.task(task_id), await visit.api.task_status(task_id))

        views = [
            (lambda told: told.settled, lambda told: _settled(visit, told)),
            (lambda told: told.status, lambda told: _progress(visit.say, told.status)),
        ]
        visit.names((await live_parts(visit, ask, views)).task.name)
        await side_by_side(
            lambda: forecast(visit, task_id),
            lambda: failures(visit, task_id),
            lambda: course(visit, task_id),
            lambda: came_back(visit, task_id),
            lambda: mails(visit, task_id, status, reason, cursor),
        )


def _settled(visit: Visit, told: Told) -> None:
    say, task = visit.say, told.task
    element("p", say(task.status), classes="lead", role="status")
    element("p", task.subject, classes="faint")
    if task.status == "scheduled" and task.start_at is not None:
        element("p", say("It begins at {at}.", at=moment(task.start_at)))
    with element("p"):
        if task.campaign_id is not None:
            text = say("A round of the campaign {name}", name=task.campaign or "")
            link(text, paths.campaign(task.campaign_id))
        visit.workflow_link(task_workflow_id(task.id))
    element("p", say("Pool {pool}, priority {priority}", pool=task.pool, priority=say(PREFERRED[task.priority])))
    _unknown(told.status.progress.by_status.unknown, task.id, say)
    _orders(visit, task)


def _unknown(number: int, task_id: UUID, say: Words) -> None:
    """What only a person can decide must not be overlooked."""
    if not number:
        return
    with element("div", classes="problem"):
        element(
            "p",
            say(
                "Of {number} mails nobody knows whether they arrived. Decide what becomes of them.",
                number=count(number),
            ),
        )
        link(say("Look at them and decide"), f"{paths.task(task_id)}?status=unknown#mails", classes="action")


def _orders(visit: Visit, task: TaskOut) -> None:
    """What may be ordered in its status."""
    if task.status in ENDED:
        return
    say = visit.say

    async def order(name: str) -> None:
        await visit.api.order_task(task.id, name)
        ui.notify(say(DONE[name]))
        await visit.look_again()

    async def prefer(priority: int) -> None:
        await visit.api.change_task(task.id, {"priority": priority})
        ui.notify(say("Saved"))
        await visit.look_again()

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


def _progress(say: Words, status: RealtimeStatus) -> None:
    parts = [(each, getattr(status.progress.by_status, each)) for each in STATUSES]
    bar(parts, say)
    legend(parts, say)
    with figures():
        figure(say("Sent"), f"{count(status.progress.sent)} / {count(status.progress.total)}")
        figure(say("Throughput"), count(status.metrics.throughput), say("mails an hour, by the last 5 minutes"))
        wait = status.metrics.avg_wait_time
        figure(say("Wait"), "–" if wait is None else f"{wait:.1f} {say('s')}", say("from due to sent, on average"))
        ended = status.status in ENDED
        about = "" if ended else say("as foreseen")
        figure(say("Ended") if ended else say("Ends"), moment(status.metrics.estimated_completion), about)
        figure(say("Last activity"), moment(status.last_activity))
    _waiting(status.waiting, say)


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
