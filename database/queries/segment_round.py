"""A round for a segment: of the mails just written, those of others are suppressed, with the reason."""

from uuid import UUID

from sqlalchemy import Update, exists, not_, update
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from contracts.segment import RULES
from database.connect import PoolConnection
from database.queries.round_fill import deal_again
from database.queries.segment_rules import CONTACTS, Compiler, columns_of
from database.tables.task import Subtask

SEGMENT = """
    SELECT s.user_id, s.rules, guard_now() AS now
    FROM tasks t
    JOIN rounds r ON r.campaign_id = t.campaign_id AND r.round_no = t.round_no
    JOIN segments s ON s.id = r.segment_id
    WHERE t.id = $1
"""
OUTSIDER = "not_in_segment"

bare = asyncpg_dialect()  # type: ignore[no-untyped-call]  # as SQLAlchemy has it


async def keep_to_segment(connection: PoolConnection, task_id: UUID) -> None:
    """Write to nobody who is not of the round's segment now, if it has one; in the transaction that fills the round."""
    segment = await connection.fetchrow(SEGMENT, task_id)
    if segment is None:
        return
    mails = columns_of(Subtask).c
    compiler = Compiler(segment["user_id"], segment["now"])
    member = exists().where(
        CONTACTS.c.id == mails.contact_id,
        CONTACTS.c.user_id == compiler.user_id,
        compiler.condition(RULES.validate_python(segment["rules"])),
    )
    others = (
        update(Subtask)
        .where(mails.task_id == task_id, mails.status == "pending", not_(member))
        .values(status="suppressed", reason=OUTSIDER, retry_at=None)
    )
    await _run(connection, others)
    await deal_again(connection, task_id)


async def _run(connection: PoolConnection, statement: Update) -> None:
    """Run a statement of SQLAlchemy's on the bare driver."""
    compiled = statement.compile(dialect=bare)
    values = compiled.construct_params()
    await connection.execute(compiled.string, *(values[name] for name in compiled.positiontup or ()))
