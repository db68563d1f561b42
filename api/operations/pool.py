"""Pools: found by name or id, and made for several users."""

from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.problems import ConflictError, FieldError, InvalidError, invalid
from api.schemas.user import PoolIn, PoolOut
from database.queries import pool, user


async def find_pool(
    connection: AsyncConnection, user_id: UUID, name: str | None, *, everyone: bool = False
) -> RowMapping:
    """Find the pool that a request names, by name or id; without a name the user's own. `everyone`: of any user."""
    found = await pool.find(connection, user_id, name, everyone=everyone)
    if not found:
        raise invalid("#/pool", f"there is no pool {name or pool.DEFAULT!r} that you may use")
    if len(found) > 1 and found[0]["user_id"] != user_id:
        raise invalid("#/pool", f"several pools are named {name!r}: give the id of the one you mean")
    return found[0]


async def create_pool(connection: AsyncConnection, caller: KeyHolder, order: PoolIn) -> PoolOut:
    """Make a shared pool, owned by the administrator who asks."""
    members = await _user_ids(connection, "#/members", order.members)
    prioritising = await _user_ids(connection, "#/mayPrioritise", order.may_prioritise)
    if not set(prioritising) <= set(members):
        raise invalid("#/mayPrioritise", "names users who are not among the members")
    pool_id = await pool.insert(connection, caller.user_id, order.name)
    if pool_id is None:
        raise ConflictError(f"You have a pool named {order.name!r} already.")
    await pool.add_members(connection, pool_id, members, prioritising)
    return PoolOut.model_validate(dict(await pool.get(connection, pool_id)))


async def _user_ids(connection: AsyncConnection, pointer: str, names: list[str]) -> list[UUID]:
    """Find users by id or address; every unknown one is named."""
    wanted = [name.lower() for name in names]
    rows = await user.by_names(connection, wanted)
    found = {key: row["id"] for row in rows for key in (str(row["id"]), row["email"])}
    faults = [
        FieldError(f"{pointer}/{place}", f"there is no user {name!r}")
        for place, name in enumerate(wanted)
        if name not in found
    ]
    if faults:
        raise InvalidError(f"{faults[0].pointer}: {faults[0].message}", faults[:100])
    return sorted({found[name] for name in wanted})
