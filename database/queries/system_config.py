"""Settings that an operator changes while running, and who changed them."""

from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

LIST = text("SELECT * FROM system_config ORDER BY category, key")
LOCK = text("SELECT * FROM system_config WHERE key = :key FOR UPDATE")
SET = text("""
    UPDATE system_config SET value = :value, updated_at = clock_timestamp() WHERE key = :key RETURNING *
""")
NOTE = text("""
    INSERT INTO system_config_changes (key, old_value, new_value, key_id, key_name, user_email)
    SELECT :key, :old_value, :new_value, k.id, k.name, u.email
    FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.id = :key_id
""")
CHANGES = text("""
    SELECT c.*, s.value_type FROM system_config_changes c JOIN system_config s ON s.key = c.key
    WHERE (CAST(:key AS text) IS NULL OR c.key = :key) AND (:before = 0 OR c.id < :before)
    ORDER BY c.id DESC LIMIT :limit
""")
SENDING = text("""
    SELECT t.id FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
    WHERE t.completed_at IS NULL AND t.status = 'sending' AND q.ready + q.retrying > 0
    ORDER BY q.last_processed_at DESC NULLS LAST
""")


async def list_all(connection: AsyncConnection) -> list[RowMapping]:
    """Every setting."""
    return list((await connection.execute(LIST)).mappings())


async def lock(connection: AsyncConnection, key: str) -> RowMapping | None:
    """Read a setting to change it."""
    return (await connection.execute(LOCK, {"key": key})).mappings().one_or_none()


async def change(connection: AsyncConnection, row: RowMapping, value: str, key_id: UUID) -> RowMapping:
    """Write a setting that was locked and whose value was checked, and who did. The value it has is no change."""
    if value == row["value"]:
        return row
    values = {"key": row["key"], "old_value": row["value"], "new_value": value, "key_id": key_id}
    await connection.execute(NOTE, values)
    return (await connection.execute(SET, {"key": row["key"], "value": value})).mappings().one()


async def changes(connection: AsyncConnection, key: str | None, before: int, limit: int) -> list[RowMapping]:
    """The changes of a setting, or of all, the newest first, one more than `limit`; `before` 0 begins at the end."""
    values = {"key": key, "before": before, "limit": limit + 1}
    return list((await connection.execute(CHANGES, values)).mappings())


async def sending_tasks(connection: AsyncConnection) -> list[UUID]:
    """Tasks whose workflows may fan out at any moment, those that were served last first."""
    return list((await connection.execute(SENDING)).scalars())
