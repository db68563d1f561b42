"""Tasks: ordered, tried dry, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.operations.contact import merged
from api.operations.content import CheckedContent
from api.operations.forecast import order_forecast
from api.operations.pool import find_pool
from api.operations.preflight import Preflights
from api.operations.sending_rule import check_tracked, content_columns, rule_columns, shown_window
from api.pool_forecasts import PoolForecasts
from api.problems import FieldError, InvalidError, invalid, owned
from api.schemas.campaign import CampaignChange, CampaignIn, RoundIn
from api.schemas.contact import ContactIn
from api.schemas.finding import shown
from api.schemas.task import DryRunOut, MissingField, StatusCounts, TaskChange, TaskIn, TaskOut, TaskTestIn
from content.trial import Content
from database.queries import contact, task, template
from database.queries.contact import NewContact
from scheduling.allocator_state import Demand
from scheduling.forecast import Mailing

COLUMNS = {
    "name", "priority", "weight", "follow_up_of", "pin_fallback", "template_id", "tracks_opens", "tracks_clicks",
    "time_zone", "unknown_policy", "start_at",
}  # fmt: skip
"""Fields of an order that are columns as they come."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A task that was checked and not yet written; its recipients already stand on a list."""

    pool: RowMapping
    list_id: UUID
    source: CheckedContent
    total: int
    missing: list[MissingField]
    pointer: str
    """To the content, in the order."""


async def create_task(
    connection: AsyncConnection, caller: KeyHolder, order: TaskIn, inline: CheckedContent | None
) -> TaskOut:
    """Write a task that can be sent to everyone it names, or refuse it whole. `inline`: its own content, checked.

    What is answered is what was written, not read again.
    """
    plan = await _plan(connection, caller, order, inline)
    _refuse_missing(plan)
    values = order.model_dump(include=COLUMNS)
    values |= {"pool_id": plan.pool["id"], "contact_list_id": plan.list_id}
    values |= content_columns(order, plan.source) | rule_columns(order, {"window", "holidays"})
    row = await task.insert(connection, caller.user_id, values)
    return TaskOut.model_validate(
        values
        | dict(row)
        | {"pool": plan.pool["name"], "total": plan.total, "by_status": StatusCounts(pending=plan.total)}
        | {"window": shown_window(order.window)}
        | dict.fromkeys(("first_sent_at", "last_sent_at", "completed_at"))
    )


async def dry_run(  # noqa: PLR0913 - what an order is checked with, judged and foreseen by
    connection: AsyncConnection,
    caller: KeyHolder,
    order: TaskIn,
    inline: CheckedContent | None,
    *,
    forecasts: PoolForecasts,
    preflights: Preflights,
    by: datetime | None,
) -> DryRunOut:
    """Say what a task would do. Whatever was written on the way is undone."""
    undo = await connection.begin_nested()
    plan = await _plan(connection, caller, order, inline)
    audience = await contact.audience(connection, plan.list_id)
    await undo.rollback()
    to_send = audience["total"] - audience["suppressed"]
    known = set(plan.source.variables) - {each.name for each in plan.missing if each.contacts == to_send}
    ordered = Mailing(Demand(uuid4(), caller.user_id, to_send, order.priority), starts_at=order.start_at)
    return DryRunOut(
        total=audience["total"],
        to_send=to_send,
        suppressed=audience["suppressed"],
        missing_fields=plan.missing,
        active_services=plan.pool["active_services"],
        start_at=order.start_at,
        forecast=await order_forecast(forecasts, plan.pool["id"], ordered, by),
        findings=shown(await preflights.judged(plan.source.content, plan.source.variables, known=known)),
    )


def order_of_one(order: TaskTestIn) -> TaskIn:
    """Make an order for one mail out of a wish to see it."""
    recipient = ContactIn(email=order.to, fields=order.fields)
    return TaskIn.model_validate(
        {
            "name": f"Test to {order.to}"[:200],
            "recipients": [recipient.model_dump()],
            "templateId": order.template_id,
            "pool": order.pool,
        }
    )


async def read_task(connection: AsyncConnection, caller: KeyHolder, task_id: UUID) -> TaskOut:
    """One of the caller's tasks."""
    return TaskOut.model_validate(dict(await find_task(connection, caller, task_id)))


async def find_task(connection: AsyncConnection, caller: KeyHolder, task_id: UUID) -> RowMapping:
    """One of the caller's tasks, as its row."""
    return owned(await task.get(connection, caller.user_id, task_id), "task", task_id)


