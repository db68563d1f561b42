"""Users, each with a pool of their own."""

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.address import checked_one
from api.problems import ConflictError
from api.schemas.user import UserIn, UserOut
from database.queries import pool, user
from mail.address import address_key, normalise


async def create_user(connection: AsyncConnection, order: UserIn) -> UserOut:
    """Add a user and their pool `default`."""
    row = await _add(connection, checked_one("#/email", order.email), order.name, order.role)
    if row is None:
        raise ConflictError(f"There is a user with the address {order.email} already.")
    return UserOut.model_validate(dict(row))


async def first_user(connection: AsyncConnection, email: str, name: str) -> UserOut:
    """Make the administrator of a new installation, or find them if they exist. Safe to repeat."""
    key = address_key(normalise(email))
    row = await _add(connection, key, name, "admin") or await user.by_email(connection, key)
    assert row is not None
    return UserOut.model_validate(dict(row))


async def _add(connection: AsyncConnection, email: str, name: str, role: str) -> RowMapping | None:
    row = await user.insert(connection, address_key(email), name, role)
    if row is not None:
        await pool.insert(connection, row["id"], pool.DEFAULT)
    return row
