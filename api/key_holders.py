"""What API keys mean, kept for a moment: a program asks many times a second with the same one."""

import time
from collections.abc import Callable
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from api.kept import Kept
from api.operations.api_key import KeyHolder, find_holder, presented_hash

FRESH_SECONDS = 1.0
KEPT = 10_000
"""Keys; some five megabytes."""


class KeyHolders:
    """Reads a key at most once a second. Of the key itself nothing is kept, only the hash by which it is looked up.

    A key that was revoked, or whose user's role was changed, in this process acts on the next request, as who does so
    calls `forget`; in other processes within that second. The same goes for a key that expires.
    """

    def __init__(self, engine: AsyncEngine, clock: Callable[[], float] = time.monotonic) -> None:
        self._holders = Kept(partial(find_holder, engine), FRESH_SECONDS, KEPT, clock)

    async def authenticate(self, key: str | None) -> KeyHolder:
        """Find who holds a key. Raises `NotAuthenticatedError`, whose text is the same whatever is wrong with it."""
        return await self._holders.get(presented_hash(key))

    def forget(self) -> None:
        """Read all keys anew. To be called when a change of keys or users is committed, not before."""
        self._holders.forget()
