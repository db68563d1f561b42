"""What a round sends, in a form: a template, or several variants of which the best may go to the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from api.schemas.campaign import RoundContentOut
from api.schemas.sending_rule import WinnerRuleOut
from contracts.variant import MOST_VARIANTS
from dashboard.element import element
from dashboard.form import Form, Values, number
from dashboard.frame import Visit
from dashboard.words import Words

TEMPLATE: Final = "templateId"
SUBJECT: Final = "subject"
"""One of its own: each variant has a field for it, a single content only if it was one of variants before."""
VARIANTS: Final = "variants/"
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
KEPT: Final = "kept/{place}"
"""Beside the ids of templates: what a round that is changed sends until now."""


class Source(Protocol):
    """Where a content is taken from: a template has all of these."""

    @property
    def name(self) -> str: ...  # noqa: D102 - its name says it
    @property
    def subject(self) -> str: ...  # noqa: D102 - its name says it
    @property
    def html(self) -> str | None: ...  # noqa: D102 - its name says it
    @property
    def text(self) -> str | None: ...  # noqa: D102 - its name says it


@dataclass(frozen=True)
class Kept:
    """A content that a round has already; its name says so to a person."""

    name: str
    subject: str
    html: str | None
    text: str | None


Sources = Mapping[str, Source]
"""By the value of the field in which one is chosen."""


class ContentFields:
    """The fields of a round's content. They are drawn anew from what was typed when a variant comes or goes."""

    def __init__(self, visit: Visit, form: Form, sources: Sources, prefix: str) -> None:
        self._visit = visit
        self._form = form
        self._sources = sources
        self._names = {key: each.name for key, each in sources.items()}
        self._prefix = prefix
        self._place = element("div", classes="fields")
        self._draw()

    @property
    def _variants(self) -> int:
        return len(_places(self._form.values, f"{self._prefix}{VARIANTS}"))

    def _name(self, place: int, field: str) -> str:
        return f"{self._prefix}{VARIANT.format(place=place)}{field}"

    def _draw(self) -> None:
        self._place.clear()
        with self._place:
            if self._variants:
                self._several()
            else:
                self._one()

    def _one(self) -> None:
        say = self._visit.say
        self._form.choice(f"{self._prefix}{TEMPLATE}", say("Template"), self._names)
        if f"{self._prefix}{SUBJECT}" in self._form.values:
            self._subject(self._prefix)
        with element("div", classes="actions"):
            self._button(say("Compare variants"), self._compare)

    def _several(self) -> None:
        say = self._visit.say
        for place in range(self._variants):
            self._variant(place)
        if self._variants < MOST_VARIANTS:
            with element("div", classes="actions"):
                self._button(say("Add a variant"), self._add)
        measures = say.each(MEASURES)
        hint = say(
            "With a rule, the parts try the variants out and the rest gets the best: leave a rest, such as 60 %."
        )
        self._form.choice(f"{self._prefix}{RULE}measure", say("The rest gets the one"), measures, hint=hint)
        with element("div", classes="beside"):
            after = say("Hours until that is decided")
            self._form.field(f"{self._prefix}{RULE}after", after, kind="number", step="any")
            sure = say("Below it nothing is certain, and the first variant goes to the rest.")
            label = say("How sure, in percent")
            self._form.field(f"{self._prefix}{RULE}confidence", label, kind="number", step="any", hint=sure)

    def _variant(self, place: int) -> None:
        say, form = self._visit.say, self._form
        title = say("Variant {name}", name=form.values[self._name(place, "name")])
        with element("fieldset"):
            element("legend", title)
            form.fault(self._name(place, "").rstrip("/"))
            form.choice(self._name(place, TEMPLATE), say("Template"), self._names)
            self._subject(self._name(place, ""))
            part = say("Part of the contacts, in percent")
            form.field(self._name(place, "share"), part, kind="number", step="any")
            with element("div", classes="actions"):
                self._button(say("Take it away"), lambda: self._take(place), title)

    def _subject(self, prefix: str) -> None:
        say = self._visit.say
        self._form.field(f"{prefix}{SUBJECT}", say("Subject"), hint=say("Empty: that of the template."))

    def _button(self, text: str, act: Callable[[], None], about: str = "") -> None:
        with element("button", text, type="button").on("click", lambda _: act()):
            if about:
                element("span", f" {about}", classes="unseen")

    def _compare(self) -> None:
        """Two variants of what was chosen."""
        chosen, subject = (self._form.values.get(f"{self._prefix}{name}", "") for name in (TEMPLATE, SUBJECT))
        for name in (TEMPLATE, SUBJECT):
            self._form.forget(f"{self._prefix}{name}")
        self._form.values |= {f"{self._prefix}{name}": value for name, value in USUAL.items()}
        self._begin(0, chosen, subject)
        self._begin(1, chosen, subject)
        self._show(1)

    def _add(self) -> None:
        place = self._variants
        self._begin(place, "")
        self._show(place)

    def _begin(self, place: int, template: str, subject: str = "") -> None:
        """A variant has the first letter that no other has for its name."""
        taken = {self._form.values[self._name(other, "name")] for other in range(place)}
        new = {
            "name": next(name for name in map(letter, range(place + 1)) if name not in taken),
            TEMPLATE: template or next(iter(self._sources), ""),
            SUBJECT: subject,
            "share": SHARE if place < 2 else "",
        }
        self._form.values |= {self._name(place, field): value for field, value in new.items()}

    def _take(self, place: int) -> None:
        """Those after it move up; of two both go: a single variant is none."""
        left = [self._typed(other) for other in range(self._variants) if other != place]
        self._form.forget(f"{self._prefix}{VARIANTS}")
        if len(left) < 2:
            self._form.forget(f"{self._prefix}{RULE}")
            self._form.values |= {
                f"{self._prefix}{name}": value for name, value in alone(left[0], self._sources).items()
            }
            left = []
        for at, typed in enumerate(left):
            self._form.values |= {self._name(at, field): value for field, value in typed.items()}
        self._show(min(place, len(left) - 1))

    def _typed(self, place: int) -> Values:
        return _mine(self._form.values, self._name(place, ""))

    def _show(self, place: int) -> None:
        """Draw anew and go on at a variant, or at the only content."""
        self._draw()
        self._form.focus(self._name(place, TEMPLATE) if self._variants else f"{self._prefix}{TEMPLATE}")


