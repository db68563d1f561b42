"""One service: its settings in a form, new or to be changed, and what can be ordered of it."""

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from nicegui import ui

from api.schemas.service import SentPerHourOut, ServiceOut
from dashboard import paths
from dashboard.button import button
from dashboard.chart import Series, by_group
from dashboard.element import element
from dashboard.figure import figure, figures
from dashboard.form import Form, Values, given, number
from dashboard.frame import Visit, page, shown_at
from dashboard.live import InPlace, live
from dashboard.pages.service_list import HOURS_SECONDS, free, state, success
from dashboard.pages.service_order import toggle_button, toggle_text, trial_button
from dashboard.words import Words
from dashboard.written import count, moment

NUMBERS: Final = ("port", "dailyQuota", "sendingInterval", "maxConnections", "priority", "jitter")
NEW: Final = {"kind": "mailbox", "port": 587, "security": "starttls", "dailyQuota": 200, "sendingInterval": 60}
NEW_DEFAULTS: Final = {**NEW, "maxConnections": 1, "priority": 0}


@shown_at(paths.NEW_SERVICE)
async def new_service() -> None:
    """Add a service."""
    async with page("New service", paths.SERVICES) as visit:

        async def send(values: Values) -> None:
            made = await visit.api.create_service(order(values))
            ui.navigate.to(paths.service(made.id))

        _form(visit, {**NEW_DEFAULTS, "timeZone": visit.session.zone.key}).button(visit.say("Add the service"), send)


@shown_at(paths.SERVICE)
async def service(service_id: UUID) -> None:
    """Show a service, change it, try it."""
    async with page("Service", paths.SERVICES) as visit:
        await live(visit, lambda: visit.api.service(service_id), lambda told: _service(visit, told))
        element("h2", visit.say("Mails of the last 24 hours"))
        ask = partial(visit.api.sent_per_hour, [service_id])
        await live(visit, ask, lambda told: _hours(told, visit.say), HOURS_SECONDS)
        element("h2", visit.say("Settings"))
        known = await visit.api.service(service_id)

        async def send(values: Values) -> None:
            await visit.api.change_service(service_id, order(values))
            ui.notify(visit.say("Saved"))

        _form(visit, known.model_dump(mode="json", by_alias=True)).button(visit.say("Save"), send)


def order(values: Values) -> dict[str, object]:
    """What the API is to be told: filled-in fields, numbers as numbers."""
    told = given({name: value for name, value in values.items() if name in FIELDS})
    return {name: number(str(value)) if name in NUMBERS else value for name, value in told.items()}


FIELDS: Final = (
    "name", "kind", "pool", "host", "port", "security", "username", "password", "fromAddress", "fromName", "dailyQuota",
    "sendingInterval", "jitter", "maxConnections", "priority", "timeZone",
)  # fmt: skip


def _form(visit: Visit, values: dict[str, object]) -> Form:
    say = visit.say
    with Form(visit, values) as form:
        form.field("name", say("Name"))
        form.choice("kind", say("Kind"), {"mailbox": say("mailbox: one mail after the other"), "relay": say("relay")})
        form.field("pool", say("Pool"), hint=say("Empty: your own."))
        form.field("host", say("SMTP host"))
        form.field("port", say("Port"), kind="number")
        form.choice("security", say("Security"), {"starttls": "STARTTLS", "tls": "TLS", "none": say("none")})
        form.field("username", say("User name"), autocomplete="off")
        form.field(
            "password", say("Password"), kind="password", hint=say("Never shown again."), autocomplete="new-password"
        )
        form.field("fromAddress", say("From address"), kind="email")
        form.field("fromName", say("From name"))
        form.field("dailyQuota", say("Mails a day"), kind="number")
        form.field("sendingInterval", say("Seconds between two mails"), kind="number", step="any")
        form.field(
            "jitter", say("Jitter"), kind="number", step="any", hint=say("0.2: up to a fifth longer, at random.")
        )
        form.field("maxConnections", say("Most connections"), kind="number")
        form.field("priority", say("Priority"), kind="number", hint=say("Higher goes first."))
        form.field("timeZone", say("Time zone"), hint=say("Its day begins there, such as Europe/Vienna."))
    return form


def _service(visit: Visit, told: ServiceOut) -> InPlace[ServiceOut]:
    """What changes while one looks, and what can be ordered: buttons stay where they are."""
    say = visit.say
    with element("div") as top:
        _standing(told, say)

    async def delete() -> None:
        await visit.api.delete_service(told.id)
        ui.navigate.to(paths.SERVICES)

    with element("div", classes="actions"):
        toggle = toggle_button(visit, told)
        trial_button(visit, told, say("Try to sign in"))
        button(visit, say("Delete"), delete, asks=say("Delete this service? Its mails stay in the ledger."))

    def in_place(newest: ServiceOut) -> bool:
        top.clear()
        with top:
            _standing(newest, say)
        toggle.text = toggle_text(newest, say)
        return newest.name == told.name

    return in_place


def _standing(told: ServiceOut, say: Words) -> None:
    element("p", f"{told.name} · {state(told, say)}", classes="lead", role="status")
    if told.rest_reason:
        element(
            "p", say("It rests until {at}: {reason}", at=moment(told.rested_until), reason=say.told(told.rest_reason))
        )
    with figures():
        left = f"{count(told.remaining_quota)} / {count(told.day_quota)}"
        figure(say("Left today"), left, say("until {at}", at=moment(told.quota_reset_at)))
        figure(say("Next free"), free(told, say), say("by its interval of {seconds} s", seconds=told.sending_interval))
        figure(say("Score"), f"{told.score:.2f}", say("of those that are free, the best one sends"))
        figure(say("Success"), success(told), say("of its last mails"))
        figure(say("Last mail"), moment(told.last_sent_at))


def _hours(told: SentPerHourOut, say: Words) -> None:
    sent = told.data[0].sent
    if not any(sent):
        element("p", say("None was sent."), classes="faint")
        return
    hours = [moment(told.since + timedelta(hours=hour))[-len("00:00") :] for hour in range(len(sent))]
    by_group(say("Mails of each hour"), hours, [Series(say("Mails"), sent)], say, first="Hour")
