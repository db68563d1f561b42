"""Limits per recipient domain as people set them. The guard's side is `database/functions/domain_limit.sql`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

LIST = text("""
    SELECT l.domain, l.per_minute, extract(epoch FROM l.learnt_interval)::float8 AS learnt_interval, l.refused_at,
        CASE WHEN num_nonnulls(l.per_minute, l.learnt_interval) > 0 THEN domain_free_at(l)
            ELSE l.next_available_at END AS next_available_at,
        l.pool_id, p.name AS pool, l.created_at, l.updated_at,
        ARRAY(SELECT a.domain FROM domain_limits a WHERE a.pool_id = l.pool_id AND a.counted_as = l.domain
              ORDER BY a.domain) AS also_counts
    FROM domain_limits l JOIN pools p ON p.id = l.pool_id
    WHERE l.pool_id = :pool_id AND l.counted_as IS NULL AND l.domain > :after
        AND (CAST(:domain AS text) IS NULL OR l.domain = :domain)
        AND num_nonnulls(l.per_minute, l.learnt_interval) > 0
    ORDER BY l.domain LIMIT :limit
""")
LOCK_POOL = text("SELECT id FROM pools WHERE id = :pool_id FOR NO KEY UPDATE")
LOCK = text("""
    SELECT domain, counted_as, per_minute FROM domain_limits WHERE pool_id = :pool_id ORDER BY domain FOR UPDATE
""")
SPACING = text("SELECT domain_spacing(l) FROM domain_limits l WHERE pool_id = :pool_id AND domain = :domain")
SET = text("""
    INSERT INTO domain_limits AS l (pool_id, domain, per_minute, next_available_at, next_slot_at)
    VALUES (:pool_id, :domain, :per_minute, guard_now(), guard_now())
    ON CONFLICT (pool_id, domain) DO UPDATE SET per_minute = excluded.per_minute, next_slot_at = guard_now(),
        updated_at = clock_timestamp()
""")
# What has gone out lately stays counted, at the new spacing.
RESPACE = text("""
    UPDATE domain_limits l SET next_available_at = guard_now() + greatest(l.next_available_at - guard_now(), '0')
        * (extract(epoch FROM domain_spacing(l)) / extract(epoch FROM CAST(:spacing AS interval)))::float8
    WHERE pool_id = :pool_id AND domain = :domain
""")
ALSO = text("""
    INSERT INTO domain_limits AS l (pool_id, domain, counted_as)
    SELECT :pool_id, a.domain, :domain FROM unnest(CAST(:also AS text[])) AS a(domain) ORDER BY a.domain
    ON CONFLICT (pool_id, domain) DO UPDATE SET counted_as = excluded.counted_as, per_minute = NULL,
        learnt_interval = NULL, updated_at = clock_timestamp()
""")
NOT_ALSO = text("""
    DELETE FROM domain_limits
    WHERE pool_id = :pool_id AND counted_as = :domain AND domain <> ALL (CAST(:also AS text[]))
""")
DELETE = text("DELETE FROM domain_limits WHERE pool_id = :pool_id AND (domain = :domain OR counted_as = :domain)")
WAITING_TASKS = text("""
    SELECT t.id FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
    WHERE t.pool_id = :pool_id AND t.completed_at IS NULL AND q.retrying > 0 ORDER BY t.id
""")
# Without the reason they are like mails that never had a turn: they get turns one after the other.
RELEASE = text("""
    WITH waiting AS (
        SELECT task_id, seq FROM subtasks
        WHERE task_id = :task_id AND status = 'pending' AND retry_at IS NOT NULL AND reason = 'domain_limit'
            AND mail_domain(email) = ANY (CAST(:domains AS text[]))
        ORDER BY seq LIMIT :most FOR UPDATE
    )
    UPDATE subtasks b SET retry_at = NULL, reason = NULL FROM waiting
    WHERE b.task_id = waiting.task_id AND b.seq = waiting.seq
""")


async def list_of_pool(
    connection: AsyncConnection, pool_id: UUID, after: str, limit: int, domain: str | None = None
) -> list[RowMapping]:
    """The limits of a pool by domain, set or learnt, or the one of a domain; one more than `limit`."""
    values = {"pool_id": pool_id, "after": after, "limit": limit + 1, "domain": domain}
    return list((await connection.execute(LIST, values)).mappings())


async def lock(connection: AsyncConnection, pool_id: UUID) -> dict[str, RowMapping]:
    """Read all rows of a pool to change some, by domain; no other change and no claim gets between."""
    await connection.execute(LOCK_POOL, {"pool_id": pool_id})
    return {row["domain"]: row for row in (await connection.execute(LOCK, {"pool_id": pool_id})).mappings()}


async def put(
    connection: AsyncConnection, pool_id: UUID, domain: str, per_minute: int | None, also: Sequence[str] | None
) -> None:
    """Write a limit of a pool that was locked; None leaves what there is. What was learnt stays. Safe to repeat."""
    values = {"pool_id": pool_id, "domain": domain, "per_minute": per_minute, "also": list(also or ())}
    if per_minute is not None:
        spacing = (await connection.execute(SPACING, values)).scalar_one_or_none()
        await connection.execute(SET, values)
        if spacing is not None:
            await connection.execute(RESPACE, values | {"spacing": spacing})
    if also is not None:
        await connection.execute(NOT_ALSO, values)
        await connection.execute(ALSO, values)


async def delete(connection: AsyncConnection, pool_id: UUID, domain: str) -> None:
    """Forget a limit of a pool that was locked, with what was learnt and the domains it counted. Safe to repeat."""
    await connection.execute(DELETE, {"pool_id": pool_id, "domain": domain})


async def waiting_tasks(connection: AsyncConnection, pool_id: UUID) -> list[UUID]:
    """Tasks of a pool that have mails whose time has not come."""
    return list((await connection.execute(WAITING_TASKS, {"pool_id": pool_id})).scalars())


async def release(connection: AsyncConnection, task_id: UUID, domains: Sequence[str], most: int) -> int:
    """Make mails of a task to these domains ready that wait for a domain's limit; how many. Safe to repeat."""
    values = {"task_id": task_id, "domains": list(domains), "most": most}
    return (await connection.execute(RELEASE, values)).rowcount
