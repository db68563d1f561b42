"""What came back, as people read it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

SHOWN = """
    SELECT e.id, e.task_id, e.seq, b.email, e.kind, e.machine, e.occurred_at, e.recorded_at, e.detail
    FROM events e JOIN subtasks b ON b.task_id = e.task_id AND b.seq = e.seq
    WHERE e.user_id = :user_id AND e.id > :after AND (CAST(:kind AS text) IS NULL OR e.kind = :kind)
"""
# Two statements, so that each finds its index: by user, or by mail.
LIST = text(SHOWN + " ORDER BY e.id LIMIT :limit")
LIST_OF_TASK = text(
    SHOWN
    + """
    AND e.task_id = :task_id AND (CAST(:seq AS int) IS NULL OR e.seq = :seq)
    ORDER BY e.id LIMIT :limit
"""
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Whose events, and which of them. `seq` counts only with a task."""

    user_id: UUID
    task_id: UUID | None = None
    seq: int | None = None
    kind: str | None = None


async def list_own(connection: AsyncConnection, filters: Filters, *, after: int, limit: int) -> list[RowMapping]:
    """Events by number, one more than `limit`."""
    values = {"user_id": filters.user_id, "kind": filters.kind, "after": after, "limit": limit + 1}
    if filters.task_id is None:
        return list((await connection.execute(LIST, values)).mappings())
    values |= {"task_id": filters.task_id, "seq": filters.seq}
    return list((await connection.execute(LIST_OF_TASK, values)).mappings())
