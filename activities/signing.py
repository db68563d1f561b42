"""Signatures on mails: keys are read and parsed once a minute, and only those of services that send."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from activities.letter import Letter
from database.queries.sending_domain import SigningDomain, signing
from mail.dkim import Signer

log = logging.getLogger(__name__)

FRESH_SECONDS = 60.0
"""How long a key may be used after it was switched off or replaced."""
KEPT = 2_000
"""Services whose signers a process keeps."""


class Signers:
    """The signers of services. `unseal` opens a sealed key of a domain."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", unseal: Callable[[UUID, bytes], str]) -> None:
        self._pool = pool
        self._unseal = unseal
        self._kept: dict[UUID, tuple[float, tuple[Signer, ...]]] = {}

    async def of(self, service_id: UUID) -> tuple[Signer, ...]:
        """Signers of a service's mails; none where its domain has no active key."""
        read_at, signers = self._kept.get(service_id, (0.0, ()))
        if read_at and time.monotonic() - read_at < FRESH_SECONDS:
            return signers
        async with self._pool.acquire() as connection:
            found = await signing(connection, service_id)
        self._kept.pop(service_id, None)
        while len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        signers = tuple(signer for row in found if (signer := self._signer(row)) is not None)
        self._kept[service_id] = (time.monotonic(), signers)
        return signers

    def _signer(self, row: SigningDomain) -> Signer | None:
        """A key that cannot be used stops no mail: it may pass by SPF, and the log says what is wrong."""
        try:
            return Signer(row.domain, row.selector, self._unseal(row.id, row.private_key_sealed))
        except ValueError as error:
            log.error("mails of %s are not signed with the selector %s: %s", row.domain, row.selector, error)  # noqa: TRY400 - a traceback could show the key
            return None


def signed(letter: Letter, signers: Sequence[Signer], host: str) -> Letter:
    """Sign a finished mail; of keys that are not of its sender's domain none is used."""
    domain = letter.sender.rpartition("@")[2].lower()
    message = letter.message
    for signer in signers:
        if signer.domain == domain:
            message = signer.sign(message, datetime.now(UTC), host=host)
    return letter if message is letter.message else replace(letter, message=message)
