"""Segments kept, tried and frozen."""

from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations import contact as lists
from api.operations.api_key import KeyHolder
from api.problems import ConflictError, invalid, owned
from api.schemas.contact import ContactListIn, ContactListOut, ContactOut
from api.schemas.segment import FreezeIn, SegmentChange, SegmentIn, SegmentOut, SegmentPreviewOut
from contracts.segment import RULES, EngagementRule, ListRule, Rule, conditions, written
from database.queries import contact_record, segment


async def create_segment(connection: AsyncConnection, caller: KeyHolder, order: SegmentIn) -> SegmentOut:
    """Keep a segment."""
    await require_known(connection, caller, order.rules)
    made = await segment.insert_segment(connection, caller.user_id, order.name, written(order.rules))
    if made is None:
        raise _taken(order.name)
    return await read_segment(connection, caller, made)


async def find_segment(connection: AsyncConnection, caller: KeyHolder, segment_id: UUID) -> RowMapping:
    """One of the caller's segments, as its row."""
    return owned(await segment.get_segment(connection, caller.user_id, segment_id), "segment", segment_id)


async def read_segment(connection: AsyncConnection, caller: KeyHolder, segment_id: UUID) -> SegmentOut:
    """One of the caller's segments."""
    return SegmentOut.model_validate(dict(await find_segment(connection, caller, segment_id)))


async def rules_of(connection: AsyncConnection, caller: KeyHolder, segment_id: UUID) -> Rule:
    """What one of the caller's segments says."""
    return RULES.validate_python((await find_segment(connection, caller, segment_id))["rules"])


async def change_segment(
    connection: AsyncConnection, caller: KeyHolder, segment_id: UUID, change: SegmentChange
) -> SegmentOut:
    """Change name or rules. Lists that were frozen from it stay as they are."""
    await find_segment(connection, caller, segment_id)
    if change.rules is not None:
        await require_known(connection, caller, change.rules)
    if change.name is not None and await segment.named(connection, caller.user_id, change.name) not in {
        None, segment_id,
    }:  # fmt: skip
        raise _taken(change.name)
    rules = None if change.rules is None else written(change.rules)
    await segment.change_segment(connection, caller.user_id, segment_id, change.name, rules)
    return await read_segment(connection, caller, segment_id)


async def delete_segment(connection: AsyncConnection, caller: KeyHolder, segment_id: UUID) -> None:
    """Delete a segment that no round waits for."""
    owned(await segment.lock_segment(connection, caller.user_id, segment_id), "segment", segment_id)
    campaign = await segment.needed_by(connection, segment_id)
    if campaign is not None:
        raise ConflictError(f"A round of the campaign {campaign!r} is to go to this segment. Change the round first.")
    await segment.delete_segment(connection, caller.user_id, segment_id)


async def preview(connection: AsyncConnection, caller: KeyHolder, rules: Rule) -> SegmentPreviewOut:
    """How many contacts rules find, and some of them."""
    await require_known(connection, caller, rules)
    found = await segment.preview(connection, caller.user_id, rules)
    rows = await contact_record.some_contacts(connection, caller.user_id, found.shown)
    shown = [ContactOut.model_validate(dict(row)) for row in rows]
    return SegmentPreviewOut(contacts=found.contacts, exact=found.exact, sample=shown)


async def freeze(connection: AsyncConnection, caller: KeyHolder, segment_id: UUID, order: FreezeIn) -> ContactListOut:
    """Make a list of the contacts that are of a segment now."""
    rules = await rules_of(connection, caller, segment_id)
    made = await lists.create_list(connection, caller, ContactListIn(name=order.name))
    await segment.freeze(connection, caller.user_id, rules, made.id)
    return await lists.read_list(connection, caller, made.id)


async def require_known(connection: AsyncConnection, caller: KeyHolder, rules: Rule) -> None:
    """Refuse rules that name a list, task or campaign the caller does not have: they would find nobody, silently."""
    known = await segment.known(connection, caller.user_id, rules)
    for rule in conditions(rules):
        named = {"list": rule.list} if isinstance(rule, ListRule) else {}
        if isinstance(rule, EngagementRule):
            named = {kind: id_ for kind, id_ in (("task", rule.task), ("campaign", rule.campaign)) if id_ is not None}
        for kind, id_ in named.items():
            if id_ not in known:
                raise invalid("#/rules", f"you have no {kind} {id_}")


def _taken(name: str) -> ConflictError:
    return ConflictError(f"You have a segment named {name!r} already. Change that one, or choose another name.")
