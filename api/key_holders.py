"""What API keys mean, kept for a moment: a program asks many times a second with the same one."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.kept import Kept
from api.operations.api_key import KeyHolder, find_holder, presented_hash
from api.problems import NotAuthenticatedError
from database.errors import OUTAGES, is_down

FRESH_SECONDS = 1.0
PATIENCE = 0.08
"""Seconds that a question for health waits for the database: it is answered within a tenth of a second. Where the
database hangs, one question a second waits that long, and the others not at all."""
KEPT = 10_000
"""Keys; some five megabytes."""


class KeyHolders:
    """Reads a key at most once a second. Of the key itself nothing is kept, only the hash by which it is looked up.

    A key that was revoked, or whose user's role was changed, in this process acts on the next request, as who does so
    calls `forget`; in other processes within that second. The same goes for a key that expires.
    """

    def __init__(self, engine: AsyncEngine, clock: Callable[[], float] = time.monotonic) -> None:
        self._holders = Kept(partial(find_holder, engine), FRESH_SECONDS, KEPT, clock)
        self._recognised: OrderedDict[bytes, KeyHolder] = OrderedDict()

    async def authenticate(self, key: str | None) -> KeyHolder:
        """Find who holds a key. Raises `NotAuthenticatedError`, whose text is the same whatever is wrong with it."""
        return await self._holders.get(presented_hash(key))

    async def recognise(self, key: str | None) -> KeyHolder:
        """Find who holds a key, or held it when the database was last asked, where that does not answer in time."""
        hashed = presented_hash(key)
        if hashed in self._recognised and self._holders.is_late(hashed, PATIENCE):
            return self._recognised[hashed]
        try:
            async with asyncio.timeout(PATIENCE if hashed in self._recognised else None):
                holder = await self._holders.get(hashed)
        except (*OUTAGES, DBAPIError) as error:
            if hashed not in self._recognised or (isinstance(error, DBAPIError) and not is_down(error)):
                raise
            return self._recognised[hashed]
        except NotAuthenticatedError:
            self._recognised.pop(hashed, None)
            raise
        self._recognised[hashed] = holder
        self._recognised.move_to_end(hashed)
        if len(self._recognised) > KEPT:
            self._recognised.popitem(last=False)
        return holder

    def forget(self) -> None:
        """Read all keys anew. To be called when a change of keys or users is committed, not before."""
        self._holders.forget()
