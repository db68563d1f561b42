"""Templates."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.queries.part import read_part

INSERT = text("""
    INSERT INTO templates (id, user_id, name, subject, html, text, variables)
    VALUES (:id, :user_id, :name, :subject, :html, :text, CAST(:variables AS text[])) RETURNING *
""")
GET = text("SELECT * FROM templates WHERE id = :id AND user_id = :user_id")
LIST = text("""
    SELECT * FROM templates WHERE user_id = :user_id
        AND (CAST(:after_at AS timestamptz) IS NULL OR (created_at, id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY created_at, id LIMIT :limit
""")
LOCK = text("SELECT * FROM templates WHERE id = :id AND user_id = :user_id FOR UPDATE")
UPDATE = text("""
    UPDATE templates SET name = :name, subject = :subject, html = :html, text = :text,
        variables = CAST(:variables AS text[]), updated_at = clock_timestamp()
    WHERE id = :id AND user_id = :user_id RETURNING *
""")
DELETE = text("DELETE FROM templates WHERE id = :id AND user_id = :user_id")


async def insert(connection: AsyncConnection, user_id: UUID, values: dict[str, Any]) -> RowMapping:
    """Add a template; `values` are its columns."""
    return (await connection.execute(INSERT, {"id": uuid4(), "user_id": user_id, **values})).mappings().one()


async def get(connection: AsyncConnection, user_id: UUID, template_id: UUID) -> RowMapping | None:
    """One of the user's templates."""
    return (await connection.execute(GET, {"id": template_id, "user_id": user_id})).mappings().one_or_none()


async def list_own(
    connection: AsyncConnection, user_id: UUID, after: list[object] | None, limit: int
) -> list[RowMapping]:
    """The user's templates by age, one more than `limit`."""
    return await read_part(connection, LIST, after, limit, user_id=user_id)


async def lock(connection: AsyncConnection, user_id: UUID, template_id: UUID) -> RowMapping | None:
    """Read a template to change it."""
    return (await connection.execute(LOCK, {"id": template_id, "user_id": user_id})).mappings().one_or_none()


async def update(connection: AsyncConnection, values: dict[str, Any]) -> RowMapping:
    """Write a template that was locked."""
    return (await connection.execute(UPDATE, values)).mappings().one()


async def delete(connection: AsyncConnection, user_id: UUID, template_id: UUID) -> bool:
    """Delete a template, whether there was one. Tasks have copies of their own."""
    return (await connection.execute(DELETE, {"id": template_id, "user_id": user_id})).rowcount > 0
