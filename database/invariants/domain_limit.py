"""Limits per recipient domain.

What a domain's refusals have taught changes with every answer and is not checked; nor is what was claimed within a
second of a change by a person, for a claim may have begun before it.
"""

from database.invariants.invariant import Invariant

GROUPS = """
    SELECT CASE WHEN r.domain IS NULL OR r.counted_as IS NOT NULL THEN
        format('pool %s: %s counts as %s, which is not limited itself', l.pool_id, l.domain, l.counted_as) END AS broken
    FROM domain_limits l LEFT JOIN domain_limits r ON r.pool_id = l.pool_id AND r.domain = l.counted_as
    WHERE l.counted_as IS NOT NULL
"""
RATE = """
    SELECT CASE WHEN claimed_at < earlier_at + interval '1 minute' - interval '1 ms' THEN
        format('pool %s: more than %s mails to %s in the minute before %s', pool_id, per_minute, domain, claimed_at)
        END AS broken
    FROM (
        SELECT l.pool_id, l.domain, l.per_minute, d.claimed_at, lag(d.claimed_at, l.per_minute) OVER (
            PARTITION BY l.pool_id, l.domain ORDER BY d.claimed_at) AS earlier_at
        FROM (
            SELECT n.pool_id, n.domain AS named, r.domain, r.per_minute,
                greatest(n.updated_at, r.updated_at) + (SELECT ahead FROM guard_clock) + interval '1 s' AS since
            FROM domain_limits n
            JOIN domain_limits r ON r.pool_id = n.pool_id AND r.domain = coalesce(n.counted_as, n.domain)
            WHERE r.per_minute IS NOT NULL
        ) l
        JOIN tasks t ON t.pool_id = l.pool_id
        JOIN subtasks b ON b.task_id = t.id AND mail_domain(b.email) = l.named
        JOIN deliveries d ON d.task_id = b.task_id AND d.seq = b.seq AND d.claimed_at > l.since
    ) x
"""
INVARIANTS = (
    Invariant("domain_groups", "A domain that counts as another counts as one that has a limit of its own.",
        "Mails to it are not limited now: set the limit again with `tempost limits set`.", GROUPS),
    Invariant("domain_rate", "No domain was written to more often in any minute than its limit allows.",
        "The domain may refuse mails for a while: lower its limit, and keep the rows that are named.", RATE),
)  # fmt: skip
