"""One mail with its whole history: each try, through which service and why that one, what was answered."""

from functools import partial
from typing import Final
from uuid import UUID

from api.schemas.base import Page
from api.schemas.event import EventOut
from api.schemas.subtask import ChoiceOut, DeliveryOut, SubtaskHistoryOut
from contracts.event import EventKind
from dashboard import paths
from dashboard.element import element, link
from dashboard.frame import page, shown_at
from dashboard.live import live, live_parts
from dashboard.pages.task_mails import decisions
from dashboard.reason import explained
from dashboard.words import Words
from dashboard.written import exact, moment, share, span

LIMIT: Final = "100"
EVENT_SECONDS: Final = 10.0
KINDS: Final[dict[EventKind, str]] = {
    "open": "opened", "click": "clicked", "reply": "replied", "auto_reply": "replied by itself",
    "hard_bounce": "came back for good", "soft_bounce": "came back for a time", "complaint": "marked as spam",
    "unsubscribe": "unsubscribed",
}  # fmt: skip


@shown_at(paths.MAIL)
async def mail(task_id: UUID, seq: int) -> None:
    """Show one mail of a task."""
    async with page("Mail", paths.TASKS) as visit:
        say = visit.say
        link(say("To its task"), paths.task(task_id))

        async def ask() -> SubtaskHistoryOut:
            return await visit.api.subtask(task_id, seq)

        def show(told: SubtaskHistoryOut) -> None:
            _mail(told, say)
            if told.status == "unknown":
                decisions(visit, task_id, [seq])

        visit.names(
            (await live_parts(visit, ask, [(_without_tries, show), (_tries_of, partial(_tries, say=say))])).email
        )
        element("h2", say("What came back"))
        filters = {"taskId": str(task_id), "seq": str(seq), "limit": LIMIT}

        async def events() -> Page[EventOut]:
            return await visit.api.page(EventOut, "/api/events", filters)

        await live(visit, events, lambda told: _events(told.data, say), EVENT_SECONDS)


def _without_tries(told: SubtaskHistoryOut) -> object:
    return told.model_copy(update={"deliveries": []})


def _tries_of(told: SubtaskHistoryOut) -> object:
    return told.deliveries


def _tries(told: SubtaskHistoryOut, say: Words) -> None:
    element("h2", say("Tries"))
    if not told.deliveries:
        element("p", say("None yet."))
    with element("ol", classes="tries"):
        for delivery in told.deliveries:
            with element("li"):
                _delivery(delivery, say)


def _events(told: list[EventOut], say: Words) -> None:
    if not told:
        element("p", say("Nothing yet."))
    with element("ol", classes="tries"):
        for each in told:
            by = f" · {say('by a machine')}" if each.machine else ""
            with element("li"):
                element("p", f"{moment(each.occurred_at)} · {say(KINDS[each.kind])}{by}")
                for name, value in each.detail.items():
                    element("p", f"{name}: {value}", classes="faint reply")


def _mail(told: SubtaskHistoryOut, say: Words) -> None:
    why = explained(told.reason, say)
    element("p", say(told.status) + (f": {why}" if why else ""), classes="lead", role="status")
    pairs = (
        ("Until", moment(told.retry_at)),
        ("Due", moment(told.due_at)),
        ("Sent", moment(told.sent_at)),
        ("Service", told.service or "–"),
        ("Message-ID", told.message_id or "–"),
    )
    _described([(say(name), value) for name, value in pairs])


def _described(pairs: list[tuple[str, str]]) -> None:
    with element("dl", classes="described"):
        for name, value in pairs:
            element("dt", name)
            element("dd", value)


def _delivery(told: DeliveryOut, say: Words) -> None:
    outcome = say(told.outcome) if told.outcome else say(told.phase)
    why = explained(told.reason, say)
    element("p", f"{exact(told.claimed_at)} · {told.service or '–'} · {outcome}" + (f": {why}" if why else ""))
    if told.reply_code:
        answer = f"{told.reply_code} {told.reply_text or ''}".strip()
        element("p", say("The server said: {answer}", answer=answer), classes="reply")
    elif told.reply_text:
        element("p", say.told(told.reply_text), classes="reply")
    _times(told, say)
    if told.decision:
        values = {"decision": say(told.decision), "at": moment(told.decided_at)}
        element("p", say("A person decided at {at}: {decision}", **values))
    if told.choice is not None:
        _choice(told.choice, say)


def _times(told: DeliveryOut, say: Words) -> None:
    """How long it took, and who did it."""
    if told.ended_at is None:
        text = say(
            "Under way in {worker}; given up at {at} if nothing is heard.",
            worker=told.worker,
            at=exact(told.deadline),
        )
    else:
        length = span(told.ended_at - told.claimed_at, say)
        text = say("It took {length}, in {worker}.", length=length, worker=told.worker)
    element("p", text, classes="faint")


def _choice(told: ChoiceOut, say: Words) -> None:
    """Why this service."""
    with element("details"):
        element("summary", say("Why this service"))
        if told.pinned:
            element("p", say("The mail was bound to it."))
            return
        values = {"score": f"{told.score:.3f}"}
        values |= {"quota": share(told.quota), "rest": share(told.rest), "success": share(told.success)}
        element("p", say("Score {score}: quota left {quota}, interval passed {rest}, success {success}", **values))
        if told.runners_up:
            others = ", ".join(f"{each.service or '–'} ({each.score:.3f})" for each in told.runners_up)
            element("p", say("Next would have been: {others}", others=others))