def letter(place: int) -> str:
    """What a variant is called, from A on."""
    return chr(ord("A") + place)


def alone(typed: Values, sources: Sources) -> Values:
    """What the fields hold of a variant that is left alone; it keeps a subject that its source does not have."""
    source = sources.get(typed[TEMPLATE])
    own = typed[SUBJECT].strip() not in ("", source and source.subject)
    return {TEMPLATE: typed[TEMPLATE], **({SUBJECT: typed[SUBJECT]} if own else {})}


def kept_contents(told: RoundContentOut, template_id: UUID | None, say: Words) -> dict[str, Kept]:
    """What a round sends until now, to be chosen again; a template of which it has a copy is among the templates."""
    if told.variants:
        return {
            KEPT.format(place=place): Kept(
                say("the text of {name} as it is", name=each.name), each.subject, each.html, each.text
            )
            for place, each in enumerate(told.variants)
        }
    return {} if template_id else {KEPT.format(place=0): Kept(say("as it is"), told.subject, told.html, told.text)}


def content_values(told: RoundContentOut, template_id: UUID | None, rule: WinnerRuleOut | None) -> dict[str, object]:
    """What the fields hold for a round that is there."""
    if not told.variants:
        return {TEMPLATE: template_id or KEPT.format(place=0)}
    values: dict[str, object] = dict(USUAL)
    for place, each in enumerate(told.variants):
        fields = {
            "name": each.name, TEMPLATE: KEPT.format(place=place), "subject": each.subject,
            "share": f"{100 * each.share:.6g}",
        }  # fmt: skip
        values |= {f"{VARIANT.format(place=place)}{field}": value for field, value in fields.items()}
    if rule is not None:
        after = f"{rule.after / timedelta(hours=1):.12g}"
        confidence = f"{100 * rule.confidence:.6g}"
        values |= {f"{RULE}measure": rule.measure, f"{RULE}after": after, f"{RULE}confidence": confidence}
    return values


def content_order(mine: Values, sources: Sources) -> dict[str, object]:
    """What the API is told of a content, by values whose names have no prefix."""
    places = _places(mine, VARIANTS)
    if not places:
        chosen = mine.get(TEMPLATE, "")
        source, subject = sources.get(chosen), mine.get(SUBJECT, "")
        if source is not None and (isinstance(source, Kept) or subject.strip()):
            return {"content": _content(source, subject)}
        return {TEMPLATE: chosen} if chosen else {}
    told: dict[str, object] = {"variants": [_variant(mine, place, sources) for place in places]}
    if measure := mine.get(f"{RULE}measure"):
        after, confidence = _part(mine, f"{RULE}after", 1 / 3600), _part(mine, f"{RULE}confidence", 100)
        told["winnerRule"] = {"measure": measure, "after": after, "confidence": confidence}
    return told


def _places(values: Values, prefix: str) -> list[int]:
    return sorted({int(name.removeprefix(prefix).split("/")[0]) for name in values if name.startswith(prefix)})


def _mine(values: Values, prefix: str) -> Values:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}


def _variant(mine: Values, place: int, sources: Sources) -> dict[str, object]:
    """A variant holds a copy of its source, under a subject of its own if one was typed.

    Where there is no source to choose, it has no body, which the API refuses with a word for the person.
    """
    typed = _mine(mine, VARIANT.format(place=place))
    source, subject = sources.get(typed[TEMPLATE]), typed.get(SUBJECT, "")
    content: dict[str, object] = {SUBJECT: subject} if source is None else _content(source, subject)
    return {"name": typed["name"], "share": _part(typed, "share", 100), **content}


def _content(source: Source, subject: str) -> dict[str, object]:
    bodies = {name: body for name, body in (("html", source.html), ("text", source.text)) if body}
    return {"subject": subject.strip() or source.subject, **bodies}


def _part(mine: Values, name: str, of: float) -> float | str:
    """A number of percent or hours as the API takes it; what is none as it was typed, to be refused there."""
    typed = number(mine.get(name, ""))
    return typed if isinstance(typed, str) else round(typed / of, 6)
