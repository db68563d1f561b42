"""The winner among a task's variants: decided once, when the trial is over; and what became of the variants so far."""

import logging
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.variant import Trial, WinnerRule
from database.connect import PoolConnection
from scheduling.winner import Tally, decide

log = logging.getLogger(__name__)

DUE = """
    SELECT variants, winner_rule, guard_now() AS now FROM tasks
    WHERE id = $1 AND winner IS NULL AND winner_at <= guard_now() FOR NO KEY UPDATE
"""
# What machines opened or clicked does not count. A click is an opening too: who blocks images clicks all the same.
HITS: Final = """
    count(*) FILTER (WHERE b.status = 'sent') AS mails,
    count(*) FILTER (WHERE b.status = 'sent' AND num_nonnulls(e.opened_at, e.clicked_at) > 0) AS opens,
    count(*) FILTER (WHERE b.status = 'sent' AND e.clicked_at IS NOT NULL) AS clicks,
    count(*) FILTER (WHERE b.status = 'sent' AND e.replied_at IS NOT NULL) AS replies
    FROM subtasks b LEFT JOIN engagements e ON e.task_id = b.task_id AND e.seq = b.seq
"""
"""By what a rule may measure."""
TALLIES = (
    "SELECT b.variant, count(*) FILTER (WHERE b.status IN ('pending', 'claimed', 'transmitting')) AS open,"
    + HITS
    + "WHERE b.task_id = $1 AND b.variant IS NOT NULL GROUP BY 1"
)
POSTPONE = "UPDATE tasks SET winner_at = guard_now() + CAST($2 AS interval) WHERE id = $1"
WON = "UPDATE tasks SET winner = $2, winner_rule = winner_rule || jsonb_build_object('trial', $3::jsonb) WHERE id = $1"
ROUNDS = text("""
    SELECT r.round_no, r.task_id, t.status, t.winner, t.winner_at,
        coalesce(t.winner_rule, r.winner_rule) AS winner_rule,
        (
            SELECT jsonb_agg(said - 'html' - 'text' ORDER BY place)
            FROM jsonb_array_elements(coalesce(t.variants, r.variants)) WITH ORDINALITY v (said, place)
        ) AS variants
    FROM campaigns c JOIN rounds r ON r.campaign_id = c.id LEFT JOIN tasks t ON t.id = r.task_id
    WHERE c.id = :campaign_id AND c.user_id = :user_id AND r.variants IS NOT NULL ORDER BY r.round_no
""")
SENT = text(
    "SELECT t.round_no, b.variant, count(*) FILTER (WHERE b.status = 'sent' AND e.opened_at IS NOT NULL) AS opened,"
    + HITS
    + """
    JOIN tasks t ON t.id = b.task_id
    WHERE t.campaign_id = :campaign_id AND t.user_id = :user_id AND t.variants IS NOT NULL AND b.variant IS NOT NULL
        AND b.status = 'sent'
    GROUP BY 1, 2
"""
)


async def decide_winner(connection: PoolConnection, task_id: UUID) -> None:
    """Decide, if the task's trial is over, which variant the rest gets; once only. In the caller's transaction.

    A trial of which some variant has not gone out at all, though it will, is given its time again.
    """
    task = await connection.fetchrow(DUE, task_id)
    if task is None:
        return
    rule = WinnerRule.model_validate(task["winner_rule"])
    rows = {row["variant"]: row for row in await connection.fetch(TALLIES, task_id)}
    if any(not row["mails"] and row["open"] for row in rows.values()):
        await connection.execute(POSTPONE, task_id, rule.after)
        return
    places = range(len(task["variants"]))
    tallies = [
        Tally(rows[place]["mails"], rows[place][rule.measure]) if place in rows else Tally(0, 0) for place in places
    ]
    decision = decide(tallies, rule.confidence)
    trial = Trial(decided_at=task["now"], tallies=tuple(tallies), decision=decision)
    await connection.execute(WON, task_id, decision.place, trial.model_dump(mode="json"))
    log.info(
        "task %s: variant %d gets the rest, %s of %s each, p %.4f",
        task_id, decision.place + 1, rule.measure, [f"{tally.hits} in {tally.mails}" for tally in tallies],
        decision.p_value,
    )  # fmt: skip


async def rounds_with_variants(connection: AsyncConnection, user_id: UUID, campaign_id: UUID) -> Sequence[RowMapping]:
    """Those of one of the user's campaigns: what was said of them, and how far each trial is."""
    values = {"user_id": user_id, "campaign_id": campaign_id}
    return (await connection.execute(ROUNDS, values)).mappings().all()


async def sent_by_variant(connection: AsyncConnection, user_id: UUID, campaign_id: UUID) -> Sequence[RowMapping]:
    """Count, by round and place of the variant, what was sent and what came of it. Reads every mail that was sent."""
    values = {"user_id": user_id, "campaign_id": campaign_id}
    return (await connection.execute(SENT, values)).mappings().all()
