"""The mails of a task that has rules: a round of a campaign, recipients' windows, variants.

What must wait is written with the time at which it is looked at again (`database/functions/task_release_v1.sql`).
"""

from uuid import UUID

from database.connect import PoolConnection

PREVIOUS = "SELECT id FROM tasks WHERE campaign_id = $1 AND round_no = $2"
CONTACTS = """
    INSERT INTO campaign_contacts (campaign_id, contact_id, organisation)
    SELECT $1, c.id, contact_organisation(c.fields, c.email)
    FROM contact_list_members m JOIN contacts c ON c.id = m.contact_id
    WHERE m.contact_list_id = $2 ORDER BY c.id
    ON CONFLICT (campaign_id, contact_id) DO NOTHING
"""
# `base` is everyone in question, `due` from when on their mail may go as far as their earlier ones are concerned, `why`
# what it waits for until then, `refusal` why there will be none. The clock is read once. Contacts of a campaign and
# suppressions are looked up one by one (`LIMIT` keeps it so): while their statistics are older than the rows, the
# planner takes each campaign for one contact, and joins each with each.
BASE_OF_A_LIST = """
    WITH clock AS MATERIALIZED (
        SELECT guard_now() AS now
    ), earlier AS MATERIALIZED (
        SELECT contact_id, service_id FROM subtasks WHERE task_id = $3 AND status = 'sent'
    ), base AS MATERIALIZED (
        SELECT c.id, c.email, stated_zone(c.fields) AS stated, f.service_id AS pin, CAST(NULL AS text) AS thread,
            clock.now AS due, CAST(NULL AS text) AS why,
            CASE WHEN s.email IS NOT NULL THEN 'suppressed' END AS refusal
        FROM clock CROSS JOIN tasks t
        JOIN contact_list_members m ON m.contact_list_id = $2
        JOIN contacts c ON c.id = m.contact_id
        LEFT JOIN LATERAL (
            SELECT x.email FROM suppressions x WHERE x.user_id = $4 AND x.email = lower(c.email) LIMIT 1
        ) s ON true
        LEFT JOIN earlier f ON f.contact_id = c.id
        WHERE t.id = $1
    )
"""
# One whose mail before is not out yet is looked at when this one could be due at the earliest. A mail of unknown
# outcome counts as sent: its body was out.
BASE_OF_A_ROUND = """
    WITH clock AS MATERIALIZED (
        SELECT guard_now() AS now
    ), before AS MATERIALIZED (
        SELECT c.id, c.email, stated_zone(c.fields) AS stated, b.status, b.message_id, b.thread, b.pinned_service_id,
            b.service_id, b.retry_at, coalesce(b.sent_at, d.ended_at) AS sent_at
        FROM subtasks b
        JOIN contacts c ON c.id = b.contact_id
        LEFT JOIN deliveries d ON d.permit_id = b.permit_id AND b.status = 'unknown'
        WHERE b.task_id = $2 AND b.status IN ('pending', 'claimed', 'transmitting', 'sent', 'unknown')
    ), place AS MATERIALIZED (
        SELECT z.stated, recipient_zone(z.stated, t.time_zone) AS zone
        FROM (SELECT DISTINCT stated FROM before) z CROSS JOIN tasks t WHERE t.id = $1
    ), base AS MATERIALIZED (
        SELECT b.id, b.email, b.stated, w.due,
            CASE WHEN b.sent_at IS NULL THEN 'previous_round' ELSE 'round_delay' END AS why,
            CASE WHEN b.sent_at IS NULL THEN NULL
                WHEN r.round_no = 2 THEN b.service_id ELSE coalesce(b.pinned_service_id, b.service_id) END AS pin,
            CASE WHEN r.threaded AND b.sent_at IS NOT NULL THEN concat_ws(' ', b.thread, b.message_id) END AS thread,
            coalesce(round_refusal(k.whole, r.audience, w.due > clock.now),
                CASE WHEN s.email IS NOT NULL THEN 'suppressed' END) AS refusal
        FROM clock CROSS JOIN tasks t
        JOIN rounds r ON r.campaign_id = t.campaign_id AND r.round_no = t.round_no
        CROSS JOIN before b
        JOIN place p ON p.stated = b.stated
        CROSS JOIN LATERAL (SELECT CASE WHEN b.sent_at IS NOT NULL
            THEN round_due(b.sent_at, r.delay, r.delay_unit, p.zone, t.holidays)
            ELSE greatest(clock.now + interval '10 min',
                round_due(greatest(b.retry_at, clock.now), r.delay, r.delay_unit, p.zone, t.holidays)) END AS due) w
        LEFT JOIN LATERAL (
            SELECT x AS whole FROM campaign_contacts x WHERE x.campaign_id = $4 AND x.contact_id = b.id LIMIT 1
        ) k ON true
        LEFT JOIN LATERAL (
            SELECT x.email FROM suppressions x WHERE x.user_id = $3 AND x.email = lower(b.email) LIMIT 1
        ) s ON true
        WHERE t.id = $1
    )
"""
# Windows are asked once for each time zone. Variants are dealt in an order that has nothing to do with the list's, each
# its share of all to within one mail; with a winner rule whoever gets none waits for the winner. A mail that waits for
# its time meets its window then.
HORIZON = """
    , horizon AS MATERIALIZED (
        SELECT z.stated, w.may_go_at, w.closes_at
        FROM (SELECT DISTINCT stated FROM base) z CROSS JOIN clock CROSS JOIN tasks t
        CROSS JOIN LATERAL recipient_window(recipient_zone(z.stated, t.time_zone), t.window_opens, t.window_closes,
            t.window_weekdays, t.holidays, clock.now) w
        WHERE t.id = $1
    )
"""
VARIANT = """
    , variant AS MATERIALIZED (
        SELECT v.place - 1 AS place, sum(v.share) OVER (ORDER BY v.place) - v.share AS since,
            CASE WHEN t.winner_rule IS NULL AND lead(v.place) OVER (ORDER BY v.place) IS NULL THEN 2
                ELSE sum(v.share) OVER (ORDER BY v.place) END AS until
        FROM tasks t CROSS JOIN LATERAL (
            SELECT x.place, CAST(x.value ->> 'share' AS float8) AS share
            FROM jsonb_array_elements(t.variants) WITH ORDINALITY x(value, place)
        ) v WHERE t.id = $1
    )
"""
WRITE = """
    , drawn AS MATERIALIZED (
        SELECT id, (row_number() OVER draw - 0.5) / count(*) OVER () AS lot FROM base
        WHERE refusal IS NULL AND EXISTS (SELECT FROM variant)
        WINDOW draw AS (ORDER BY hashint8extended(id, hashtextextended(CAST($1 AS text), 0)), id)
    ), dealt AS MATERIALIZED (
        SELECT d.id, v.place FROM drawn d LEFT JOIN variant v ON d.lot >= v.since AND d.lot < v.until
    ), trial AS MATERIALIZED (
        SELECT (SELECT min(due) FROM base WHERE refusal IS NULL) + CAST(winner_rule ->> 'after' AS interval) AS ends_at
        FROM tasks WHERE id = $1 AND variants IS NOT NULL AND winner_rule IS NOT NULL
    ), ends AS (
        UPDATE tasks SET winner_at = (SELECT ends_at FROM trial) WHERE id = $1 AND EXISTS (SELECT FROM trial)
    )
    INSERT INTO subtasks (task_id, seq, contact_id, email, status, reason, retry_at, due_at, pinned_service_id, variant,
        open_until, thread, round_no)
    SELECT $1, row_number() OVER (ORDER BY b.id), b.id, b.email,
        CASE WHEN b.refusal IS NULL THEN 'pending' ELSE 'suppressed' END, coalesce(b.refusal, w.why), w.until,
        coalesce(w.until, clock.now), b.pin, d.place, CASE WHEN w.until IS NULL THEN h.closes_at END, b.thread,
        t.round_no
    FROM clock CROSS JOIN tasks t CROSS JOIN base b
    JOIN horizon h ON h.stated = b.stated
    LEFT JOIN dealt d ON d.id = b.id
    LEFT JOIN trial ON d.place IS NULL
    CROSS JOIN LATERAL (SELECT CASE
        WHEN b.refusal IS NOT NULL THEN NULL
        WHEN trial.ends_at > greatest(b.due, clock.now) THEN 'variant_test'
        WHEN b.due > clock.now THEN b.why
        WHEN h.may_go_at > clock.now THEN 'window' END AS why) n
    CROSS JOIN LATERAL (SELECT n.why, CASE WHEN n.why = 'variant_test' THEN trial.ends_at
        WHEN n.why = 'window' THEN h.may_go_at WHEN n.why IS NOT NULL THEN b.due END AS until) w
    WHERE t.id = $1
"""
# Once the mails to others than a segment are suppressed, the rest is dealt anew: each variant has its share of those
# who are written to. A mail that came into the trial is due now, and waits for what the release finds; one that left
# it waits for the winner.
CLOCK = "WITH clock AS MATERIALIZED (SELECT guard_now() AS now)"
AGAIN = """
    , drawn AS MATERIALIZED (
        SELECT seq, (row_number() OVER draw - 0.5) / count(*) OVER () AS lot FROM subtasks
        WHERE task_id = $1 AND status = 'pending' AND EXISTS (SELECT FROM variant)
        WINDOW draw AS (ORDER BY hashint8extended(contact_id, hashtextextended(CAST($1 AS text), 0)), contact_id)
    ), dealt AS MATERIALIZED (
        SELECT d.seq, v.place FROM drawn d LEFT JOIN variant v ON d.lot >= v.since AND d.lot < v.until
    ), moved AS MATERIALIZED (
        SELECT b.seq, d.place, d.place IS NULL AND coalesce(b.retry_at < t.winner_at, true) AS waits,
            d.place IS NOT NULL AND b.reason = 'variant_test' AS tried, t.winner_at, clock.now
        FROM clock CROSS JOIN tasks t JOIN subtasks b ON b.task_id = t.id JOIN dealt d ON d.seq = b.seq
        WHERE t.id = $1 AND b.variant IS DISTINCT FROM d.place ORDER BY b.seq
    )
    UPDATE subtasks b SET variant = m.place,
        reason = CASE WHEN m.waits THEN 'variant_test' ELSE b.reason END,
        retry_at = CASE WHEN m.waits THEN m.winner_at WHEN m.tried THEN m.now ELSE b.retry_at END,
        due_at = CASE WHEN m.waits THEN m.winner_at WHEN m.tried THEN m.now ELSE b.due_at END,
        open_until = CASE WHEN NOT m.waits THEN b.open_until END
    FROM moved m WHERE b.task_id = $1 AND b.seq = m.seq
"""
DEAL_AGAIN = CLOCK + VARIANT + AGAIN
FILL_OF_A_LIST = BASE_OF_A_LIST + HORIZON + VARIANT + WRITE
FILL_OF_A_ROUND = BASE_OF_A_ROUND + HORIZON + VARIANT + WRITE


