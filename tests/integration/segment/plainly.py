"""Who is of a segment, by plain Python that shares nothing with the SQL."""

from datetime import timedelta
from typing import Any

from contracts import segment
from contracts.segment import Rule
from tests.integration.segment.people import NOW, Mail, Person


def finds(rule: Rule, person: Person) -> bool:
    """Whether a contact is of a segment."""
    match rule:
        case segment.All():
            return all(finds(each, person) for each in rule.all)
        case segment.AnyOf():
            return any(finds(each, person) for each in rule.any)
        case segment.Not():
            return not finds(rule.not_, person)
        case segment.FieldRule():
            return _field(rule, {**person.fields, "email": person.email}.get(rule.field))
        case segment.EngagementRule():
            return any(_engaged(rule, mail) for mail in person.mails)
        case _:
            return _simply(rule, person)


def _simply(rule: Rule, person: Person) -> bool:
    match rule:
        case segment.TagRule():
            return rule.tag in person.tags
        case segment.ListRule():
            return rule.list in person.lists
        case segment.DomainRule():
            return person.email.partition("@")[2] == rule.domain
        case segment.SuppressedRule():
            return person.suppressed is rule.suppressed
        case segment.CreatedRule():
            return _within(rule.created, person)
        case segment.UpdatedRule():
            return _within(rule.updated, person)
    raise AssertionError(rule)


def _within(span: segment.Span, person: Person) -> bool:
    return not (
        (span.after and person.created < span.after)
        or (span.before and person.created > span.before)
        or (span.within_days and person.created < NOW - timedelta(days=span.within_days))
    )


def _engaged(rule: segment.EngagementRule, mail: Mail) -> bool:
    days = mail.sent if rule.engagement == "sent" else mail.came.get(rule.engagement)
    of_task = rule.task is None or rule.task == mail.task_id
    return of_task and days is not None and (rule.within_days is None or days <= rule.within_days)


def _field(rule: segment.FieldRule, stored: Any) -> bool:
    if rule.op == "exists":
        return stored is not None
    if rule.op == "notEquals":
        return not _equals(stored, rule.value)
    if stored is None:
        return False
    if isinstance(rule.value, tuple):
        return any(_equals(stored, each) for each in rule.value)
    match rule.op:
        case "equals":
            return _equals(stored, rule.value)
        case "contains":
            return str(rule.value).lower() in _text(stored)
        case "startsWith":
            return _text(stored).startswith(str(rule.value).lower())
    number, asked = _number(stored), _number(rule.value)
    return number is not None and asked is not None and (number > asked if rule.op == "greater" else number < asked)


def _equals(stored: Any, asked: Any) -> bool:
    if stored is None:
        return False
    if isinstance(asked, int | float) and not isinstance(asked, bool):
        return _number(stored) == asked
    return _text(stored) == _text(asked)


def _text(value: Any) -> str:
    return str(value).lower()


def _number(value: Any) -> float | None:
    """What reads as a number up to 10^15; of NaN and the infinities, none."""
    try:
        number = float(_text(value))
    except ValueError:
        return None
    return number if abs(number) <= 1e15 else None
