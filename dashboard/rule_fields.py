"""The rules of a segment in a form: conditions that are added, changed and taken away, or JSON for all the rest."""

from collections.abc import Mapping
from typing import Final

from nicegui import ui
from nicegui.element import Element

from dashboard.element import element
from dashboard.form import Form, Values
from dashboard.frame import Visit
from dashboard.segment_rules import conditions_of, place_of, read, rules_of, written

HOW: Final = {"all": "all of these conditions", "any": "any of these conditions"}
HOLDS: Final = {"yes": "must be true", "no": "must not be true"}
CONDITIONS: Final = {
    "field": "a field has a value",
    "tag": "has the tag",
    "list": "stands on the list",
    "domain": "the address is of the domain",
    "engagement": "a mail to them was …",
    "created": "was added in the last days",
    "updated": "was changed in the last days",
    "suppressed": "is never written to",
}
OPS: Final = {
    "equals": "is",
    "notEquals": "is not",
    "contains": "contains",
    "startsWith": "begins with",
    "in": "is one of (commas between)",
    "greater": "is greater than",
    "less": "is less than",
    "exists": "is there",
}
ENGAGEMENTS: Final = {
    "sent": "sent",
    "opened": "opened",
    "clicked": "clicked",
    "replied": "replied to",
    "autoReplied": "answered by a machine",
    "bounced": "returned for good",
    "complained": "complained about",
    "unsubscribed": "answered by unsubscribing",
}
JSON: Final = "rules"


class RuleFields:
    """Put into a form; `rules` are shown as conditions if these can say them."""

    def __init__(self, visit: Visit, form: Form, rules: object, lists: Mapping[str, str]) -> None:
        self._visit = visit
        self._form = form
        self._lists = lists
        self._shown: dict[int, Element] = {}
        self._added = 0
        self._place = element("div", classes="rounds")
        if shown := conditions_of(rules):
            self._conditions(*shown)
        else:
            self._json(rules)

    def rules(self, values: Values) -> object:
        """What the API is told."""
        if JSON in values:
            return read(values[JSON])
        told = [
            {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
            for prefix in map(_prefix, self._shown)
        ]
        return rules_of(values.get("how", "all"), told)

    def place_of(self, pointer: str) -> str:
        """The field that a pointer of the API into the rules is about."""
        return pointer if JSON in self._form.values else place_of(pointer, list(self._shown))

    def _anew(self) -> Element:
        """The place of the fields, empty; none of them has a value."""
        self._place.clear()
        self._shown.clear()
        self._form.forget("rules")
        self._form.forget("how")
        return self._place

    def _json(self, rules: object) -> None:
        say = self._visit.say
        hint = say("Groups: all, any, not. Conditions: field, tag, list, domain, created, updated, engagement.")
        with self._anew():
            self._form.values[JSON] = rules if isinstance(rules, str) else written(rules)
            self._form.field(JSON, say("Rules, as JSON"), kind="textarea", rows="12", spellcheck="false", hint=hint)
            with element("div", classes="actions"):
                element("button", say("As conditions"), type="button").on("click", self._to_conditions)

    def _conditions(self, how: str, conditions: list[Values]) -> None:
        say = self._visit.say
        with self._anew():
            self._form.values["how"] = how
            self._form.choice("how", say("Those who meet"), say.each(HOW))
            self._rows = element("div", classes="rounds")
            for condition in conditions:
                self._add(condition)
            with element("div", classes="actions"):
                element("button", say("Add a condition"), type="button").on("click", self._add_by_hand)
                element("button", say("As JSON"), type="button").on("click", self._to_json)

    def _to_conditions(self) -> None:
        if shown := conditions_of(read(self._form.values[JSON])):
            self._conditions(*shown)
        else:
            say = self._visit.say
            ui.notify(say("Fields cannot say these rules: groups in groups, moments, or no rules."), type="warning")

    def _to_json(self) -> None:
        self._json(self.rules(self._form.values))

    def _add_by_hand(self) -> None:
        place = self._add({"kind": "field"})
        self._form.focus(f"{_prefix(place)}kind")

    def _add(self, condition: Values) -> int:
        """One more condition; its number is its name."""
        say, form, place = self._visit.say, self._form, self._added
        self._added += 1
        prefix = _prefix(place)
        form.values |= {f"{prefix}{name}": value for name, value in condition.items()}
        with self._rows, element("fieldset", classes="condition") as made:
            element("legend", say("Condition"))
            kinds = say.each(CONDITIONS)
            kind = form.choice(f"{prefix}kind", say("What"), kinds)
            form.choice(f"{prefix}holds", say("Whether"), say.each(HOLDS))
            details = element("div", classes="details")
            with element("div", classes="actions"):
                element("button", say("Take it away"), type="button").on("click", lambda: self._take(place))
        self._shown[place] = made

        def anew() -> None:
            for name in ("field", "op", "value", "tag", "list", "domain", "engagement", "days"):
                form.forget(f"{prefix}{name}")
            details.clear()
            with details:
                self._details(prefix)

        with details:
            self._details(prefix)
        kind.on("input", anew)
        return place

    def _take(self, place: int) -> None:
        self._shown.pop(place).delete()
        self._form.forget(_prefix(place))

    def _details(self, prefix: str) -> None:
        """The fields of a condition's kind."""
        say, form = self._visit.say, self._form
        kind = form.values[f"{prefix}kind"]
        if kind == "field":
            form.field(
                f"{prefix}field", say("Field"), hint=say("As in the file's columns, such as first_name; or email.")
            )
            form.choice(f"{prefix}op", say("How"), say.each(OPS))
            form.field(f"{prefix}value", say("Its value"))
        elif kind == "list":
            form.choice(f"{prefix}list", say("List"), self._lists)
        elif kind in {"tag", "domain"}:
            form.field(f"{prefix}{kind}", say("Tag") if kind == "tag" else say("Domain"))
        elif kind == "engagement":
            form.choice(f"{prefix}engagement", say("What came of it"), say.each(ENGAGEMENTS))
        if kind in {"engagement", "created", "updated"}:
            hint = say("Empty: ever.") if kind == "engagement" else ""
            form.field(f"{prefix}days", say("In the last days"), kind="number", min="1", hint=hint)


def _prefix(place: int) -> str:
    return f"rules/{place}/"
