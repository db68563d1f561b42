"""What a round sends, in a form: a template, or several variants of which the best may go to the rest."""

from collections.abc import Callable, Mapping
from typing import Final

from api.schemas.template import TemplateOut
from contracts.variant import MOST_VARIANTS
from dashboard.element import element
from dashboard.form import Form, Values, number
from dashboard.frame import Visit

TEMPLATE: Final = "templateId"
VARIANT: Final = "variants/{place}/"
RULE: Final = "winnerRule/"
MEASURES: Final = {
    "": "none: each variant gets its part",
    "replies": "with the most replies",
    "clicks": "with the most clicks",
    "opens": "with the most opens",
}
SHARE: Final = "50"
"""Of the first two, in percent: together everyone."""
USUAL: Final = {f"{RULE}after": "48", f"{RULE}confidence": "95"}
"""Hours, percent."""


class ContentFields:
    """The fields of a round's content. They are drawn anew from what was typed when a variant comes or goes."""

    def __init__(self, visit: Visit, form: Form, templates: Mapping[str, str], prefix: str, kept: str = "") -> None:
        self._visit = visit
        self._form = form
        self._templates = templates
        self._prefix = prefix
        self._kept = kept
        """What is said for the content that a round has already; empty: it has none."""
        self._place = element("div", classes="fields")
        self._variants = 0
        self._draw()

    def _draw(self) -> None:
        self._place.clear()
        with self._place:
            if self._variants:
                self._several()
            else:
                self._one()

    def _one(self) -> None:
        say = self._visit.say
        kept = {"": self._kept} if self._kept else {}
        self._form.choice(f"{self._prefix}{TEMPLATE}", say("Template"), kept | dict(self._templates))
        with element("div", classes="actions"):
            self._button(say("Compare variants"), self._compare)

    def _several(self) -> None:
        say = self._visit.say
        for place in range(self._variants):
            prefix = f"{self._prefix}{VARIANT.format(place=place)}"
            with element("fieldset"):
                element("legend", say("Variant {name}", name=letter(place)))
                self._form.fault(prefix.rstrip("/"))
                self._form.choice(f"{prefix}{TEMPLATE}", say("Template"), self._templates)
                self._form.field(f"{prefix}subject", say("Subject"), hint=say("Empty: that of the template."))
                self._form.field(f"{prefix}share", say("Part of the contacts, in percent"), kind="number", step="any")
        with element("div", classes="actions"):
            if self._variants < MOST_VARIANTS:
                self._button(say("Add a variant"), self._add)
            self._button(say("Take the last variant away"), self._take)
        measures = say.each(MEASURES)
        hint = say(
            "With a rule, the parts try the variants out and the rest gets the best: leave a rest, such as 60 %."
        )
        self._form.choice(f"{self._prefix}{RULE}measure", say("The rest gets the one"), measures, hint=hint)
        with element("div", classes="beside"):
            after = say("Hours until that is decided")
            self._form.field(f"{self._prefix}{RULE}after", after, kind="number", step="any")
            sure = say("Below it nothing is certain, and the first variant goes to the rest.")
            self._form.field(f"{self._prefix}{RULE}confidence", say("How sure, in percent"), kind="number", hint=sure)

    def _button(self, text: str, act: Callable[[], None]) -> None:
        element("button", text, type="button").on("click", lambda _: act())

    def _compare(self) -> None:
        """Two variants, the first of what was chosen."""
        chosen = self._form.values.get(f"{self._prefix}{TEMPLATE}", "")
        self._form.forget(f"{self._prefix}{TEMPLATE}")
        self._form.values |= {f"{self._prefix}{name}": value for name, value in USUAL.items()}
        self._begin(0, chosen)
        self._begin(1, chosen)
        self._grow(2)

    def _add(self) -> None:
        self._begin(self._variants, "")
        self._grow(self._variants + 1)

    def _begin(self, place: int, template: str) -> None:
        prefix = f"{self._prefix}{VARIANT.format(place=place)}"
        self._form.values |= {f"{prefix}share": SHARE if place < 2 else "", f"{prefix}subject": ""}
        self._form.values[f"{prefix}{TEMPLATE}"] = template or next(iter(self._templates))

    def _take(self) -> None:
        """The last; of two both: a single variant is none."""
        left = self._variants - 1 if self._variants > 2 else 0
        for place in range(left, self._variants):
            self._form.forget(f"{self._prefix}{VARIANT.format(place=place)}")
        if not left:
            self._form.forget(f"{self._prefix}{RULE}")
        self._variants = left
        self._draw()

    def _grow(self, to: int) -> None:
        self._variants = to
        self._draw()
        self._form.focus(f"{self._prefix}{VARIANT.format(place=to - 1)}{TEMPLATE}")


def letter(place: int) -> str:
    """What a variant is called, from A on."""
    return chr(ord("A") + place)


def content_order(mine: Values, templates: Mapping[str, TemplateOut]) -> dict[str, object]:
    """What the API is told of a content, by values whose names have no prefix; nothing: it stays as it is."""
    places = sorted({int(name.split("/")[1]) for name in mine if name.startswith("variants/")})
    if not places:
        return {TEMPLATE: mine[TEMPLATE]} if mine.get(TEMPLATE) else {}
    told: dict[str, object] = {"variants": [_variant(mine, place, templates) for place in places]}
    if measure := mine.get(f"{RULE}measure"):
        after, confidence = _part(mine, f"{RULE}after", 1 / 3600), _part(mine, f"{RULE}confidence", 100)
        told["winnerRule"] = {"measure": measure, "after": after, "confidence": confidence}
    return told


def _variant(mine: Values, place: int, templates: Mapping[str, TemplateOut]) -> dict[str, object]:
    """A variant holds a copy of its template, under a subject of its own if one was typed."""
    prefix = VARIANT.format(place=place)
    template = templates[mine[f"{prefix}{TEMPLATE}"]]
    bodies = {name: body for name, body in (("html", template.html), ("text", template.text)) if body}
    subject = mine.get(f"{prefix}subject", "").strip() or template.subject
    return {"name": letter(place), "share": _part(mine, f"{prefix}share", 100), "subject": subject, **bodies}


def _part(mine: Values, name: str, of: float) -> float | str:
    """A number of percent or hours as the API takes it; what is none as it was typed, to be refused there."""
    typed = number(mine.get(name, ""))
    return typed if isinstance(typed, str) else round(typed / of, 6)
