"""API keys: who holds one, what it allows, and making new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.problems import NotAllowedError, NotAuthenticatedError, invalid
from api.schemas.api_key import ApiKeyIn, NewApiKeyOut
from database.connect import autocommit
from database.queries import api_key, user
from runtime.secrets import api_key_hash, new_api_key

PREFIX_LENGTH = 8
MAX_KEY_LENGTH = 200
RANK = {"read": 0, "write": 1, "admin": 2}


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Who asks, and how much their key allows."""

    user_id: UUID
    key_id: UUID
    role: str
    scopes: frozenset[str]

    @property
    def admin(self) -> bool:
        """May see and change what belongs to the installation."""
        return self.role == "admin" and "admin" in self.scopes

    def may(self, scope: str) -> bool:
        """Whether the key covers this scope; a higher one includes the lower."""
        if scope == "admin":
            return self.admin
        return any(RANK[held] >= RANK[scope] for held in self.scopes)


def presented_hash(key: str | None) -> bytes:
    """Return the hash under which a key is looked up. Raises `NotAuthenticatedError` for what cannot be a key."""
    if not key or len(key) > MAX_KEY_LENGTH:
        raise NotAuthenticatedError("Send a valid key as `Authorization: Bearer …`.")
    return api_key_hash(key)


async def find_holder(engine: AsyncEngine, key_hash: bytes) -> KeyHolder:
    """Read who holds the key with this hash, and note that it was used. Raises `NotAuthenticatedError`."""
    async with autocommit(engine) as connection:
        row = await api_key.holder(connection, key_hash)
        if row is None:
            raise NotAuthenticatedError("This key is unknown, expired or revoked. Send `Authorization: Bearer …`.")
        if row["stale"]:
            await api_key.touch(connection, row["key_id"])
    return KeyHolder(row["user_id"], row["key_id"], row["role"], frozenset(row["scopes"]))


async def create_key(connection: AsyncConnection, user_id: UUID, name: str, scopes: Sequence[str]) -> str:
    """Make a key for a user and return it in full: it can be read at no other time."""
    return (await _make(connection, user_id, name, scopes, None)).key


async def order_key(connection: AsyncConnection, caller: KeyHolder, order: ApiKeyIn) -> NewApiKeyOut:
    """Make a key as asked. Nobody can give a key more than their own has."""
    user_id = owner(caller, order.user_id)
    if not all(caller.may(scope) for scope in order.scopes):
        raise NotAllowedError("A key cannot be given scopes that the asking key does not have.")
    if order.expires_at is not None and order.expires_at <= datetime.now(UTC):
        raise invalid("#/expiresAt", "must be in the future")
    if await user.get(connection, user_id) is None:
        raise invalid("#/userId", "there is no such user")
    return await _make(connection, user_id, order.name, order.scopes, order.expires_at)


def owner(caller: KeyHolder, user_id: UUID | None) -> UUID:
    """Whose keys are meant: one's own unless said, anyone's for administrators. Raises `NotAllowedError`."""
    if user_id not in {None, caller.user_id} and not caller.admin:
        raise NotAllowedError("Only an administrator sees and makes keys of other users.")
    return user_id or caller.user_id


async def _make(
    connection: AsyncConnection, user_id: UUID, name: str, scopes: Sequence[str], expires_at: datetime | None
) -> NewApiKeyOut:
    key = new_api_key()
    row = await api_key.insert(
        connection,
        user_id,
        name=name,
        prefix=key[:PREFIX_LENGTH],
        key_hash=api_key_hash(key),
        scopes=sorted(set(scopes), key=RANK.__getitem__),
        expires_at=expires_at,
    )
    return NewApiKeyOut.model_validate({**row, "key": key})
