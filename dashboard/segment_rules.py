"""Rules of a segment as the fields of a form: conditions side by side, all of which or any of which must hold.

The API's rules can say more (groups in groups, moments, one task's mails): those are written as JSON.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from dashboard.form import Values, number

TEXTS: Final = ("tag", "list", "domain")
"""Conditions that are one text, typed into a field of the same name."""
NUMERIC: Final = ("greater", "less")


def rules_of(how: str, conditions: Sequence[Values]) -> dict[str, object]:
    """What the API is told: `how` is `all` or `any`, each condition has the values of its fields."""
    return {how: [_rule(values) for values in conditions]}


def conditions_of(rules: object) -> tuple[str, list[Values]] | None:
    """The fields that say these rules; None if no fields can."""
    how, said = _group(rules)
    conditions = [_values(rule) for rule in said]
    exact = rules_of(how, conditions) == (rules if how in _words(rules) else {how: [rules]})
    return (how, conditions) if conditions and exact else None


def place_of(pointer: str, places: Sequence[int]) -> str:
    """The field of the form that a pointer of the API into the rules is about: `#/rules/all/0/not/tag` → `rules/7/tag`.

    `places` are the names of the conditions, in the order in which they were told.
    """
    parts = [part for part in pointer.removeprefix("#").strip("/").split("/") if part != "not"]
    if len(parts) < 4 or not parts[2].isdecimal() or int(parts[2]) >= len(places):
        return pointer
    last = "days" if parts[-1] == "withinDays" else parts[3]
    return f"rules/{places[int(parts[2])]}/{last}"


def _rule(values: Values) -> dict[str, object]:
    told = _condition(values.get("kind", ""), values)
    return {"not": told} if values.get("holds") == "no" else told


def _condition(kind: str, values: Values) -> dict[str, object]:
    if kind in TEXTS:
        return {kind: values.get(kind, "")}
    if kind in {"created", "updated"}:
        return {kind: {"withinDays": number(values.get("days", ""))}}
    if kind == "engagement":
        days = {"withinDays": number(values["days"])} if values.get("days") else {}
        return {"engagement": values.get("engagement", ""), **days}
    if kind == "suppressed":
        return {"suppressed": True}
    return {"field": values.get("field", ""), "op": values.get("op", "equals"), **_value(values)}


def _value(values: Values) -> dict[str, object]:
    op, value = values.get("op", "equals"), values.get("value", "")
    if op == "exists":
        return {}
    if op == "in":
        return {"value": [each.strip() for each in value.split(",") if each.strip()]}
    return {"value": number(value) if op in NUMERIC else value}


def _words(rules: object) -> Mapping[str, object]:
    return rules if isinstance(rules, Mapping) else {}


def _group(rules: object) -> tuple[str, Sequence[object]]:
    """How the rules are joined, and each of them; a single one is a group of its own."""
    for how in ("all", "any"):
        said = _words(rules).get(how)
        if isinstance(said, list):
            return how, said
    return "all", [rules]


def _values(rule: object) -> Values:
    """The fields of one condition; if they do not say it exactly, its round trip differs and tells."""
    words = _words(rule)
    if "not" in words:
        return _values(words["not"]) | {"holds": "no"}
    kind = next((kind for kind in (*TEXTS, "created", "updated", "engagement", "suppressed") if kind in words), "field")
    values = {"kind": kind, "holds": "yes"}
    days = _words(words[kind]).get("withinDays") if kind in {"created", "updated"} else words.get("withinDays")
    if days is not None:
        values["days"] = str(days)
    said = words.get("value")
    if said is not None:
        values["value"] = ", ".join(map(str, said)) if isinstance(said, list) else str(said)
    return values | {name: str(words[name]) for name in (*TEXTS, "engagement", "field", "op") if name in words}


def read(typed: str) -> object:
    """What was typed, as JSON; the text itself where it is none, for the API to refuse it."""
    try:
        return json.loads(typed)
    except (ValueError, RecursionError):
        return typed


def written(rules: object) -> str:
    """Rules as JSON that a person can change."""
    return json.dumps(rules, indent=2, ensure_ascii=False)
