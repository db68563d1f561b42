"""The three writes of a delivery, and the sweep of those whose holder died. Each serves any number of rows at once.

The work is done by versioned SQL functions (`database/functions/`), which lock in one fixed order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from contracts.delivery import Outcome
from database.connect import PoolConnection, Row
from scheduling.permit import Permit

VerdictWord = Literal[
    "claimed", "early", "no_quota", "window", "service_rested", "service_paused", "lapsed", "stopped", "empty", "used"
]


@dataclass(frozen=True, slots=True)
class Claim:
    """Ask for the next due mail of a task under a permit."""

    permit: Permit
    task_id: UUID


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """The mail a permit took, and what is needed to write it."""

    seq: int
    email: str
    fields: dict[str, object] = field(repr=False)
    message_id: str
    attempt: int
    retry_count: int
    variant: int | None = None
    """Place in the task's variants."""
    thread: str | None = None
    """Message-IDs of the mails it answers, the oldest first."""
    thread_variant: int | None = None
    """The variant that the first of them was."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard said: a mail (`claimed`) and when its MAIL may go, or why not, and from when on."""

    word: VerdictWord
    available_at: datetime | None = None
    mail: ClaimedMail | None = None
    spacing: timedelta | None = None
    """Of a relay that keeps a rate: how far apart its MAILs must begin."""


@dataclass(frozen=True, slots=True)
class Record:
    """How a delivery ended."""

    permit_id: UUID
    outcome: Outcome
    reason: str | None = None
    reply_code: int | None = None
    reply_text: str | None = None
    retry_after: timedelta | None = None
    """Of a returned mail; None: it may go again at once."""
    costs_retry: bool = False
    mail_begun: bool = False
    """MAIL went out: the interval is not given back."""
    dot_sent: bool = False
    """The final dot went out: the quota is not given back."""
    dialogue: timedelta | None = None
    """From the claim to the answer to the dot: how long the mail had its connection."""


CLAIM = "SELECT * FROM ledger_claim_v3($1, $2, $3, $4, $5, $6, $7, $8)"
MARK = "SELECT permit_id FROM ledger_mark_v1($1, $2)"
RECORD = "SELECT permit_id, status FROM ledger_record_v2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
SWEEP = """
    SELECT d.task_id FROM ledger_sweep_v2($1) s JOIN deliveries d ON d.permit_id = s.permit_id
"""
RENEW = """
    WITH open AS (
        SELECT permit_id FROM deliveries WHERE permit_id = ANY ($1) AND phase = 'transmitting'
        ORDER BY permit_id FOR UPDATE
    )
    UPDATE deliveries d SET deadline = clock_timestamp() + CAST($2 AS interval) FROM open
    WHERE d.permit_id = open.permit_id
"""


async def claim(
    connection: PoolConnection, claims: Sequence[Claim], worker: str, upload_limit: timedelta, hold: timedelta
) -> list[Verdict]:
    """Take a mail for each permit the guard lets through; verdicts in the order of the claims.

    Safe to repeat: a permit that has taken a mail says `used`, and so does one that is named twice.
    """
    permits = [claim.permit for claim in claims]
    rows = await connection.fetch(
        CLAIM,
        [permit.id for permit in permits],
        [permit.no for permit in permits],
        [claim.task_id for claim in claims],
        [permit.service_id for permit in permits],
        [permit.expires_at for permit in permits],
        worker,
        upload_limit,
        hold,
    )
    return [_verdict(row) for row in rows]


def _verdict(row: Row) -> Verdict:
    if row["verdict"] != "claimed":
        return Verdict(row["verdict"], row["available_at"])
    names = (
        "seq", "email", "fields", "message_id", "attempt", "retry_count", "variant", "thread", "thread_variant",
    )  # fmt: skip
    return Verdict("claimed", row["available_at"], ClaimedMail(*(row[name] for name in names)), row["spacing"])


async def mark(connection: PoolConnection, permit_ids: Sequence[UUID], hold: timedelta) -> list[bool]:
    """Say that these bodies go out now. False: the delivery is no longer this worker's, and nothing may be sent."""
    marked = {row["permit_id"] for row in await connection.fetch(MARK, list(permit_ids), hold)}
    return [permit_id in marked for permit_id in permit_ids]


async def record(connection: PoolConnection, records: Sequence[Record]) -> list[str | None]:
    """Say how deliveries ended; the status each mail has now, or None where the delivery had ended before.

    Safe to repeat: a delivery ends once.
    """
    rows = await connection.fetch(
        RECORD,
        [record.permit_id for record in records],
        [record.outcome for record in records],
        [record.reason for record in records],
        [record.reply_code for record in records],
        [record.reply_text for record in records],
        [_seconds(record.retry_after) for record in records],
        [record.costs_retry for record in records],
        [record.mail_begun for record in records],
        [record.dot_sent for record in records],
        [_seconds(record.dialogue) for record in records],
    )
    statuses = {row["permit_id"]: row["status"] for row in rows}
    return [statuses.get(record.permit_id) for record in records]


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


async def sweep(connection: PoolConnection, most: int = 500) -> list[UUID]:
    """End deliveries whose deadline has passed; the task of each. Call it again until none is left."""
    return [row["task_id"] for row in await connection.fetch(SWEEP, most)]


async def renew(connection: PoolConnection, permit_ids: Sequence[UUID], hold: timedelta) -> None:
    """Keep deliveries whose body or answer is on its way from being swept."""
    await connection.execute(RENEW, list(permit_ids), hold)
