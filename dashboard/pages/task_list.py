"""All tasks, the newest first, a part at a time."""

from functools import partial
from typing import Final, get_args

from api.schemas.base import Page
from api.schemas.task import StatusCounts, TaskOut
from contracts.task import TaskStatus
from dashboard import paths
from dashboard.bar import STATUSES, bar
from dashboard.element import element, link
from dashboard.frame import Visit, page, shown_at
from dashboard.live import InPlace, live
from dashboard.table import Column, narrowing, nothing, reading_on, set_only, table
from dashboard.words import Words
from dashboard.written import count, moment

LIMIT: Final = "50"
ALL: Final = get_args(TaskStatus)


@shown_at(paths.TASKS)
async def task_list(status: str = "", search: str = "", cursor: str = "") -> None:
    """List tasks, all or those that are looked for."""
    async with page("Tasks", paths.TASKS) as visit:
        with element("div", classes="actions"):
            link(visit.say("New task"), paths.NEW_TASK, classes="main")
        statuses = {"": visit.say("All"), **{each: visit.say(each) for each in ALL}}
        narrowing(visit.say("Part of a name"), search, statuses, status, visit.say)
        filters = set_only(status=status, search=search)
        part = {"limit": LIMIT, **filters, **set_only(cursor=cursor)}
        ask = partial(visit.api.page, TaskOut, "/api/tasks", part)
        await live(visit, ask, lambda told: _tasks(visit, told, filters))


def _tasks(visit: Visit, told: Page[TaskOut], filters: dict[str, str]) -> InPlace[Page[TaskOut]] | None:
    say = visit.say
    if not told.data and filters:
        nothing(say("No task is like this."), say("All tasks"), paths.TASKS)
        return None
    if not told.data:
        nothing(say("No task here yet."), say("Send the first one"), paths.NEW_TASK)
        return None
    columns = (
        Column[TaskOut]("Task", _named, shows=lambda task: (task.name, task.campaign)),
        Column[TaskOut]("Status", lambda task: say(task.status)),
        Column[TaskOut]("Progress", lambda task: _progress(task.by_status, say), shows=lambda task: task.by_status),
        Column[TaskOut]("Sent", lambda task: f"{count(task.by_status.sent)} / {count(task.total)}", numeric=True),
        Column[TaskOut]("Pool", lambda task: task.pool),
        Column[TaskOut]("Created", lambda task: moment(task.created_at)),
        Column[TaskOut]("First mail", lambda task: moment(task.first_sent_at)),
    )
    body = table("Tasks", columns, told.data, say)
    reading_on(told, say, **filters)
    return lambda newest: newest.next_cursor == told.next_cursor and body.show(newest.data, lambda task: task.id)


def _named(task: TaskOut) -> None:
    link(task.name, paths.task(task.id))
    if task.campaign:
        element("div", task.campaign, classes="meaning")


def _progress(counts: StatusCounts, say: Words) -> None:
    bar([(status, getattr(counts, status)) for status in STATUSES], say)
