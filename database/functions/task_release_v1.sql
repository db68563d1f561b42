-- Release: what becomes of a task's mails whose time has come, at most so many, the longest due first; how many there
-- were. The one place where all rules are asked, in this order, for all of them in one statement:
--
-- contact stopped, or not of the round's audience → suppressed · mail of the round before not out yet → waits on
-- (`previous_round`, then `round_delay`); never to go out → suppressed · contact away → `out_of_office` · no winner
-- yet → `variant_test` · recipient's window closed → `window` · else ready.
-- A mail that had its turn by a domain's limit keeps the reason: should it come early, it is put off before the others.
-- A mail of a later round is pinned to no service until the one before is out: with it come thread and pin.
-- Locks: mails by seq, counters. Contacts are read only: the claim asks again.
CREATE FUNCTION task_release_v1(of_task uuid, at timestamptz, most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    t tasks%ROWTYPE;
    r rounds%ROWTYPE;
    before uuid; -- the task of the round before
    ruled boolean;
    soon timestamptz;
    seqs int[];
BEGIN
    SELECT * INTO t FROM tasks WHERE id = of_task;
    ruled := num_nonnulls(t.campaign_id, t.window_opens, t.variants) > 0;
    -- A retry may come a moment early, which saves a timer; a window's first mail may not.
    soon := at + CASE WHEN ruled THEN interval '0' ELSE interval '50 ms' END;
    seqs := ARRAY(
        SELECT b.seq FROM subtasks b
        WHERE b.task_id = of_task AND b.status = 'pending' AND b.retry_at <= soon
        ORDER BY b.retry_at LIMIT most
    );
    seqs := ARRAY(
        SELECT b.seq FROM subtasks b
        WHERE b.task_id = of_task AND b.seq = ANY (seqs) AND b.status = 'pending' AND b.retry_at IS NOT NULL
        ORDER BY b.seq FOR UPDATE
    );
    IF NOT ruled THEN
        UPDATE subtasks b SET retry_at = NULL, reason = CASE WHEN b.reason = 'domain_limit' THEN b.reason END
        WHERE b.task_id = of_task AND b.seq = ANY (seqs);
        RETURN cardinality(seqs);
    END IF;
    SELECT * INTO r FROM rounds x WHERE x.campaign_id = t.campaign_id AND x.round_no = t.round_no;
    IF t.round_no = 1 THEN
        r.audience := 'not_replied'; -- everyone on the list, whom no colleague's reply stops
    END IF;
    SELECT x.id INTO before FROM tasks x WHERE x.campaign_id = t.campaign_id AND x.round_no = t.round_no - 1;

    WITH due AS MATERIALIZED (
        SELECT b.seq, b.contact_id, b.reason, b.variant, b.thread, b.pinned_service_id, stated_zone(c.fields) AS stated,
            p.status AS status_before, p.retry_at AS retry_at_before, p.service_id AS service_before,
            p.pinned_service_id AS pin_before, p.thread AS thread_before, p.message_id AS message_before,
            coalesce(p.sent_at, d.ended_at) AS sent_before
        FROM subtasks b
        LEFT JOIN contacts c ON c.id = b.contact_id
        LEFT JOIN subtasks p ON p.task_id = before AND p.contact_id = b.contact_id AND p.round_no IS NOT NULL
            AND b.pinned_service_id IS NULL
        LEFT JOIN deliveries d ON d.permit_id = p.permit_id AND p.status = 'unknown'
        WHERE b.task_id = of_task AND b.seq = ANY (seqs)
    ), place AS MATERIALIZED (
        SELECT z.stated, z.zone, w.may_go_at, w.closes_at
        FROM (SELECT x.stated, recipient_zone(x.stated, t.time_zone) AS zone
              FROM (SELECT DISTINCT stated FROM due) x) z
        CROSS JOIN LATERAL recipient_window(
            z.zone, t.window_opens, t.window_closes, t.window_weekdays, t.holidays, at) w
    ), judged AS MATERIALIZED (
        SELECT u.*, z.may_go_at, z.closes_at, k.not_before, w.due_at,
            coalesce(round_refusal(k, r.audience, coalesce(w.due_at > at, false)),
                CASE WHEN u.status_before IN ('failed', 'suppressed', 'cancelled') THEN 'previous_round' END) AS refusal,
            CASE WHEN k.not_before > at THEN 'out_of_office'
                WHEN t.variants IS NOT NULL AND coalesce(u.variant, t.winner) IS NULL THEN 'variant_test'
                WHEN z.may_go_at > at THEN 'window' END AS then_why
        FROM due u
        JOIN place z ON z.stated = u.stated
        LEFT JOIN campaign_contacts k ON k.campaign_id = t.campaign_id AND k.contact_id = u.contact_id
        CROSS JOIN LATERAL (SELECT CASE WHEN u.sent_before IS NOT NULL
            THEN round_due(u.sent_before, r.delay, r.delay_unit, z.zone, t.holidays)
            WHEN u.status_before IS NOT NULL THEN greatest(at + interval '10 min',
                round_due(greatest(u.retry_at_before, at), r.delay, r.delay_unit, z.zone, t.holidays)) END AS due_at) w
    ), moved AS (
        SELECT j.*, CASE
            WHEN j.refusal IS NOT NULL THEN NULL
            WHEN j.due_at > at THEN CASE WHEN j.sent_before IS NULL THEN 'previous_round' ELSE 'round_delay' END
            ELSE j.then_why END AS why
        FROM judged j
    )
    UPDATE subtasks b SET
        status = CASE WHEN m.refusal IS NULL THEN 'pending' ELSE 'suppressed' END,
        reason = coalesce(m.refusal, m.why, CASE WHEN m.reason = 'domain_limit' THEN m.reason END),
        retry_at = CASE WHEN m.why IN ('previous_round', 'round_delay') THEN m.due_at
            WHEN m.why = 'out_of_office' THEN m.not_before
            WHEN m.why = 'variant_test' THEN greatest(t.winner_at, at + interval '1 min')
            WHEN m.why = 'window' THEN m.may_go_at END,
        open_until = CASE WHEN m.refusal IS NULL AND m.why IS NULL THEN m.closes_at END,
        variant = CASE WHEN t.variants IS NOT NULL THEN coalesce(m.variant, t.winner) END,
        pinned_service_id = CASE WHEN m.sent_before IS NULL THEN m.pinned_service_id
            WHEN t.round_no = 2 THEN m.service_before ELSE coalesce(m.pin_before, m.service_before) END,
        thread = CASE WHEN m.sent_before IS NULL OR NOT r.threaded THEN m.thread
            ELSE concat_ws(' ', m.thread_before, m.message_before) END
    FROM moved m WHERE b.task_id = of_task AND b.seq = m.seq;
    RETURN cardinality(seqs);
END $$;

-- As in `plans.sql`: by keys, with a plan that is made without looking at the values. One made for a task that is newer
-- than the statistics takes it for empty, and reads all of its mails for each.
ALTER FUNCTION task_release_v1 SET enable_seqscan = off;
ALTER FUNCTION task_release_v1 SET enable_hashjoin = off;
ALTER FUNCTION task_release_v1 SET enable_mergejoin = off;
ALTER FUNCTION task_release_v1 SET plan_cache_mode = force_generic_plan;
