"""Segments as SQL: a rule becomes a condition on `contacts`, by SQLAlchemy's expressions, every value a parameter.

Every condition is true or false, never null, so that `not` is exactly the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
)
from sqlalchemy import false as false_value

from contracts.segment import (
    All,
    AnyOf,
    CreatedRule,
    DomainRule,
    EngagementRule,
    FieldRule,
    ListRule,
    Not,
    Rule,
    Span,
    SuppressedRule,
    TagRule,
    UpdatedRule,
)
from contracts.segment_value import LARGEST
from database.tables.base import Table
from database.tables.contact import Contact, ContactListMember, Suppression
from database.tables.event import Engagement
from database.tables.task import Subtask, Task

Condition = ColumnElement[bool]

TIMES = {
    "opened": "opened_at", "clicked": "clicked_at", "replied": "replied_at", "autoReplied": "auto_replied_at",
    "bounced": "bounced_at", "complained": "complained_at", "unsubscribed": "unsubscribed_at",
}  # fmt: skip
"""Column of `engagements` for each kind."""


def columns_of(table: type[Table]) -> FromClause:
    """A table's columns, which SQLModel keeps to itself."""
    table_of: FromClause = table.__table__  # type: ignore[attr-defined]  # set by its metaclass
    return table_of


CONTACTS = columns_of(Contact)


@dataclass(frozen=True, slots=True)
class Compiler:
    """Makes conditions on the contacts of one user, as they are at one time."""

    user_id: UUID
    now: datetime
    contacts: FromClause = CONTACTS
    """The table, or a sample of it."""

    def condition(self, rule: Rule) -> Condition:
        """Who is of a segment."""
        match rule:
            case All():
                return and_(*(self.condition(each) for each in rule.all))
            case AnyOf():
                return or_(*(self.condition(each) for each in rule.any))
            case Not():
                return not_(self.condition(rule.not_))
            case FieldRule():
                return self._field(rule)
            case EngagementRule():
                return self._engaged(rule)
            case _:
                return self._of_contact(rule)

    def _of_contact(
        self, rule: TagRule | ListRule | DomainRule | CreatedRule | UpdatedRule | SuppressedRule
    ) -> Condition:
        contacts = self.contacts.c
        match rule:
            case TagRule():  # said twice, so that the index of tagged contacts is used
                return and_(contacts.tags.contains([rule.tag]), contacts.tags != literal_column("'{}'"))
            case ListRule():
                members = columns_of(ContactListMember).alias().c
                return exists().where(members.contact_list_id == rule.list, members.contact_id == contacts.id)
            case DomainRule():
                return func.split_part(contacts.email_key, "@", 2) == rule.domain
            case CreatedRule():
                return self._within(contacts.created_at, rule.created)
            case UpdatedRule():
                return self._within(contacts.updated_at, rule.updated)
            case SuppressedRule():
                suppressed = columns_of(Suppression).alias().c
                found = exists().where(suppressed.user_id == self.user_id, suppressed.email == contacts.email_key)
                return found if rule.suppressed else not_(found)

    def _within(self, time: ColumnElement[datetime], span: Span) -> Condition:
        bounds = [
            *([time >= span.after] if span.after else []),
            *([time <= span.before] if span.before else []),
            *([time >= self._days_ago(span.within_days)] if span.within_days else []),
        ]
        return and_(*bounds)

    def _days_ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    def _field(self, rule: FieldRule) -> Condition:
        fields = self.contacts.c.fields
        if rule.op == "exists":
            return literal(value=True) if rule.field == "email" else func.jsonb_exists(fields, rule.field)
        text = self.contacts.c.email if rule.field == "email" else fields[rule.field].astext
        if isinstance(rule.value, tuple):
            return or_(*(_compared("equals", text, each) for each in rule.value))
        return _compared(rule.op, text, rule.value)

    def _engaged(self, rule: EngagementRule) -> Condition:
        mails, came, tasks = (columns_of(table).alias().c for table in (Subtask, Engagement, Task))
        asked: list[Condition] = [mails.contact_id == self.contacts.c.id]
        if rule.engagement == "sent":
            time = mails.sent_at
            asked.append(mails.status == "sent")
        else:
            time = came[TIMES[rule.engagement]]
            asked += [came.task_id == mails.task_id, came.seq == mails.seq]
        asked.append(time.is_not(None) if rule.within_days is None else time >= self._days_ago(rule.within_days))
        if rule.task is not None:
            asked.append(mails.task_id == rule.task)
        if rule.campaign is not None:
            asked += [
                tasks.id == mails.task_id, tasks.campaign_id == rule.campaign, tasks.user_id == self.user_id,
            ]  # fmt: skip
        return exists().where(*asked)


def _compared(op: str, text: ColumnElement[str], value: object) -> Condition:
    """Compare a text that may be null; case is left out, and against a number it is read as one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Not by a regular expression, which takes twice as long. The bounds leave out NaN and the infinities.
        number = case((func.pg_input_is_valid(text, "float8"), cast(text, Double)))
        bound = literal(float(value), Double)
        by_number: Mapping[str, Condition] = {
            "equals": number == bound,
            "notEquals": number == bound,
            "greater": and_(number > bound, number <= float(LARGEST)),
            "less": and_(number < bound, number >= float(-LARGEST)),
        }
        found = func.coalesce(by_number[op], false_value())
    else:
        word = str(value).lower() if isinstance(value, bool) else value
        folded, given = func.lower(text), func.lower(literal(word, String))
        by_text: Mapping[str, Condition] = {
            "equals": folded == given, "notEquals": folded == given, "contains": func.strpos(folded, given) > 0,
            "startsWith": func.starts_with(folded, given),
        }  # fmt: skip
        found = func.coalesce(by_text[op], false_value())
    return not_(found) if op == "notEquals" else found
