"""The fields of a campaign's round in a form, and what the API is told by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.form import Form, Values, number
from dashboard.frame import Visit

AUDIENCES: Final = {
    "not_replied": "who have not replied",
    "not_opened": "who have not opened",
    "not_clicked": "who have not clicked",
    "clicked_not_replied": "who clicked and have not replied",
    "all": "all",
}
"""The usual one first."""
UNITS: Final = {"days": "days", "business_days": "business days"}
USUAL: Final = {"delay": "3", "delayUnit": "business_days"}
"""Of a follow-up."""


@dataclass(frozen=True)
class Choices:
    """What a round can be made of: names by id."""

    templates: Mapping[str, str]
    segments: Mapping[str, str]


async def choices(visit: Visit) -> Choices:
    """Ask for them."""
    templates = {str(each.id): each.name async for each in visit.api.templates()}
    segments = {str(each.id): each.name async for each in visit.api.segments()}
    return Choices(templates, segments)


def round_fields(visit: Visit, form: Form, round_no: int, known: Choices, prefix: str = "") -> None:
    """Put the fields of a round into a form, their names behind the prefix; a first round waits for nothing."""
    say = visit.say
    form.choice(f"{prefix}templateId", say("Template"), known.templates)
    if round_no > 1:
        form.field(f"{prefix}delay", say("Delay"), kind="number", hint=say("After the contact's own mail before."))
        form.choice(f"{prefix}delayUnit", say("Unit of the delay"), {unit: say(text) for unit, text in UNITS.items()})
        form.choice(f"{prefix}audience", say("To those"), {name: say(text) for name, text in AUDIENCES.items()})
    if known.segments:
        anybody = {"": say("whatever their segment")}
        form.choice(f"{prefix}segmentId", say("Only those of a segment"), anybody | dict(known.segments))


def round_order(values: Values, prefix: str = "") -> dict[str, object]:
    """What the API is told of one round."""
    mine = {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
    told: dict[str, object] = {name: mine[name] for name in ("templateId", "delayUnit", "audience") if mine.get(name)}
    if mine.get("delay", "") != "":
        told["delay"] = number(mine["delay"])
    if "segmentId" in mine:
        told["segmentId"] = mine["segmentId"] or None
    return told
