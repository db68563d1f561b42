"""The winner among a task's variants: decided once, when the trial is over."""

import logging
from uuid import UUID

from contracts.variant import WinnerRule
from database.connect import PoolConnection
from scheduling.winner import Tally, decide

log = logging.getLogger(__name__)

DUE = """
    SELECT variants, winner_rule FROM tasks WHERE id = $1 AND winner IS NULL AND winner_at <= guard_now()
    FOR NO KEY UPDATE
"""
# What machines opened or clicked does not count. A click is an opening too: who blocks images clicks all the same.
TALLIES = """
    SELECT b.variant, count(*) FILTER (WHERE b.status = 'sent') AS mails,
        count(*) FILTER (WHERE b.status IN ('pending', 'claimed', 'transmitting')) AS open,
        count(*) FILTER (WHERE b.status = 'sent' AND CASE $2
            WHEN 'opens' THEN num_nonnulls(e.opened_at, e.clicked_at) > 0
            WHEN 'clicks' THEN e.clicked_at IS NOT NULL ELSE e.replied_at IS NOT NULL END) AS hits
    FROM subtasks b LEFT JOIN engagements e ON e.task_id = b.task_id AND e.seq = b.seq
    WHERE b.task_id = $1 AND b.variant IS NOT NULL GROUP BY 1
"""
POSTPONE = "UPDATE tasks SET winner_at = guard_now() + CAST($2 AS interval) WHERE id = $1"
WON = "UPDATE tasks SET winner = $2 WHERE id = $1"


async def decide_winner(connection: PoolConnection, task_id: UUID) -> None:
    """Decide, if the task's trial is over, which variant the rest gets; once only. In the caller's transaction.

    A trial of which some variant has not gone out at all, though it will, is given its time again.
    """
    task = await connection.fetchrow(DUE, task_id)
    if task is None:
        return
    rule = WinnerRule.model_validate(task["winner_rule"])
    rows = {row["variant"]: row for row in await connection.fetch(TALLIES, task_id, rule.measure)}
    if any(not row["mails"] and row["open"] for row in rows.values()):
        await connection.execute(POSTPONE, task_id, rule.after)
        return
    places = range(len(task["variants"]))
    tallies = [Tally(rows[place]["mails"], rows[place]["hits"]) if place in rows else Tally(0, 0) for place in places]
    decision = decide(tallies, rule.confidence)
    await connection.execute(WON, task_id, decision.place)
    log.info(
        "task %s: variant %d gets the rest, %s of %s each, p %.4f",
        task_id, decision.place + 1, rule.measure, [f"{tally.hits} in {tally.mails}" for tally in tallies],
        decision.p_value,
    )  # fmt: skip
