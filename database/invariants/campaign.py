"""Campaigns: who was stopped got no more mail, and nobody two in a round.

A stop is known to a claim from when it is committed, which is a moment after the time that it carries: what was claimed
within a second of it is not checked.
"""

from database.invariants.invariant import INSPECT, Invariant

STOPPED = """
    SELECT CASE WHEN d.claimed_at > k.stopped_at + interval '1 s' THEN
        format('task %s, mail %s was claimed at %s, but its contact %s was stopped (%s) at %s', b.task_id, b.seq,
            d.claimed_at, k.contact_id, k.stop_reason, k.stopped_at) END AS broken
    FROM campaign_contacts k
    JOIN tasks t ON t.campaign_id = k.campaign_id
    LEFT JOIN rounds r ON r.campaign_id = t.campaign_id AND r.round_no = t.round_no
    JOIN subtasks b ON b.task_id = t.id AND b.contact_id = k.contact_id
    JOIN deliveries d ON d.task_id = b.task_id AND d.seq = b.seq
    WHERE k.stop_reason IS NOT NULL
        AND (k.stop_reason IN ('bounced', 'complained', 'unsubscribed') OR t.round_no = 1 OR r.audience <> 'all')
"""
ROUND_MAILS = """
    SELECT CASE WHEN count(*) > 1 THEN
            format('campaign %s, round %s: contact %s has %s mails', t.campaign_id, t.round_no, b.contact_id, count(*))
        WHEN bool_or(b.round_no <> t.round_no) THEN
            format('task %s is round %s, but its mail to contact %s says another', max(t.id::text), t.round_no,
                b.contact_id) END AS broken
    FROM tasks t JOIN subtasks b ON b.task_id = t.id
    WHERE t.campaign_id IS NOT NULL AND b.contact_id IS NOT NULL
    GROUP BY t.campaign_id, t.round_no, b.contact_id
"""
INVARIANTS = (
    Invariant("stopped_contacts", "Nobody who was stopped in a campaign got a mail of it later.",
        "Somebody who replied, bounced or unsubscribed may have been written to. Pause the campaign, and keep the rows "
        "that are named and the workers' logs of that time.", STOPPED),
    Invariant("round_mails", "A campaign's contact has at most one mail in each round.", INSPECT, ROUND_MAILS),
)  # fmt: skip
