"""Single mails of a task as people see them, and what people decide of those nobody knows the outcome of."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.delivery import Decision

DECIDED: dict[Decision, tuple[str, str]] = {
    "resend": ("pending", "resent_by_person"),
    "sent": ("sent", "decided_by_person"),
    "failed": ("failed", "decided_by_person"),
}
"""Status and reason that a mail has after each decision."""

VIEW = """
    SELECT b.seq, b.email, b.status, b.reason, b.retry_at, b.retry_count, b.service_id, s.name AS service,
        b.message_id, b.due_at, b.sent_at
    FROM subtasks b JOIN tasks t ON t.id = b.task_id LEFT JOIN email_services s ON s.id = b.service_id
    WHERE b.task_id = :task_id AND t.user_id = :user_id
"""
GET = text(VIEW + " AND b.seq = :seq")
LIST = text(
    VIEW
    + """
    AND b.seq > :after AND (CAST(:status AS text) IS NULL OR b.status = :status)
    AND (CAST(:reason AS text) IS NULL OR b.reason = :reason)
    ORDER BY b.seq LIMIT :limit
"""
)
REASONS = text("""
    SELECT b.status, b.reason, count(*) AS count
    FROM subtasks b JOIN tasks t ON t.id = b.task_id
    WHERE b.task_id = :task_id AND t.user_id = :user_id AND b.status NOT IN ('pending', 'sent')
        AND b.status IN ('failed', 'suppressed', 'unknown', 'cancelled')
    GROUP BY b.status, b.reason ORDER BY count DESC, b.status, b.reason
""")
PUT_ON_LIST = text("""
    INSERT INTO contact_list_members (contact_list_id, contact_id)
    SELECT :list_id, c.id FROM subtasks b JOIN tasks t ON t.id = b.task_id
    JOIN contacts c ON c.id = b.contact_id AND c.user_id = t.user_id
    WHERE b.task_id = :task_id AND t.user_id = :user_id AND b.status = :status
        AND CASE WHEN CAST(:reason AS text) IS NULL THEN b.reason IS DISTINCT FROM 'decided_by_person'
            ELSE b.reason = :reason END
    ORDER BY c.id
    ON CONFLICT DO NOTHING
""")
EXPORT = text(VIEW + " ORDER BY b.seq")
DELIVERIES = text("""
    SELECT d.permit_id, d.attempt, d.service_id, s.name AS service, d.phase, d.outcome, d.reason, d.reply_code,
        d.reply_text, d.worker, d.claimed_at, d.marked_at, d.ended_at, d.deadline, d.decision, d.decided_at,
        d.decided_by
    FROM deliveries d LEFT JOIN email_services s ON s.id = d.service_id
    WHERE d.task_id = :task_id AND d.seq = :seq ORDER BY d.attempt, d.claimed_at
""")
# `last_words`: of the provider, or why none came.
UNKNOWN = text("""
    SELECT b.seq, b.email, b.message_id, b.service_id, s.name AS service, d.attempt, d.marked_at, d.ended_at, d.reason,
        d.reply_text AS last_words, d.worker
    FROM subtasks b JOIN tasks t ON t.id = b.task_id JOIN deliveries d ON d.permit_id = b.permit_id
    LEFT JOIN email_services s ON s.id = b.service_id
    WHERE b.task_id = :task_id AND t.user_id = :user_id AND b.status = 'unknown' AND b.seq > :after
    ORDER BY b.seq LIMIT :limit
