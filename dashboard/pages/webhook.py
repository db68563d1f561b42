"""Webhooks: who is told what comes back for mails, how that goes, and what can be ordered of each."""

from functools import partial
from typing import Final
from uuid import UUID

from nicegui import ui

from api.schemas.webhook import WebhookDeliveryOut, WebhookOut
from contracts.webhook import WebhookType
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.figure import figure, figures
from dashboard.form import Form, Values
from dashboard.frame import Visit, page, shown_at
from dashboard.table import Column, nothing, reading_on, set_only, table
from dashboard.words import Words
from dashboard.written import count, moment

LIMIT: Final = "50"
TYPE: Final = "types/"
"""Begins the names of the types' fields."""
TYPES: Final[dict[WebhookType, str]] = {
    "mail.opened": "Opens", "mail.clicked": "Clicks", "mail.replied": "Replies",
    "mail.auto_replied": "Automatic replies", "mail.hard_bounced": "Mails that came back for good",
    "mail.soft_bounced": "Mails that came back for a time", "mail.complained": "Complaints",
    "mail.unsubscribed": "People who unsubscribed",
}  # fmt: skip


@shown_at(paths.WEBHOOKS)
async def webhooks(cursor: str = "") -> None:
    """List webhooks, and add one."""
    async with page("Webhooks", paths.SETTINGS) as visit:
        say = visit.say
        told = await visit.api.page(WebhookOut, "/api/webhooks", {"limit": LIMIT, **set_only(cursor=cursor)})
        if told.data:
            columns = (
                Column[WebhookOut]("Receiver", _named),
                Column[WebhookOut]("Status", lambda each: say(each.status)),
                Column[WebhookOut]("Messages", lambda each: _told_of(each, say)),
                Column[WebhookOut]("Failures in a row", lambda each: count(each.failures), numeric=True),
                Column[WebhookOut]("Next try", lambda each: moment(each.retry_at)),
                Column[WebhookOut]("Last taken", lambda each: moment(each.last_taken_at)),
            )
            table("Webhooks", columns, told.data, say)
            reading_on(told, say)
        else:
            nothing(say("No webhook yet: a program of yours can be told of opens, clicks, replies and bounces."))
        element("h2", say("New webhook"))
        _form(visit)


def _told_of(told: WebhookOut, say: Words) -> str:
    return say("all") if len(told.types) == len(TYPES) else ", ".join(say(TYPES[each]) for each in told.types)


def _named(each: WebhookOut) -> None:
    link(each.url, paths.webhook(each.id))


def _form(visit: Visit) -> None:
    say = visit.say
    form = _fields(visit, {"url": "", **{f"{TYPE}{each}": True for each in TYPES}})
    shown = element("p", role="status", classes="secret")

    async def send(values: Values) -> None:
        made = await visit.api.create_webhook(order(values))
        shown.text = say("Its secret, shown this once: {secret}", secret=made.secret)

    form.button(say("Add the webhook"), send)


def _fields(visit: Visit, values: dict[str, object]) -> Form:
    """Where it is told, and of what."""
    say = visit.say
    with Form(visit, values) as form:
        form.field("url", say("Address"), kind="url", hint=say("https://… of your program."))
        with element("fieldset", classes="days"):
            element("legend", say("It is told of"))
            for each, title in TYPES.items():
                form.field(f"{TYPE}{each}", say(title), kind="checkbox")
            form.fault("types")
    return form


def order(values: Values) -> dict[str, object]:
    """What the API is to be told."""
    return {"url": values.get("url", ""), "types": [each for each in TYPES if values.get(f"{TYPE}{each}") == "true"]}


@shown_at(paths.WEBHOOK)
async def webhook(webhook_id: UUID, cursor: str = "") -> None:
    """Show one webhook and its last tries."""
    async with page("Webhook", paths.SETTINGS) as visit:
        say = visit.say
        known = await visit.api.webhook(webhook_id)
        element("p", f"{known.url} · {say(known.status)}", classes="lead")
        with figures():
            figure(say("Last taken"), moment(known.last_taken_at))
            bad = "bad" if known.status == "disabled" else "warn" if known.failures else ""
            figure(say("Failures in a row"), count(known.failures), known.last_error or "", state=bad)
            figure(say("Next try"), moment(known.retry_at))
        _orders(visit, known)
        element("h2", say("Last tries"))
        path = f"/api/webhooks/{webhook_id}/deliveries"
        told = await visit.api.page(WebhookDeliveryOut, path, {"limit": LIMIT, **set_only(cursor=cursor)})
        if told.data:
            table("Last tries", _columns(say), told.data, say)
            reading_on(told, say)
        else:
            nothing(say("None yet."))
        element("h2", say("Change"))
        _change(visit, known)


def _change(visit: Visit, known: WebhookOut) -> None:
    async def send(values: Values) -> None:
        await visit.api.change_webhook(known.id, order(values))
        ui.navigate.reload()

    form = _fields(visit, {"url": known.url, **{f"{TYPE}{each}": each in known.types for each in TYPES}})
    form.button(visit.say("Save"), send)


def _columns(say: Words) -> list[Column[WebhookDeliveryOut]]:
    return [
        Column("When", lambda each: moment(each.attempted_at)),
        Column("Message", lambda each: say(TYPES[each.type]) if each.type in TYPES else each.type),
        Column("Answer", lambda each: str(each.status_code or "–"), numeric=True),
        Column("What went wrong", lambda each: say.told(each.error or "–")),
        Column("Seconds", lambda each: f"{each.seconds:.2f} {say('s')}", numeric=True),
    ]


def _orders(visit: Visit, known: WebhookOut) -> None:
    say = visit.say
    shown = element("p", role="status")

    async def test() -> None:
        told = await visit.api.test_webhook(known.id)
        answer = (
            say("It was taken.") if told.taken else say("It was not taken: {error}", error=say.told(told.error or "–"))
        )
        shown.text = answer

    async def resume(*, skip: bool) -> None:
        await visit.api.resume_webhook(known.id, skip_missed=skip)
        ui.navigate.reload()

    async def rotate() -> None:
        made = await visit.api.rotate_webhook_secret(known.id)
        shown.text = say("Its secret, shown this once: {secret}", secret=made.secret)

    async def delete() -> None:
        await visit.api.delete_webhook(known.id)
        ui.navigate.to(paths.WEBHOOKS)

    with element("div", classes="actions"):
        button(visit, say("Send a test message"), test)
        if known.status == "disabled" or known.failures:
            button(visit, say("Go on"), partial(resume, skip=False))
            button(visit, say("Go on without what was missed"), partial(resume, skip=True))
        button(visit, say("Give it a new secret"), rotate, asks=say("For 24 hours messages are signed with both."))
        button(visit, say("Delete"), delete, asks=say("Tell this receiver nothing more?"))
