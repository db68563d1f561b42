"""Users: people and programs that own services, contacts and tasks."""

from uuid import UUID, uuid4

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.queries.part import read_part

INSERT = text("""
    INSERT INTO users (id, email, name, role) VALUES (:id, :email, :name, :role)
    ON CONFLICT (email) DO NOTHING RETURNING *
""")
BY_EMAIL = text("SELECT * FROM users WHERE email = :email")
BY_IDS_OR_EMAILS = text("SELECT * FROM users WHERE id::text = ANY (:names) OR email = ANY (:names)")
GET = text("SELECT * FROM users WHERE id = :id")
LIST = text("""
    SELECT * FROM users
    WHERE CAST(:after_at AS timestamptz) IS NULL OR (created_at, id) > (:after_at, CAST(:after_id AS uuid))
    ORDER BY created_at, id LIMIT :limit
""")


async def insert(connection: AsyncConnection, email: str, name: str, role: str) -> RowMapping | None:
    """Add a user; None if the address has one. `email` is in lower case."""
    values = {"id": uuid4(), "email": email, "name": name, "role": role}
    return (await connection.execute(INSERT, values)).mappings().one_or_none()


async def by_email(connection: AsyncConnection, email: str) -> RowMapping | None:
    """The user with this address, in lower case."""
    return (await connection.execute(BY_EMAIL, {"email": email})).mappings().one_or_none()


async def by_names(connection: AsyncConnection, names: list[str]) -> list[RowMapping]:
    """The users with these ids or addresses."""
    return list((await connection.execute(BY_IDS_OR_EMAILS, {"names": names})).mappings())


async def get(connection: AsyncConnection, user_id: UUID) -> RowMapping | None:
    """One user."""
    return (await connection.execute(GET, {"id": user_id})).mappings().one_or_none()


async def list_all(connection: AsyncConnection, after: list[object] | None, limit: int) -> list[RowMapping]:
    """Users by age, one more than `limit`."""
    return await read_part(connection, LIST, after, limit)
