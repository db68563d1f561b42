"""The fields of a campaign's round in a form, and what the API is told by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.element import element
from dashboard.form import Form, Values, number
from dashboard.frame import Visit
from dashboard.variant_fields import ContentFields, Sources, content_order

AUDIENCES: Final = {
    "not_replied": "who have not replied",
    "not_opened": "who have not opened",
    "not_clicked": "who have not clicked",
    "clicked_not_replied": "who clicked and have not replied",
    "all": "all",
}
"""The usual one first."""
UNITS: Final = {"days": "days", "business_days": "business days"}
FOLLOW_UP: Final = {"delay": "3", "delayUnit": "business_days", "threaded": "true"}
"""What is usual."""


@dataclass(frozen=True)
class Choices:
    """What a round can be made of, by id."""

    templates: Sources
    segments: Mapping[str, str]


async def choices(visit: Visit, templates: Sources | None = None) -> Choices:
    """Ask for them; for templates only where they are not known yet."""
    if templates is None:
        templates = {str(each.id): each async for each in visit.api.templates()}
    return Choices(templates, {str(each.id): each.name async for each in visit.api.segments()})


def round_fields(visit: Visit, form: Form, round_no: int, known: Choices, prefix: str = "") -> None:
    """Put the fields of a round into a form, their names behind the prefix; a first round waits for nothing."""
    say = visit.say
    form.fault(prefix.rstrip("/"))
    ContentFields(visit, form, known.templates, prefix)
    if round_no > 1:
        with element("div", classes="beside"):
            form.field(f"{prefix}delay", say("Delay"), kind="number", hint=say("After the contact's own mail before."))
            units = say.each(UNITS)
            form.choice(f"{prefix}delayUnit", say("Unit of the delay"), units)
        form.choice(f"{prefix}audience", say("To those"), say.each(AUDIENCES))
        form.field(f"{prefix}threaded", say("As an answer in the thread of the mail before"), kind="checkbox")
    if known.segments:
        anybody = {"": say("whatever their segment")}
        form.choice(f"{prefix}segmentId", say("Only those of a segment"), anybody | dict(known.segments))


def round_order(values: Values, known: Choices, prefix: str = "") -> dict[str, object]:
    """What the API is told of one round."""
    mine = {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
    told = content_order(mine, known.templates)
    told |= {name: mine[name] for name in ("delayUnit", "audience") if mine.get(name)}
    if mine.get("delay", "") != "":
        told["delay"] = number(mine["delay"])
    if "threaded" in mine:
        told["threaded"] = mine["threaded"] == "true"
    if "segmentId" in mine:
        told["segmentId"] = mine["segmentId"] or None
    return told
