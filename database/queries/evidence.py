"""Mails that are known to have been sent, brought into the ledger by their Message-IDs."""

from collections.abc import Sequence
from uuid import UUID

from contracts.evidence import EvidenceVerdict, SentMail
from database.connect import PoolConnection
from database.queries import task_moves

Answer = tuple[UUID | None, EvidenceVerdict]

RESOLVE = "SELECT task_id, verdict FROM ledger_evidence_v1($1, $2, $3, $4, $5)"
UNPREPARED = "SELECT status = 'paused' AND prepared_at IS NULL FROM tasks WHERE id = $1 FOR NO KEY UPDATE"


async def resolve(connection: PoolConnection, mails: Sequence[SentMail], user_id: UUID | None = None) -> list[Answer]:
    """Take these mails of a user (or of anyone) as sent; the task that each names, and what became of it.

    A paused task whose mails were sent and are not written yet is one that was restored: they are written first. Safe
    to repeat: what was resolved before is `known`.
    """
    answers = await _resolve(connection, mails, user_id)
    unprepared = [number for number, (_, verdict) in enumerate(answers) if verdict == "unprepared"]
    for task_id in {task_id for number in unprepared if (task_id := answers[number][0])}:
        await _prepare(connection, task_id)
    again = await _resolve(connection, [mails[number] for number in unprepared], user_id)
    for number, answer in zip(unprepared, again, strict=True):
        answers[number] = answer
    return answers


async def _resolve(connection: PoolConnection, mails: Sequence[SentMail], user_id: UUID | None) -> list[Answer]:
    if not mails:
        return []
    rows = await connection.fetch(RESOLVE, user_id, *map(list, zip(*mails, strict=True)))
    return [(row["task_id"], row["verdict"]) for row in rows]


async def _prepare(connection: PoolConnection, task_id: UUID) -> None:
    """Write the mails of a paused task that has none; it stays paused."""
    async with connection.transaction():
        if await connection.fetchval(UNPREPARED, task_id):
            await task_moves.resume(connection, task_id)
            await task_moves.prepare(connection, task_id)
            await task_moves.pause(connection, task_id)
