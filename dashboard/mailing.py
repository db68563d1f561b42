"""What tasks and campaigns have in common at the pages: what they are made of, when they begin, what they would do."""

import hashlib
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from api.schemas.campaign import CampaignDryRunOut
from api.schemas.task import DryRunOut
from api.schemas.template import TemplateOut
from dashboard import paths
from dashboard.element import element
from dashboard.figure import figure
from dashboard.form import Form, Send, Values
from dashboard.frame import Visit
from dashboard.table import nothing
from dashboard.words import Words
from dashboard.written import count, moment, typed_moment

PRECEDENCE: Final = {"0": "as others", "1": "before others", "-1": "after others"}
"""Priorities."""


@dataclass(frozen=True)
class Ingredients:
    """Whom can be written to, and what."""

    lists: Mapping[str, str]
    """Names, with how many are on them, by id."""
    templates: Mapping[str, TemplateOut]
    """By id."""

    @property
    def template_names(self) -> dict[str, str]:
        """By id."""
        return {key: each.name for key, each in self.templates.items()}


async def ingredients(visit: Visit) -> Ingredients | None:
    """Ask for them. None where something lacks: then the page says what to do first."""
    say = visit.say
    lists = {str(each.id): f"{each.name} ({count(each.contacts)})" async for each in visit.api.lists()}
    if not lists:
        nothing(say("Nobody to write to yet: import contacts first."), say("Import contacts"), paths.CONTACTS)
        return None
    templates = {str(each.id): each async for each in visit.api.templates()}
    if not templates:
        nothing(say("Nothing to write yet: write a template first."), say("Write one"), paths.NEW_TEMPLATE)
        return None
    return Ingredients(lists, templates)


def starting(values: Values) -> str | None:
    """When it is to begin, as the API takes it; None: at once."""
    begins = values.get("startAt")
    return typed_moment(begins) if begins else None


def key_of_orders() -> Callable[[object], str]:
    """Make the Idempotency-Keys of one page: the same order is the same mailing, however often its button is pressed.

    So is one that got no answer, and may have been taken.
    """
    page = uuid4().hex
    return lambda order: f"{page}-{hashlib.sha256(json.dumps(order, sort_keys=True).encode()).hexdigest()[:32]}"


def tried_and_sent(
    visit: Visit, form: Form, text: str, look: Callable[[Values], Coroutine[None, None, Callable[[], None]]], send: Send
) -> None:
    """Two buttons below a form: one asks what it would do and shows it, the other, `text`, does it."""

    async def tried(values: Values) -> None:
        show = await look(values)
        shown.clear()
        with shown:
            show()

    with element("div", classes="actions"):
        form.button(visit.say("What would it do?"), tried).classes(remove="main")
        form.button(text, send)
    shown = element("div", role="status")


def in_common(told: DryRunOut | CampaignDryRunOut, ends: str, say: Words) -> None:
    """Figures of both: who gets nothing, what there is to send with, when it ends."""
    figure(say("Suppressed"), count(told.suppressed), say("want no mail"))
    figure(say("Services"), count(told.active_services), say("of the pool can be used"))
    figure(ends, moment(told.forecast.ends_at), say("as foreseen"))


def missing(told: DryRunOut | CampaignDryRunOut, say: Words) -> None:
    """Which fields contacts lack."""
    for each in told.missing_fields:
        values = {"number": count(each.contacts), "name": each.name, "example": each.example}
        element("p", say("{number} contacts have no {name}, such as {example}", **values), classes="warn")
