"""`/api/users` and `/api/pools`."""

from fastapi import APIRouter

from api.dependencies import Admin, Connection, Reader
from api.idempotency import OnlyOnce
from api.operations.pool import create_pool
from api.operations.user import create_user
from api.pages import Cursor, Limit, decode_moment, make_page
from api.schemas.base import Page
from api.schemas.user import PoolIn, PoolOut, UserIn, UserOut
from database.queries import pool, user

router = APIRouter(prefix="/api", tags=["users and pools"])


@router.post("/users", status_code=201)
async def add_user(order: UserIn, _: Admin, once: OnlyOnce) -> UserOut:
    """Add a user, with a pool of their own named `default`."""
    return await once.run(UserOut, lambda connection: create_user(connection, order))


@router.get("/users")
async def list_users(_: Admin, connection: Connection, limit: Limit = 50, cursor: Cursor = None) -> Page[UserOut]:
    """List all users."""
    rows = await user.list_all(connection, decode_moment(cursor), limit)
    return make_page(rows, limit, UserOut, "created_at", "id")


@router.post("/pools", status_code=201)
async def add_pool(order: PoolIn, caller: Admin, once: OnlyOnce) -> PoolOut:
    """Make a pool that several users share."""
    return await once.run(PoolOut, lambda connection: create_pool(connection, caller, order))


@router.get("/pools")
async def list_pools(caller: Reader, connection: Connection, limit: Limit = 50, cursor: Cursor = None) -> Page[PoolOut]:
    """List the pools you may use; administrators see all."""
    rows = await pool.list_usable(connection, caller.user_id, decode_moment(cursor), limit, everyone=caller.admin)
    return make_page(rows, limit, PoolOut, "created_at", "id")
