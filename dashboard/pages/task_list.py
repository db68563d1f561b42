"""All tasks, the newest first, a part at a time."""

from typing import Final, get_args

from nicegui import ui

from api.schemas.base import Page
from api.schemas.task import StatusCounts, TaskOut
from contracts.task import TaskStatus
from dashboard import paths
from dashboard.bar import STATUSES, bar
from dashboard.element import element, link
from dashboard.frame import Visit, page
from dashboard.live import live
from dashboard.table import Column, nothing, reading_on, table
from dashboard.words import Words
from dashboard.written import count, moment

LIMIT: Final = "50"
ALL: Final = get_args(TaskStatus)


@ui.page(paths.TASKS)
async def task_list(status: str = "", cursor: str = "") -> None:
    """List tasks, all or those of one status."""
    filters = {name: value for name, value in (("status", status), ("cursor", cursor)) if value}
    async with page("Tasks", paths.TASKS) as visit:
        with element("div", classes="actions"):
            link(visit.say("New task"), paths.NEW_TASK, classes="main")
        _choice(status, visit.say)

        async def ask() -> Page[TaskOut]:
            return await visit.api.page(TaskOut, "/api/tasks", {"limit": LIMIT, **filters})

        await live(visit, ask, lambda told: _tasks(visit, told, status))


def _choice(status: str, say: Words) -> None:
    """Links that narrow the list down."""
    with element("nav", classes="tabs", aria_label=say("Status")):
        for each in ("", *ALL):
            current = {"aria_current": "page"} if each == status else {}
            link(say(each) if each else say("All"), f"{paths.TASKS}?status={each}" if each else paths.TASKS, **current)


def _tasks(visit: Visit, told: Page[TaskOut], status: str) -> None:
    say = visit.say
    if not told.data:
        nothing(say("No task here yet."), say("Send the first one"), paths.NEW_TASK)
        return
    columns = (
        Column[TaskOut]("Task", _named),
        Column[TaskOut]("Status", lambda task: say(task.status)),
        Column[TaskOut]("Progress", lambda task: _progress(task.by_status, say)),
        Column[TaskOut]("Sent", lambda task: f"{count(task.by_status.sent)} / {count(task.total)}", numeric=True),
        Column[TaskOut]("Pool", lambda task: task.pool),
        Column[TaskOut]("Created", lambda task: moment(task.created_at)),
        Column[TaskOut]("First mail", lambda task: moment(task.first_sent_at)),
    )
    table("Tasks", columns, told.data, say)
    reading_on(told, say, **({"status": status} if status else {}))


def _named(task: TaskOut) -> None:
    link(task.name, paths.task(task.id))


def _progress(counts: StatusCounts, say: Words) -> None:
    bar([(status, getattr(counts, status)) for status in STATUSES], say)
