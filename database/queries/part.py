"""Lists that are read part by part, by age."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, TextClause
from sqlalchemy.ext.asyncio import AsyncConnection


async def read_part(
    connection: AsyncConnection, statement: TextClause, after: Sequence[object] | None, limit: int, **values: object
) -> list[RowMapping]:
    """The rows that follow on `after`, instant and id of the row before: one more than `limit`, if there are more.

    The statement goes by `:after_at` and `:after_id`, both empty at the beginning, and takes `:limit` rows.
    """
    at, row_id = after or (None, None)
    values |= {"after_at": at, "after_id": row_id, "limit": limit + 1}
    return list((await connection.execute(statement, values)).mappings())
