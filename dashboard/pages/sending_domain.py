"""Sending domains: which mails are signed for, what is to be published, and whether it is."""

from functools import partial
from typing import Final, Literal

from nicegui import ui

from api.schemas.base import Page
from api.schemas.sending_domain import DnsRecordOut, SendingDomainOut
from dashboard import paths
from dashboard.button import button
from dashboard.element import element
from dashboard.finding import findings
from dashboard.form import Form, Values, given
from dashboard.frame import Visit, page, shown_at
from dashboard.table import nothing, reading_on, set_only
from dashboard.words import Words
from dashboard.written import moment

LIMIT: Final = "20"


@shown_at(paths.DOMAINS)
async def sending_domains(cursor: str = "") -> None:
    """Show domains with their records, and add one."""
    async with page("Sending domains", paths.SERVICES) as visit:
        say = visit.say
        told = await visit.api.page(
            SendingDomainOut, "/api/sending-domains", {"limit": LIMIT, **set_only(cursor=cursor)}
        )
        _domains(visit, told)
        element("h2", say("New sending domain"))
        _form(visit)


def _domains(visit: Visit, told: Page[SendingDomainOut]) -> None:
    if not told.data:
        nothing(visit.say("No sending domain yet: mails that are signed for your domain are trusted more."))
        return
    for each in told.data:
        _domain(visit, each)
    reading_on(told, visit.say)


def _domain(visit: Visit, told: SendingDomainOut) -> None:
    say = visit.say
    element("h2", f"{told.domain} ({told.selector}) · {say(told.status)}")
    element("p", say("Last checked: {at}. Last found: {found}.", at=moment(told.checked_at),
                     found=moment(told.published_at)), classes="faint")  # fmt: skip
    findings(told.findings, say)
    with element("details", **({} if told.status == "active" else {"open": ""})):
        element("summary", say("What to publish in the DNS"))
        for record in told.records:
            _record(record, say)
    _orders(visit, told)


def _record(told: DnsRecordOut, say: Words) -> None:
    """To be copied: its name, kind and whole value, a line each."""
    (note,) = say.coded(told.purpose, {}, told.note)
    element("p", f"{told.purpose.upper()}: {note}")
    element("pre", f"{told.name}\n{told.kind}\n{told.value}")


def _orders(visit: Visit, told: SendingDomainOut) -> None:
    say = visit.say

    async def check() -> None:
        await visit.api.check_sending_domain(told.id)
        ui.navigate.reload()

    async def change(status: Literal["active", "off"]) -> None:
        await visit.api.change_sending_domain(told.id, {"status": status})
        ui.navigate.reload()

    async def delete() -> None:
        await visit.api.delete_sending_domain(told.id)
        ui.navigate.reload()

    with element("div", classes="actions"):
        button(visit, say("Look into the DNS"), check)
        if told.status == "off":
            button(visit, say("Sign again"), partial(change, "active"))
        else:
            button(visit, say("Sign no more"), partial(change, "off"))
        asks = say("Forget this domain and its key? Leave its record published for some days.")
        button(visit, say("Delete"), delete, asks=asks)


def _form(visit: Visit) -> None:
    say = visit.say

    async def send(values: Values) -> None:
        await visit.api.create_sending_domain(given(values))
        ui.navigate.reload()

    with Form(visit, {"selector": "tempost"}) as form:
        form.field("domain", say("Domain"), hint=say("That of your From addresses, such as example.org."))
        form.field("selector", say("Selector"), hint=say("Names this key among those of the domain."))
        form.choice("algorithm", say("Algorithm"), {"rsa": "RSA", "ed25519": "Ed25519"})
    form.button(say("Make a key"), send)
