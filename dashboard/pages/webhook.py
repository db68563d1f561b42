"""Webhooks: who is told what comes back for mails, how that goes, and what can be ordered of each."""

from functools import partial
from typing import Final
from uuid import UUID

from nicegui import ui

from api.schemas.webhook import WebhookDeliveryOut, WebhookOut
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.form import Form, Values
from dashboard.frame import Visit, page
from dashboard.table import Column, nothing, reading_on, table
from dashboard.words import Words
from dashboard.written import count, moment

LIMIT: Final = "50"


@ui.page(paths.WEBHOOKS)
async def webhooks(cursor: str = "") -> None:
    """List webhooks, and add one."""
    async with page("Webhooks", paths.SETTINGS) as visit:
        say = visit.say
        more = {"cursor": cursor} if cursor else {}
        told = await visit.api.page(WebhookOut, "/api/webhooks", {"limit": LIMIT, **more})
        if told.data:
            columns = (
                Column[WebhookOut]("Receiver", _named),
                Column[WebhookOut]("Status", lambda each: say(each.status)),
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


def _named(each: WebhookOut) -> None:
    link(each.url, paths.webhook(each.id))


def _form(visit: Visit) -> None:
    say = visit.say
    with Form(visit) as form:
        form.field("url", say("Address"), kind="url", hint=say("https://… of your program. It is told of everything."))
    shown = element("p", role="status")

    async def send(values: Values) -> None:
        made = await visit.api.create_webhook({"url": values.get("url", "")})
        shown.text = say("Its secret, shown this once: {secret}", secret=made.secret)

    form.button(say("Add the webhook"), send)


@ui.page(paths.WEBHOOK)
async def webhook(webhook_id: UUID, cursor: str = "") -> None:
    """Show one webhook and its last tries."""
    async with page("Webhook", paths.SETTINGS) as visit:
        say = visit.say
        known = await visit.api.webhook(webhook_id)
        element("p", f"{known.url} · {say(known.status)}", classes="lead")
        element("p", ", ".join(known.types), classes="faint")
        if known.last_error:
            element("p", known.last_error, classes="warn")
        _orders(visit, known)
        element("h2", say("Last tries"))
        path = f"/api/webhooks/{webhook_id}/deliveries"
        more = {"cursor": cursor} if cursor else {}
        told = await visit.api.page(WebhookDeliveryOut, path, {"limit": LIMIT, **more})
        if not told.data:
            nothing(say("None yet."))
            return
        table("Last tries", _columns(say), told.data, say)
        reading_on(told, say)


def _columns(say: Words) -> list[Column[WebhookDeliveryOut]]:
    return [
        Column("When", lambda each: moment(each.attempted_at)),
        Column("Message", lambda each: each.type),
        Column("Answer", lambda each: str(each.status_code or "–"), numeric=True),
        Column("What went wrong", lambda each: each.error or "–"),
        Column("Seconds", lambda each: f"{each.seconds:.2f} {say('s')}", numeric=True),
    ]


def _orders(visit: Visit, known: WebhookOut) -> None:
    say = visit.say
    shown = element("p", role="status")

    async def test() -> None:
        told = await visit.api.test_webhook(known.id)
        answer = say("It was taken.") if told.taken else say("It was not taken: {error}", error=told.error or "–")
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
