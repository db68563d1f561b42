"""Why the mails of all tasks wait, and until when."""

from typing import Final

from api.schemas.task import WaitingSumOut
from dashboard import paths
from dashboard.element import element, link
from dashboard.frame import Visit
from dashboard.live import InPlace, live
from dashboard.reason import explained
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import count, moment

SECONDS: Final = 10.0
Told = list[WaitingSumOut]


async def waiting_now(visit: Visit) -> None:
    """Show each reason with its mails, when the first and the last of them may go, and where most of them are."""
    await live(visit, visit.api.waiting, lambda told: _waiting(told, visit.say), SECONDS)


def _waiting(told: Told, say: Words) -> InPlace[Told] | None:
    if not told:
        return None
    most = max(each.count for each in told) or 1
    element("h2", say("Why mails wait"))
    columns = (
        Column[WaitingSumOut]("Reason", lambda each: explained(each.reason, say), wraps=True),
        Column[WaitingSumOut]("Mails", lambda each: _mails(each.count, most), shows=lambda each: each.count),
        Column[WaitingSumOut]("The first goes at", lambda each: moment(each.retry_at)),
        Column[WaitingSumOut]("The last goes at", lambda each: moment(each.last_retry_at)),
        Column[WaitingSumOut]("Tasks", lambda each: count(each.tasks), numeric=True),
        Column[WaitingSumOut](
            "Most of them in", _largest, wraps=True, shows=lambda each: (each.largest_task_id, each.largest_task)
        ),
    )
    body = table("Why mails wait", columns, told, say)
    about = say("Of all your tasks, each mail once. A dash: nobody knows, it depends on others or on a person.")
    element("p", about, classes="faint")

    def in_place(newest: Told) -> bool:
        return max((each.count for each in newest), default=1) == most and body.show(newest, lambda each: each.reason)

    return in_place


def _mails(number: int, most: int) -> None:
    element("span", count(number))
    element("div", classes="measure", style=f"width:{number / most:.1%}", aria_hidden="true")


def _largest(each: WaitingSumOut) -> None:
    link(each.largest_task, paths.task(each.largest_task_id))
