"""Services: the guard's row of each against the deliveries that it let through.

Deliveries do not say whether the final dot of a failed or returned one went out, nor whether its MAIL did, unless its
body was begun: such a one may have paid or not. A person's change of a service may break these rules legally: another
time zone moves the quota's day, another kind or interval what was measured. So quotas are checked where nobody changed
the service since the first claim of these days, intervals where both claims came after the last change.
"""

from database.invariants.invariant import PAUSE_SERVICE, Invariant

ROWS = """
    SELECT CASE WHEN e.service_id IS NULL THEN format('service %s has no row at the guard', v.id)
        WHEN (e.user_id, e.pool_id, e.kind) <> (v.user_id, v.pool_id, v.kind) THEN
            format('service %s: its row at the guard has another user, pool or kind', v.id) END AS broken
    FROM email_services v LEFT JOIN email_service_schedule e ON e.service_id = v.id
"""
COUNTERS = """
    SELECT CASE WHEN e.last_permit_no < d.last_no THEN
            format('service %s: its last permit has number %s, but %s was used', e.service_id, e.last_permit_no,
                d.last_no)
        WHEN n.service_id IS DISTINCT FROM e.service_id OR n.claimed_at < d.last_claimed_at THEN
            format('service %s: %s is not its newest delivery', e.service_id, coalesce(e.last_permit_id::text, 'none'))
        WHEN e.finished <> d.ended THEN
            format('service %s: %s deliveries are said to have ended, counted %s', e.service_id, e.finished, d.ended)
        WHEN d.last_sent_at IS NOT NULL AND (e.last_sent_at >= d.last_sent_at) IS NOT TRUE THEN
            format('service %s: its last mail is said to be sent at %s, but one was at %s', e.service_id,
                coalesce(e.last_sent_at::text, 'no time'), d.last_sent_at) END AS broken
    FROM email_service_schedule e JOIN (
        SELECT service_id, max(permit_no) AS last_no, max(claimed_at) AS last_claimed_at,
            max(ended_at) FILTER (WHERE outcome = 'sent') AS last_sent_at,
            count(*) FILTER (WHERE phase = 'ended') AS ended
        FROM deliveries GROUP BY 1
    ) d ON d.service_id = e.service_id
    LEFT JOIN deliveries n ON n.permit_id = e.last_permit_id
"""
# `sure` have paid, `maybe` may have. Mails of the day before that two days paid for count where they ended on this one.
QUOTA = """
    SELECT CASE WHEN e.used_quota NOT BETWEEN coalesce(d.sure, 0) AND coalesce(d.maybe, 0) THEN
            format('service %s: %s mails of its quota of %s are said to be used, by its deliveries %s to %s',
                e.service_id, e.used_quota, coalesce(e.quota_day::text, 'no day'), coalesce(d.sure, 0),
                coalesce(d.maybe, 0))
        WHEN e.carried_quota NOT BETWEEN coalesce(d.carried_sure, 0) AND coalesce(d.carried_maybe, 0) THEN
            format('service %s: %s mails of %s are said to count for the next day too, by its deliveries %s to %s',
                e.service_id, e.carried_quota, coalesce(e.quota_day::text, 'no day'), coalesce(d.carried_sure, 0),
                coalesce(d.carried_maybe, 0))
        WHEN e.used_quota > least(e.daily_quota, e.day_quota) THEN
            format('service %s: %s mails on %s, but %s are allowed', e.service_id, e.used_quota, e.quota_day,
                least(e.daily_quota, e.day_quota)) END AS broken
    FROM email_service_schedule e
    JOIN email_services v ON v.id = e.service_id
    LEFT JOIN (
        SELECT service_id, min(claimed_at) AS first_claimed_at,
            count(*) FILTER (WHERE today AND (unsettled OR outcome = 'sent') OR yesterday_late AND unsettled) AS sure,
            count(*) FILTER (WHERE (today OR yesterday_late) AND dot_possible) AS maybe,
            count(*) FILTER (WHERE today AND late AND unsettled) AS carried_sure,
            count(*) FILTER (WHERE today AND late AND dot_possible) AS carried_maybe
        FROM (
            SELECT x.service_id, x.claimed_at, x.outcome, l.late, x.charge_day = s.quota_day AS today,
                x.charge_day + 1 = s.quota_day AND l.late AS yesterday_late,
                x.phase <> 'ended' OR x.outcome = 'unknown' AS unsettled,
                x.phase <> 'ended' OR x.outcome = 'sent' OR x.marked_at IS NOT NULL AS dot_possible
            FROM deliveries x JOIN email_service_schedule s ON s.service_id = x.service_id,
            LATERAL (SELECT x.charged_next_day AND (
                x.phase <> 'ended' OR (x.ended_at AT TIME ZONE s.time_zone)::date > x.charge_day) AS late) l
            WHERE x.charge_day >= s.quota_day - 2
        ) y GROUP BY 1
    ) d ON d.service_id = e.service_id
    WHERE coalesce(d.first_claimed_at > v.updated_at + (SELECT ahead FROM guard_clock), true)
"""
# A delivery whose body was not begun may have given its interval back.
NEXT_MOMENT = """
    SELECT CASE WHEN least(e.next_available_at, e.expected_at) < m.since + e.sending_interval - interval '1 ms' THEN
        format('service %s: it is free at %s and expected at %s, within %s after its newest delivery %s', e.service_id,
            e.next_available_at, e.expected_at, e.sending_interval, d.permit_id) END AS broken
    FROM email_service_schedule e
    JOIN email_services v ON v.id = e.service_id
    JOIN deliveries d ON d.permit_id = e.last_permit_id,
    LATERAL (SELECT CASE WHEN e.kind = 'relay' OR d.phase <> 'ended' THEN d.claimed_at
        WHEN d.marked_at IS NOT NULL THEN d.ended_at END AS since) m
    WHERE m.since IS NOT NULL AND d.claimed_at > v.updated_at + (SELECT ahead FROM guard_clock)
"""
# From one mail's end to the next one's claim; from claim to claim where the answer came only after that.
INTERVAL = """
    SELECT CASE WHEN claimed_at < sending_interval - interval '1 ms'
            + CASE WHEN before_ended_at <= claimed_at THEN before_ended_at ELSE before_claimed_at END THEN
        format('service %s: delivery %s began at %s, within %s after delivery %s', service_id, permit_id, claimed_at,
            sending_interval, before_id) END AS broken
    FROM (
        SELECT d.service_id, d.permit_id, d.claimed_at, e.sending_interval, lag(d.permit_id) OVER w AS before_id,
            lag(d.claimed_at) OVER w AS before_claimed_at, lag(d.ended_at) OVER w AS before_ended_at,
            lag(d.marked_at) OVER w AS before_marked_at
        FROM deliveries d
        JOIN email_service_schedule e ON e.service_id = d.service_id
        JOIN email_services v ON v.id = d.service_id
        WHERE e.kind = 'mailbox' AND e.sending_interval > '0'
            AND d.claimed_at > v.updated_at + (SELECT ahead FROM guard_clock)
        WINDOW w AS (PARTITION BY d.service_id ORDER BY d.claimed_at, d.permit_no)
    ) x WHERE before_marked_at IS NOT NULL
"""
# A mail may be claimed 100 ms ahead of its moment. Each claim less the intervals before it: it never falls behind the
# latest of those, or some span had more mails than its rate allows.
RATE = """
    SELECT CASE WHEN moment < latest - interval '101 ms' THEN
        format('service %s: with delivery %s at %s there were more mails than one in %s', service_id, permit_id,
            claimed_at, sending_interval) END AS broken
    FROM (
        SELECT *, max(moment) OVER (PARTITION BY service_id ORDER BY place
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest
        FROM (
            SELECT d.service_id, d.permit_id, d.claimed_at, e.sending_interval, row_number() OVER w AS place,
                d.claimed_at - row_number() OVER w * e.sending_interval AS moment
            FROM deliveries d
            JOIN email_service_schedule e ON e.service_id = d.service_id
            JOIN email_services v ON v.id = d.service_id
            WHERE e.kind = 'relay' AND e.sending_interval > '0'
                AND d.claimed_at > v.updated_at + (SELECT ahead FROM guard_clock)
            WINDOW w AS (PARTITION BY d.service_id ORDER BY d.claimed_at, d.permit_no)
        ) x
    ) y
"""
INVARIANTS = (
    Invariant("service_row", "Every service has its row at the guard, of its user, pool and kind.",
        "Copy what is configured in `email_services` into `email_service_schedule`.", ROWS),
    Invariant("service_counters", "What the guard counts of a service is what its deliveries say.",
        "Pause the services that are named, write the counted numbers into `email_service_schedule`, and resume them.",
        COUNTERS),
    Invariant("service_quota", "A service's used quota is that of its day's deliveries, and no more than is allowed.",
        PAUSE_SERVICE, QUOTA),
    Invariant("service_next_moment", "A service is not free before its interval after its newest delivery.",
        PAUSE_SERVICE, NEXT_MOMENT),
    Invariant("service_interval", "No mailbox began a mail before its interval after the one before.", PAUSE_SERVICE,
        INTERVAL),
    Invariant("service_rate", "No relay began more mails than its rate allows.", PAUSE_SERVICE, RATE),
)  # fmt: skip
