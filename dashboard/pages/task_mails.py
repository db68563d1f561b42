"""The mails of one task, narrowed down by status and reason, with what may be done with those that did not arrive."""

from datetime import UTC, datetime
from functools import partial
from typing import Final, get_args
from urllib.parse import urlencode
from uuid import UUID

from nicegui import ui

from api.schemas.base import Page
from api.schemas.subtask import ResolveOut, SubtaskOut
from contracts.delivery import Decision
from contracts.task import SubtaskStatus
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.frame import Visit
from dashboard.live import live
from dashboard.reason import explained
from dashboard.table import Column, nothing, reading_on, set_only, table
from dashboard.words import Words
from dashboard.written import count, moment

LIMIT: Final = "50"
SECONDS: Final = 5.0
STATUSES: Final = get_args(SubtaskStatus)
ANEW: Final = ("failed", "cancelled")
"""Of these nothing arrived: who should have got them can be written to anew."""
DECISIONS: Final[dict[Decision, tuple[str, str]]] = {
    "resend": ("Send again", "Send {which} again? Who did get it gets it a second time."),
    "sent": ("Take as sent", "Take {which} as sent? Nothing more is sent to them by this task."),
    "failed": ("Give up", "Give {which} up? They count as failed, and nothing more is sent."),
}
DECIDED: Final[dict[Decision, str]] = {
    "resend": "{number} mails are sent again; {left} are still undecided.",
    "sent": "{number} mails count as sent now; {left} are still undecided.",
    "failed": "{number} mails count as failed now; {left} are still undecided.",
}


async def mails(visit: Visit, task_id: UUID, status: str, reason: str, cursor: str) -> None:
    """Show a part of them."""
    say = visit.say
    element("h2", say("Mails"), id="mails")
    _narrowing(visit, task_id, status, reason)
    if status == "unknown":
        decisions(visit, task_id)
    if status in ANEW:
        _writing_anew(visit, task_id, status, reason)
    filters = set_only(status=status, reason=reason)
    asked = {"limit": LIMIT, **filters, **set_only(cursor=cursor)}

    async def ask() -> Page[SubtaskOut]:
        return await visit.api.page(SubtaskOut, f"/api/tasks/{task_id}/subtasks", asked)

    await live(visit, ask, lambda told: _mails(told, task_id, filters, say), SECONDS)


def _narrowing(visit: Visit, task_id: UUID, status: str, reason: str) -> None:
    say = visit.say
    with element("nav", classes="tabs", aria_label=say("Status")):
        for each in ("", *STATUSES):
            current = {"aria_current": "page"} if each == status else {}
            query = f"?{urlencode({'status': each})}" if each else ""
            link(say(each) if each else say("All"), f"{paths.task(task_id)}{query}#mails", **current)
        link(say("As CSV"), paths.task_export(task_id))
    if reason:
        query = f"?{urlencode({'status': status})}" if status else ""
        with element("p"):
            element("span", say("Only those where {reason}.", reason=explained(reason, say)))
            element("span", " ")
            link(say("All reasons"), f"{paths.task(task_id)}{query}#mails")


def _mails(told: Page[SubtaskOut], task_id: UUID, filters: dict[str, str], say: Words) -> None:
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
    reading_on(told, say, "#mails", **filters)


def _named(mail: SubtaskOut, task_id: UUID) -> None:
    link(mail.email, paths.mail(task_id, mail.seq))


def _writing_anew(visit: Visit, task_id: UUID, status: str, reason: str) -> None:
    """A failed mail stays failed: who wants to try again orders a new task for those people, and sees it so."""
    say = visit.say

    async def make() -> None:
        task = await visit.api.task(task_id)
        name = f"{task.name}: {say(status)}, {moment(datetime.now(UTC))}"
        order = {"name": name, "status": status, **({"reason": reason} if reason else {})}
        made = await visit.api.list_of_mails(task_id, order)
        query = {"contact_list": str(made.id), **({"template": str(task.template_id)} if task.template_id else {})}
        ui.navigate.to(f"{paths.NEW_TASK}?{urlencode(query)}")

    with element("div", classes="actions"):
        asks = say("Make a list of these people and go on to a new task for them? Nothing is sent before you say so.")
        button(visit, say("Write to these people anew"), make, asks=asks)


def decisions(visit: Visit, task_id: UUID, seqs: list[int] | None = None) -> None:
    """Decide mails whose outcome nobody knows: those named, else all of the task."""
    say = visit.say
    element("p", say("Their last dot went out and no answer came: they may have arrived or not."))
    which = say("this mail") if seqs else say("all mails of unknown outcome of this task")

    async def decide(decision: Decision) -> None:
        told: ResolveOut = await visit.api.decide(task_id, decision, seqs)
        values = {"number": count(told.resolved), "left": count(told.unknown)}
        ui.notify(say(DECIDED[decision], **values), timeout=10_000, close_button="×")
        await visit.look_again()

    with element("div", classes="actions"):
        for decision, (text, asks) in DECISIONS.items():
            button(visit, say(text), partial(decide, decision), asks=say(asks, which=which))