async def fill_of_a_list(
    connection: PoolConnection, task_id: UUID, user_id: UUID, contact_list_id: UUID, follow_up_of: UUID | None
) -> None:
    """Write the mails of a task with windows or variants to everyone on its list."""
    await connection.execute(FILL_OF_A_LIST, task_id, contact_list_id, follow_up_of, user_id)


async def fill_first_round(
    connection: PoolConnection, task_id: UUID, user_id: UUID, contact_list_id: UUID, campaign_id: UUID
) -> None:
    """Write down who the campaign's contacts are, and their first mails."""
    await connection.execute(CONTACTS, campaign_id, contact_list_id)
    await fill_of_a_list(connection, task_id, user_id, contact_list_id, None)


async def fill_follow_up(
    connection: PoolConnection, task_id: UUID, user_id: UUID, campaign_id: UUID, round_no: int
) -> None:
    """Write one mail for each contact whose mail of the round before was sent, or may still be."""
    previous = await connection.fetchval(PREVIOUS, campaign_id, round_no - 1)
    await connection.execute(FILL_OF_A_ROUND, task_id, previous, user_id, campaign_id)


async def deal_again(connection: PoolConnection, task_id: UUID) -> None:
    """Deal a task's variants among its pending mails, some of which were just suppressed."""
    await connection.execute(DEAL_AGAIN, task_id)