""")
# In key order, as every writer of mails; their deliveries are held with them. What is sent again keeps its Message-ID.
RESOLVE = text("""
    WITH chosen AS (
        SELECT task_id, seq, permit_id FROM subtasks
        WHERE task_id = :task_id AND status = 'unknown'
            AND (CAST(:seqs AS int[]) IS NULL OR seq = ANY (CAST(:seqs AS int[])))
        ORDER BY seq FOR UPDATE
    ), decided AS (
        UPDATE deliveries d SET decision = :decision, decided_by = :decided_by, decided_at = guard_now()
        FROM chosen c WHERE d.permit_id = c.permit_id
    )
    UPDATE subtasks b SET status = CAST(:status AS text), reason = :reason, claims = 0,
        retry_at = NULL, due_at = CASE WHEN CAST(:status AS text) = 'pending' THEN guard_now() ELSE b.due_at END,
        sent_at = CASE WHEN CAST(:status AS text) = 'sent' THEN coalesce(b.sent_at, guard_now()) ELSE b.sent_at END
    FROM chosen c WHERE b.task_id = c.task_id AND b.seq = c.seq
""")


async def get(connection: AsyncConnection, user_id: UUID, task_id: UUID, seq: int) -> RowMapping | None:
    """One mail of one of the user's tasks."""
    values = {"user_id": user_id, "task_id": task_id, "seq": seq}
    return (await connection.execute(GET, values)).mappings().one_or_none()


async def list_own(  # noqa: PLR0913 - a filter each
    connection: AsyncConnection,
    user_id: UUID,
    task_id: UUID,
    *,
    status: str | None,
    reason: str | None,
    after: int,
    limit: int,
) -> list[RowMapping]:
    """Mails of one of the user's tasks by number, one more than `limit`."""
    values = {
        "user_id": user_id, "task_id": task_id, "status": status, "reason": reason, "after": after, "limit": limit + 1,
    }  # fmt: skip
    return list((await connection.execute(LIST, values)).mappings())


async def reasons(connection: AsyncConnection, user_id: UUID, task_id: UUID) -> list[RowMapping]:
    """Why mails of one of the user's tasks were not sent: `status`, `reason`, `count`, the most frequent first."""
    return list((await connection.execute(REASONS, {"user_id": user_id, "task_id": task_id})).mappings())


async def put_on_list(  # noqa: PLR0913, PLR0917 - whose mails, which, and where to
    connection: AsyncConnection, user_id: UUID, task_id: UUID, list_id: UUID, status: str, reason: str | None
) -> None:
    """Put the contacts of some mails of one of the user's tasks on a list. Safe to repeat."""
    values = {"user_id": user_id, "task_id": task_id, "list_id": list_id, "status": status, "reason": reason}
    await connection.execute(PUT_ON_LIST, values)


async def export(connection: AsyncConnection, user_id: UUID, task_id: UUID) -> AsyncIterator[RowMapping]:
    """Every mail of one of the user's tasks, read through a cursor: memory stays flat."""
    async with connection.stream(EXPORT, {"user_id": user_id, "task_id": task_id}) as result:
        async for row in result.mappings():
            yield row


async def deliveries(connection: AsyncConnection, task_id: UUID, seq: int) -> list[RowMapping]:
    """Every try of a mail, the first first."""
    return list((await connection.execute(DELIVERIES, {"task_id": task_id, "seq": seq})).mappings())


async def unknown(
    connection: AsyncConnection, user_id: UUID, task_id: UUID, *, after: int, limit: int
) -> list[RowMapping]:
    """Mails of one of the user's tasks that nobody knows the outcome of, one more than `limit`."""
    values = {"user_id": user_id, "task_id": task_id, "after": after, "limit": limit + 1}
    return list((await connection.execute(UNKNOWN, values)).mappings())


async def resolve(
    connection: AsyncConnection, task_id: UUID, decision: Decision, decided_by: UUID, seqs: Sequence[int] | None
) -> int:
    """Decide mails of unknown outcome in a task that was locked; how many. Safe to repeat: others are left alone.

    `decided_by`: an API key. Their deliveries keep who decided what, and when.
    """
    status, reason = DECIDED[decision]
    chosen = None if seqs is None else list(seqs)
    values = {"task_id": task_id, "status": status, "reason": reason, "seqs": chosen}
    values |= {"decision": decision, "decided_by": decided_by}
    return (await connection.execute(RESOLVE, values)).rowcount
