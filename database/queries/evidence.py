"""Mails that are known to have been sent, brought into the ledger by their Message-IDs."""

from collections.abc import Sequence
from uuid import UUID

from contracts.evidence import EvidenceVerdict, SentMail
from database.connect import PoolConnection

RESOLVE = "SELECT task_id, verdict FROM ledger_evidence_v1($1, $2, $3, $4, $5)"


async def resolve(
    connection: PoolConnection, mails: Sequence[SentMail], user_id: UUID | None = None
) -> list[tuple[UUID | None, EvidenceVerdict]]:
    """Take these mails of a user (or of anyone) as sent; the task that each names, and what became of it.

    Safe to repeat: what was resolved before is `known`.
    """
    ids, recipients, senders, moments = zip(*mails, strict=True) if mails else ((), (), (), ())
    rows = await connection.fetch(RESOLVE, user_id, ids, recipients, senders, moments)
    return [(row["task_id"], row["verdict"]) for row in rows]
