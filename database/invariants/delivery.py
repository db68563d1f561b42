"""Deliveries, and what nobody owns any more.

`now()` is the beginning of the snapshot; deadlines and expiries are of the same clock.
"""

from database.invariants.invariant import INSPECT, Invariant

FIELDS = """
    SELECT CASE WHEN num_nonnulls(outcome, ended_at) <> CASE WHEN phase = 'ended' THEN 2 ELSE 0 END THEN
            format('delivery %s is %s, with outcome %s, ended at %s', permit_id, phase, coalesce(outcome, 'none'),
                coalesce(ended_at::text, 'no time'))
        WHEN marked_at IS NULL AND (phase = 'transmitting' OR outcome IN ('sent', 'unknown')) THEN
            format('delivery %s is %s, but its body was never begun', permit_id, coalesce(outcome, phase))
        WHEN marked_at IS NOT NULL AND phase = 'claimed' THEN
            format('delivery %s is claimed, but its body was begun', permit_id) END AS broken
    FROM deliveries
"""
OPEN = """
    SELECT CASE WHEN b.permit_id IS DISTINCT FROM d.permit_id OR b.status <> d.phase THEN
        format('delivery %s is %s, but task %s, mail %s is %s under permit %s', d.permit_id, d.phase, d.task_id, d.seq,
            coalesce(b.status, 'missing'), coalesce(b.permit_id::text, 'none')) END AS broken
    FROM deliveries d LEFT JOIN subtasks b ON b.task_id = d.task_id AND b.seq = d.seq WHERE d.phase <> 'ended'
"""
PARENTS = """
    SELECT CASE WHEN b.seq IS NULL THEN
            format('delivery %s: task %s has no mail %s', d.permit_id, d.task_id, d.seq)
        WHEN v.id IS NULL THEN
            format('delivery %s: its service %s does not exist', d.permit_id, d.service_id) END AS broken
    FROM deliveries d
    LEFT JOIN subtasks b ON b.task_id = d.task_id AND b.seq = d.seq
    LEFT JOIN email_services v ON v.id = d.service_id
"""
PINS = """
    SELECT CASE WHEN v.id IS NULL THEN
        format('task %s: mails are pinned to service %s, which does not exist', p.task_id, p.service_id) END AS broken
    FROM pinned_queues p LEFT JOIN email_services v ON v.id = p.service_id
"""
CHOICES = """
    SELECT CASE WHEN t.id IS NULL OR v.id IS NULL THEN
        format('choices of service %s for task %s: one of them does not exist', c.service_id, c.task_id) END AS broken
    FROM (SELECT DISTINCT service_id, task_id FROM choices) c
    LEFT JOIN tasks t ON t.id = c.task_id LEFT JOIN email_services v ON v.id = c.service_id
"""
# Workers sweep every ten seconds.
OVERDUE_DELIVERIES = """
    SELECT CASE WHEN deadline < now() - interval '1 minute' THEN
        format('delivery %s of task %s, mail %s is %s past its deadline', permit_id, task_id, seq,
            date_trunc('second', now() - deadline)) END AS broken
    FROM deliveries WHERE phase <> 'ended'
"""
OVERDUE_RESERVATIONS = """
    SELECT CASE WHEN expires_at < now() - interval '1 minute' THEN
        format('connection %s of service %s is %s past its expiry', connection_no, service_id,
            date_trunc('second', now() - expires_at)) END AS broken
    FROM service_reservations
"""
START_WORKER = (
    "Start a worker: each gives back what dead ones held, within ten seconds. If one has run for longer, its log says "
    "why it does not reconcile."
)
INVARIANTS = (
    Invariant("delivery_fields", "A delivery's moments and outcome are those of its phase.", INSPECT, FIELDS),
    Invariant("open_deliveries", "A delivery that has not ended is the one its mail stands under.", INSPECT, OPEN),
    Invariant("delivery_parents", "Every delivery has its mail and its service.", INSPECT, PARENTS),
    Invariant("pin_parents", "Mails are pinned to services that exist.",
        "Give the mails another service, or none: `UPDATE subtasks SET pinned_service_id = NULL`.", PINS),
    Invariant("choice_parents", "What is kept of choices belongs to services and tasks that exist.",
        "Nothing is sent by them; delete them.", CHOICES),
    Invariant("overdue_deliveries", "What a dead worker had in hand is taken back within a minute.", START_WORKER,
        OVERDUE_DELIVERIES),
    Invariant("overdue_reservations", "A connection that a dead worker held is free within a minute.", START_WORKER,
        OVERDUE_RESERVATIONS),
)  # fmt: skip
