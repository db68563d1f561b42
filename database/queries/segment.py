"""Segments: kept, counted in a bounded time, and turned into members of a list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    RowMapping,
    Select,
    Uuid,
    and_,
    func,
    insert,
    literal,
    select,
    tablesample,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.segment import EngagementRule, ListRule, Rule, conditions
from database.errors import is_cancelled
from database.queries.part import read_part
from database.queries.segment_rules import CONTACTS, Compiler, columns_of
from database.tables.contact import ContactListMember

VIEW = """
    SELECT id, name, rules, created_at, updated_at FROM segments WHERE user_id = :user_id
"""
GET = text(VIEW + " AND id = :id")
LIST = text(
    VIEW
    + """
    AND (CAST(:after_at AS timestamptz) IS NULL OR (created_at, id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY created_at, id LIMIT :limit
"""
)
INSERT = text("""
    INSERT INTO segments (id, user_id, name, rules) VALUES (:id, :user_id, :name, CAST(:rules AS jsonb))
    ON CONFLICT (user_id, name) DO NOTHING RETURNING id
""")
NAMED = text("SELECT id FROM segments WHERE user_id = :user_id AND name = :name")
CHANGE = text("""
    UPDATE segments SET name = coalesce(:name, name), rules = coalesce(CAST(:rules AS jsonb), rules),
        updated_at = clock_timestamp()
    WHERE user_id = :user_id AND id = :id
""")
NEEDED = text("""
    SELECT c.name FROM rounds r JOIN campaigns c ON c.id = r.campaign_id
    WHERE r.segment_id = :id AND r.began_at IS NULL AND c.completed_at IS NULL LIMIT 1
""")
LOCK = text("SELECT id FROM segments WHERE user_id = :user_id AND id = :id FOR UPDATE")
DELETE = text("DELETE FROM segments WHERE user_id = :user_id AND id = :id")
NOW = text("SELECT guard_now()")
REFERENCES = text("""
    SELECT id FROM contact_lists WHERE user_id = :user_id AND NOT hidden AND id = ANY (CAST(:lists AS uuid[]))
    UNION ALL SELECT id FROM tasks WHERE user_id = :user_id AND id = ANY (CAST(:tasks AS uuid[]))
    UNION ALL SELECT id FROM campaigns WHERE user_id = :user_id AND id = ANY (CAST(:campaigns AS uuid[]))
""")
# Local to the transaction, or to the savepoint it stands in. Hashes of a million contacts' mails fit in this memory.
BOUND = text("""
    SELECT set_config('statement_timeout', :milliseconds, true), set_config('work_mem', '64MB', true)
""")
# An estimate asks for the mails of few contacts, one by one; to read those of all first would take as long as to count.
PROBE = text("""
    SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
""")
# By what was last found out, grown with the table since: as the planner does it.
ROWS = text("""
    SELECT reltuples * pg_relation_size(oid) / current_setting('block_size')::float8 / relpages
    FROM pg_class WHERE oid = CAST('contacts' AS regclass) AND reltuples > 0 AND relpages > 0
""")

SAMPLE_ROWS = 30_000
"""Contacts that an estimate looks at. They come by the page, so what was imported together is found together: measured,
a share is told to a few points of a hundred."""
LOOKING_ROWS, LEAST_ROWS = 8_000, 1_000
"""The same where each must be looked up in the ledger: 3 to 10 µs for each condition that asks for engagement."""
SHOWN = 10
EXACT_LIMIT = timedelta(milliseconds=650)
ESTIMATE_LIMIT = timedelta(milliseconds=250)


@dataclass(frozen=True, slots=True)
class Preview:
    """How many contacts a rule finds, and some of them."""

    contacts: int | None
    """Empty: neither counted nor estimated in time."""
    exact: bool
    shown: Sequence[int]
    """Ids of a few; of an estimate, those that were looked at."""


async def get_segment(connection: AsyncConnection, user_id: UUID, segment_id: UUID) -> RowMapping | None:
    """One of the user's segments."""
    return (await connection.execute(GET, {"user_id": user_id, "id": segment_id})).mappings().one_or_none()


async def list_segments(
    connection: AsyncConnection, user_id: UUID, after: Sequence[object] | None, limit: int
) -> list[RowMapping]:
    """The user's segments, the oldest first; one more than `limit`."""
    return await read_part(connection, LIST, after, limit, user_id=user_id)


async def insert_segment(connection: AsyncConnection, user_id: UUID, name: str, rules: str) -> UUID | None:
    """Keep a segment; its id, or none if the user has one of that name."""
    values = {"id": uuid4(), "user_id": user_id, "name": name, "rules": rules}
    made: UUID | None = (await connection.execute(INSERT, values)).scalar_one_or_none()
    return made


async def named(connection: AsyncConnection, user_id: UUID, name: str) -> UUID | None:
    """Which segment has this name."""
    found: UUID | None = (await connection.execute(NAMED, {"user_id": user_id, "name": name})).scalar_one_or_none()
    return found


async def change_segment(
    connection: AsyncConnection, user_id: UUID, segment_id: UUID, name: str | None, rules: str | None
) -> bool:
    """Give a segment another name or other rules, or leave what is empty; whether there is one."""
    values = {"user_id": user_id, "id": segment_id, "name": name, "rules": rules}
    return (await connection.execute(CHANGE, values)).rowcount > 0


async def lock_segment(connection: AsyncConnection, user_id: UUID, segment_id: UUID) -> bool:
    """Hold a segment, so that no round is declared for it meanwhile; whether there is one."""
    return (await connection.execute(LOCK, {"user_id": user_id, "id": segment_id})).one_or_none() is not None


async def needed_by(connection: AsyncConnection, segment_id: UUID) -> str | None:
    """Name a campaign that has a round to come for this segment."""
    found: str | None = (await connection.execute(NEEDED, {"id": segment_id})).scalar_one_or_none()
    return found


async def delete_segment(connection: AsyncConnection, user_id: UUID, segment_id: UUID) -> bool:
    """Forget a segment; whether there was one."""
    return (await connection.execute(DELETE, {"user_id": user_id, "id": segment_id})).rowcount > 0


async def known(connection: AsyncConnection, user_id: UUID, rule: Rule) -> set[UUID]:
    """Of the lists, tasks and campaigns that a rule names, those that are the user's."""
    asked = list(conditions(rule))
    engaged = [each for each in asked if isinstance(each, EngagementRule)]
    values = {
        "user_id": user_id,
        "lists": [each.list for each in asked if isinstance(each, ListRule)],
        "tasks": [each.task for each in engaged if each.task],
        "campaigns": [each.campaign for each in engaged if each.campaign],
    }
    return set((await connection.execute(REFERENCES, values)).scalars())


async def guard_time(connection: AsyncConnection) -> datetime:
    """The time that rules go by. Asked apart: the function would keep a count from using both processors."""
    now: datetime = (await connection.execute(NOW)).scalar_one()
    return now


async def preview(connection: AsyncConnection, user_id: UUID, rule: Rule) -> Preview:
    """Count a rule's contacts if that is soon done, else estimate them from a sample; inside a transaction."""
    compiler = Compiler(user_id, await guard_time(connection))
    try:
        async with connection.begin_nested():
            return await _counted(connection, compiler, rule)
    except DBAPIError as error:
        if not is_cancelled(error):
            raise
    try:
        async with connection.begin_nested():
            return await _estimated(connection, compiler, rule)
    except DBAPIError as error:
        if not is_cancelled(error):
            raise
    return Preview(None, exact=False, shown=())


async def _counted(connection: AsyncConnection, compiler: Compiler, rule: Rule) -> Preview:
    await connection.execute(BOUND, {"milliseconds": _milliseconds(EXACT_LIMIT)})
    ids = func.array_agg(CONTACTS.c.id, type_=ARRAY(BigInteger))[1:SHOWN]
    row = (await connection.execute(_members(compiler, rule, func.count(), ids))).one()
    return Preview(row[0], exact=True, shown=row[1] or ())


async def _estimated(connection: AsyncConnection, compiler: Compiler, rule: Rule) -> Preview:
    await connection.execute(BOUND, {"milliseconds": _milliseconds(ESTIMATE_LIMIT)})
    await connection.execute(PROBE)
    rows = (await connection.execute(ROWS)).scalar_one_or_none() or 0.0
    looks = sum(isinstance(each, EngagementRule) for each in conditions(rule))
    wanted = max(LEAST_ROWS, LOOKING_ROWS // looks) if looks else SAMPLE_ROWS
    percent = min(100.0, 100.0 * wanted / rows) if rows else 5.0
    sample = tablesample(CONTACTS, func.system(percent))
    among = replace(compiler, contacts=sample)
    # The offset keeps the condition from being asked twice, once for each aggregate below.
    asked = select(
        sample.c.id, and_(sample.c.user_id == compiler.user_id, among.condition(rule)).label("found")
    ).offset(0).subquery()  # fmt: skip
    ids = func.array_agg(asked.c.id, type_=ARRAY(BigInteger)).filter(asked.c.found)[1:SHOWN]
    seen, found, shown = (await connection.execute(select(func.count(), func.count().filter(asked.c.found), ids))).one()
    total = rows or seen * 100 / percent
    return Preview(round(total * found / seen) if seen else None, exact=False, shown=shown or ())


async def member_ids(connection: AsyncConnection, user_id: UUID, rule: Rule) -> list[int]:
    """The contacts of a segment as they are now."""
    compiler = Compiler(user_id, await guard_time(connection))
    return list((await connection.execute(_members(compiler, rule, CONTACTS.c.id))).scalars())


async def freeze(connection: AsyncConnection, user_id: UUID, rule: Rule, list_id: UUID) -> int:
    """Put the contacts of a segment, as they are now, on a list of the user; how many."""
    compiler = Compiler(user_id, await guard_time(connection))
    members = _members(compiler, rule, literal(list_id, Uuid), CONTACTS.c.id)
    target = columns_of(ContactListMember)
    order = insert(target).from_select(["contact_list_id", "contact_id"], members)  # type: ignore[arg-type]  # it is a table
    return (await connection.execute(order)).rowcount


def _members(compiler: Compiler, rule: Rule, *columns: ColumnElement[Any]) -> Select[Any]:
    """What is asked of the contacts of a segment."""
    return select(*columns).where(CONTACTS.c.user_id == compiler.user_id, compiler.condition(rule))


def _milliseconds(span: timedelta) -> str:
    return str(round(span / timedelta(milliseconds=1)))
