"""The mails of one task, narrowed down by status and reason, with what can be decided about unknown ones."""

from functools import partial
from typing import Final, get_args
from urllib.parse import urlencode
from uuid import UUID

from nicegui import ui

from api.schemas.subtask import ResolveOut, SubtaskOut
from contracts.delivery import Decision
from contracts.task import SubtaskStatus
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.frame import Visit
from dashboard.reason import explained
from dashboard.table import Column, nothing, reading_on, table
from dashboard.written import count, moment

LIMIT: Final = "50"
STATUSES: Final = get_args(SubtaskStatus)
DECISIONS: Final[dict[Decision, str]] = {
    "resend": "Send them again",
    "sent": "Take them as sent",
    "failed": "Give them up",
}


async def mails(visit: Visit, task_id: UUID, status: str, reason: str, cursor: str) -> None:
    """Show a part of them."""
    say = visit.say
    element("h2", say("Mails"), id="mails")
    with element("nav", classes="tabs", aria_label=say("Status")):
        for each in ("", *STATUSES):
            current = {"aria_current": "page"} if each == status else {}
            query = f"?{urlencode({'status': each})}" if each else ""
            link(say(each) if each else say("All"), f"{paths.task(task_id)}{query}#mails", **current)
        link(say("As CSV"), paths.task_export(task_id))
    if status == "unknown":
        decisions(visit, task_id)
    filters = {name: value for name, value in (("status", status), ("reason", reason)) if value}
    more = {"cursor": cursor} if cursor else {}
    told = await visit.api.page(SubtaskOut, f"/api/tasks/{task_id}/subtasks", {"limit": LIMIT, **filters, **more})
    if not told.data:
        nothing(say("No mail is like this."))
        return
    columns = (
        Column[SubtaskOut]("Address", lambda each: _named(each, task_id)),
        Column[SubtaskOut]("Status", lambda each: say(each.status)),
        Column[SubtaskOut]("Why", lambda each: explained(each.reason, say)),
        Column[SubtaskOut]("Until", lambda each: moment(each.retry_at)),
        Column[SubtaskOut]("Retries", lambda each: count(each.retry_count), numeric=True),
        Column[SubtaskOut]("Service", lambda each: each.service or "–"),
        Column[SubtaskOut]("Sent", lambda each: moment(each.sent_at)),
    )
    table("Mails", columns, told.data, say)
    reading_on(told, say, **filters)


def _named(mail: SubtaskOut, task_id: UUID) -> None:
    link(mail.email, paths.mail(task_id, mail.seq))


def decisions(visit: Visit, task_id: UUID, seqs: list[int] | None = None) -> None:
    """Decide mails whose outcome nobody knows: those named, else all of the task."""
    say = visit.say
    element("p", say("Their last dot went out and no answer came: they may have arrived or not."))

    async def decide(decision: Decision) -> None:
        told: ResolveOut = await visit.api.decide(task_id, decision, seqs)
        ui.notify(say("{number} mails decided", number=count(told.resolved)))
        ui.navigate.reload()

    with element("div", classes="actions"):
        for decision, text in DECISIONS.items():
            everything = say("Decide this for all mails of unknown outcome of this task?")
            asks = say("Decide this for this mail?") if seqs else everything
            button(visit, say(text), partial(decide, decision), asks=asks)