async def _plan(connection: AsyncConnection, caller: KeyHolder, order: TaskIn, inline: CheckedContent | None) -> Plan:
    pool = await ready_pool(connection, caller, order)
    if order.follow_up_of is not None and await task.get(connection, caller.user_id, order.follow_up_of) is None:
        raise invalid("#/followUpOf", "you have no such task")
    source = inline or await template_content(connection, caller, order.template_id)
    check_tracked(content_columns(order, source), order.model_dump(include=COLUMNS))
    variables = set(source.variables)
    if order.recipients is None:
        assert order.contact_list_id is not None
        list_id, total = order.contact_list_id, await held_list(connection, caller, order.contact_list_id)
    else:
        list_id, recipients = await _list_of_recipients(connection, caller, order.name, order.recipients)
        total = len(recipients)
        variables -= frozenset[str].intersection(*(frozenset(each.fields) for each in recipients))
    missing = await contact.missing_fields(connection, list_id, sorted(variables)) if variables else []
    found = [MissingField.model_validate(dict(row)) for row in missing]
    return Plan(pool, list_id, source, total, found, content_pointer(order))


def content_pointer(order: TaskIn | RoundIn, pointer: str = "#") -> str:
    """Where in an order its content stands."""
    given = {"templateId": order.template_id, "content": order.content, "variants": order.variants}
    return f"{pointer}/{next(name for name, source in given.items() if source is not None)}"


async def ready_pool(connection: AsyncConnection, caller: KeyHolder, order: TaskIn | CampaignIn) -> RowMapping:
    """The pool that an order names, if it can send and the caller may ask so much of it."""
    pool = await find_pool(connection, caller.user_id, order.pool)
    if not pool["active_services"]:
        raise invalid("#/pool", f"the pool {pool['name']!r} has no active service: nothing would ever be sent")
    check_precedence(pool, order)
    return pool


def check_precedence(pool: RowMapping, order: TaskIn | TaskChange | CampaignIn | CampaignChange) -> None:
    """Refuse what takes from others in a shared pool: it needs permission."""
    if not pool["shared"] or pool["may_prioritise"]:
        return
    for field, asked in (("priority", order.priority == 1), ("weight", order.weight is not None and order.weight > 1)):
        if asked:
            text = f"{getattr(order, field):g} in the shared pool {pool['name']!r} needs its owner's permission"
            raise invalid(f"#/{field}", text)


async def template_content(
    connection: AsyncConnection, caller: KeyHolder, template_id: UUID | None, pointer: str = "#"
) -> CheckedContent:
    """The content of the template that an order names."""
    assert template_id is not None
    row = await template.get(connection, caller.user_id, template_id)
    if row is None:
        raise invalid(f"{pointer}/templateId", "you have no such template")
    return CheckedContent(Content(row["subject"], row["html"], row["text"]), list(row["variables"]))


async def held_list(connection: AsyncConnection, caller: KeyHolder, list_id: UUID) -> int:
    """How many stand on the list that an order names; it stays until the transaction ends."""
    total = await task.hold_list(connection, caller.user_id, list_id)
    if total is None:
        raise invalid("#/contactListId", "you have no such contact list")
    if total == 0:
        raise invalid("#/contactListId", "the list is empty: there is nobody to write to")
    return total


async def _list_of_recipients(
    connection: AsyncConnection, caller: KeyHolder, name: str, recipients: Sequence[ContactIn]
) -> tuple[UUID, list[NewContact]]:
    """Make a hidden list of the recipients that came with a task."""
    if not recipients:
        raise invalid("#/recipients", "is empty: there is nobody to write to")
    people = merged("#/recipients", recipients)
    list_id = await contact.insert_list(connection, caller.user_id, name, hidden=True)
    await contact.upsert(connection, caller.user_id, list_id, people)
    return list_id, people


def _refuse_missing(plan: Plan) -> None:
    if not plan.missing:
        return
    errors = [FieldError(plan.pointer, lack(field)) for field in plan.missing]
    named = ", ".join(f"{field.name} ({_people(field)})" for field in plan.missing)
    raise InvalidError(
        f"The content uses fields that some contacts do not have: {named}. "
        "Add them, or give a default: {{ name | default('…') }}.",
        errors,
    )


def lack(field: MissingField) -> str:
    """Say of a field how many contacts lack it."""
    who = f"{_people(field)} {'has' if field.contacts == 1 else 'have'}"
    return f"{who} no field {field.name!r}, such as {field.example}"


def _people(field: MissingField) -> str:
    return f"{field.contacts} contact{'' if field.contacts == 1 else 's'}"
