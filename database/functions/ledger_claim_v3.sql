-- Of these mails of a task of a campaign, or with sending windows, those that may not go at this moment: what they become.
-- Read by keys; what was committed before this statement counts.
CREATE FUNCTION ledger_unfit_v1(of_task uuid, campaign uuid, audience text, seqs int[], at timestamptz)
RETURNS TABLE (seq int, status text, reason text, retry_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT b.seq, CASE WHEN w.refusal IS NULL THEN 'pending' ELSE 'suppressed' END, coalesce(w.refusal, w.why),
        CASE WHEN w.refusal IS NULL THEN CASE w.why WHEN 'window' THEN at ELSE k.not_before END END
    FROM subtasks b
    LEFT JOIN campaign_contacts k ON k.campaign_id = campaign AND k.contact_id = b.contact_id
    CROSS JOIN LATERAL (SELECT round_refusal(k, audience, false) AS refusal, CASE
        WHEN k.not_before > at THEN 'out_of_office' WHEN b.open_until <= at THEN 'window' END AS why) w
    WHERE b.task_id = of_task AND b.seq = ANY (seqs) AND num_nonnulls(w.refusal, w.why) > 0
$$;

-- Put off what a claim found unfit, and where that is a window that has closed, others like it among the next few
-- thousand, so that they are not met one by one. They are due at once: release finds their next opening.
CREATE FUNCTION ledger_put_off_v1(of_task uuid, campaign uuid, audience text, seqs int[], at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subtasks b SET status = u.status, reason = u.reason, retry_at = u.retry_at, open_until = NULL
    FROM ledger_unfit_v1(of_task, campaign, audience, seqs, at) u WHERE b.task_id = of_task AND b.seq = u.seq;
    IF EXISTS (SELECT 1 FROM subtasks b WHERE b.task_id = of_task AND b.seq = ANY (seqs) AND b.reason = 'window') THEN
        WITH free AS MATERIALIZED (
            SELECT b.seq, b.open_until FROM subtasks b
            WHERE b.task_id = of_task AND b.status = 'pending' AND b.retry_at IS NULL AND b.pinned_service_id IS NULL
            ORDER BY b.retry_count DESC, b.seq LIMIT 2000 FOR UPDATE SKIP LOCKED
        ), pinned AS MATERIALIZED (
            SELECT b.seq, b.open_until FROM subtasks b
            WHERE b.task_id = of_task AND b.status = 'pending' AND b.retry_at IS NULL
                AND b.pinned_service_id IS NOT NULL
            LIMIT 2000 FOR UPDATE SKIP LOCKED
        )
        UPDATE subtasks b SET reason = 'window', retry_at = at, open_until = NULL
        FROM (SELECT * FROM free UNION ALL SELECT * FROM pinned) x
        WHERE b.task_id = of_task AND b.seq = x.seq AND x.open_until <= at;
    END IF;
END $$;

-- Which variant the first mail of this one's thread was; NULL: it had none.
CREATE FUNCTION thread_variant_v1(b subtasks) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT f.variant FROM tasks k
    JOIN tasks o ON o.campaign_id = k.campaign_id AND o.round_no < k.round_no
    JOIN subtasks f ON f.task_id = o.id AND f.contact_id = b.contact_id AND f.round_no IS NOT NULL
    WHERE k.id = b.task_id AND f.message_id = split_part(b.thread, ' ', 1)
$$;

-- Claim, third version: for each permit, the next due mail of its task, if the guard lets one through its service now.
-- A mail of a campaign, or with a sending window, is asked its rules again: what has happened since it became ready
-- counts until this moment. A reply that is committed later comes too late.
--
-- Verdicts: claimed (available_at: when its MAIL may go, a moment ahead for a relay that keeps a rate; spacing: how
-- far apart such a relay's MAILs must begin) · early
-- (available_at) · no_quota (available_at) · window · service_rested (available_at) · service_paused · lapsed · stopped
-- (the task does not run) · empty (no mail is due) · used (the permit has a delivery already, or stands in this call
-- before). One row for each permit, in the order they came in.
-- Only `claimed` changes anything, and mails that are given a turn by their domain's limit, suppressed or put off. Locks:
-- services by id, never waited for (a locked one is early), domain limits, mails (skipping locked ones), deliveries,
-- counters.
CREATE FUNCTION ledger_claim_v3(
    permit_ids uuid[], permit_nos bigint[], task_ids uuid[], service_ids uuid[], expiries timestamptz[],
    worker_name text, upload_limit interval, hold interval
) RETURNS TABLE (
    permit_id uuid, verdict text, available_at timestamptz, seq int, email text, contact_id bigint, fields jsonb,
    message_id text, attempt int, retry_count int, spacing interval, variant int, thread text, thread_variant int
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    n int := cardinality(permit_ids);
    ahead CONSTANT interval := '100 ms'; -- how far ahead of its moment a relay's mail may be claimed
    rounds CONSTANT int := 10; -- a claim that meets only suppressed or limited mails ends some day
    verdicts text[] := array_fill(NULL::text, ARRAY[n]);
    available timestamptz[] := array_fill(NULL::timestamptz, ARRAY[n]);
    mails int[] := array_fill(NULL::int, ARRAY[n]);
    spacings interval[] := array_fill(NULL::interval, ARRAY[n]);
    locked uuid[];
    used uuid[];
    limited boolean;
    i int;
    s email_service_schedule%ROWTYPE;
    charged int;
    tomorrow int;
    next_free timestamptz;
    lead interval;
    job record;
    found_seqs int[];
    barred_seqs int[];
    late_seqs int[];
    unfit_seqs int[];
    waiting int[];
    of_task uuid;
    taken int[]; -- of that task
    t timestamptz;
BEGIN
    SELECT coalesce(array_agg(l.service_id), '{}') INTO locked FROM (
        SELECT service_id FROM email_service_schedule WHERE service_id = ANY (service_ids)
        ORDER BY service_id FOR UPDATE SKIP LOCKED
    ) l;
    PERFORM 1 FROM domain_limits WHERE pool_id IN (SELECT pool_id FROM tasks WHERE id = ANY (task_ids))
    ORDER BY pool_id, domain FOR UPDATE;
    limited := FOUND;
    t := guard_now();
    SELECT coalesce(array_agg(permit_id), '{}') INTO used FROM deliveries WHERE permit_id = ANY (permit_ids);

    PERFORM service_new_day(locked, t);

    -- The guard, permit by permit; two permits of one service in one call are judged one after the other.
    FOR i IN SELECT o FROM generate_subscripts(permit_ids, 1) o ORDER BY service_ids[o], permit_nos[o] LOOP
        IF s.service_id IS DISTINCT FROM service_ids[i] THEN
            SELECT * INTO s FROM email_service_schedule WHERE service_id = service_ids[i];
            charged := 0;
            next_free := s.next_available_at;
            lead := CASE WHEN s.kind = 'relay' THEN ahead ELSE '0' END;
            tomorrow := coalesce(warm_up_quota(
                s.first_day_quota, s.daily_step, s.warm_up_from, s.daily_quota, s.quota_day + 1), s.daily_quota);
        END IF;
        IF permit_ids[i] = ANY (used) THEN
            verdicts[i] := 'used';
        ELSIF s.service_id IS NULL OR s.status <> 'active' THEN
            verdicts[i] := 'service_paused';
        ELSIF expiries[i] <= t THEN
            verdicts[i] := 'lapsed';
        ELSIF NOT service_ids[i] = ANY (locked) THEN
            verdicts[i] := 'early';
            available[i] := t + interval '20 ms';
        ELSIF s.rested_until > t THEN
            verdicts[i] := 'service_rested';
            available[i] := s.rested_until;
        ELSIF s.remaining_quota - charged <= 0
            OR t + upload_limit >= s.quota_reset_at AND tomorrow - s.carried_quota - charged <= 0
        THEN
            verdicts[i] := 'no_quota';
            available[i] := s.quota_reset_at;
        ELSIF next_free > t + lead THEN
            verdicts[i] := 'early';
            available[i] := next_free - lead;
        ELSIF s.window_opens IS NOT NULL AND NOT window_open(
            s.time_zone, s.window_opens, s.window_closes, s.window_weekdays, greatest(next_free, t))
        THEN
            verdicts[i] := 'window';
        ELSE
            verdicts[i] := 'passed';
            available[i] := greatest(next_free, t);
            spacings[i] := CASE WHEN s.kind = 'relay' AND s.sending_interval > '0' THEN s.sending_interval END;
            charged := charged + 1;
            next_free := available[i] + s.sending_interval * (1 + s.jitter * random())
                + CASE WHEN s.kind = 'mailbox' THEN upload_limit ELSE '0' END;
        END IF;
        used := used || permit_ids[i];
    END LOOP;

    -- The mails, task by task; where mails are pinned, service by service.
    FOR job IN
        SELECT k.id AS task_id, k.pool_id, k.status, k.pin_fallback, p.service_id, k.campaign_id,
            num_nonnulls(k.campaign_id, k.window_opens) > 0 AS ruled,
            CASE WHEN k.round_no > 1 THEN (
                SELECT r.audience FROM rounds r WHERE r.campaign_id = k.campaign_id AND r.round_no = k.round_no
            ) WHEN k.round_no = 1 THEN 'not_replied' END AS audience,
            array_agg(o ORDER BY available[o], o) AS waiting
        FROM generate_subscripts(permit_ids, 1) o
        JOIN tasks k ON k.id = task_ids[o]
        LEFT JOIN LATERAL (
            SELECT service_ids[o] AS service_id
            WHERE EXISTS (SELECT 1 FROM pinned_queues q WHERE q.task_id = k.id AND q.ready > 0)
        ) p ON true
        WHERE verdicts[o] = 'passed'
        GROUP BY k.id, p.service_id ORDER BY k.id, p.service_id
    LOOP
        CONTINUE WHEN job.status <> 'sending';
        waiting := job.waiting;
        IF job.task_id IS DISTINCT FROM of_task THEN
            of_task := job.task_id;
            taken := '{}';
        END IF;
        FOR round IN 1 .. rounds LOOP
            SELECT array_agg(p.seq ORDER BY p.place) FILTER (WHERE NOT p.barred),
                   array_agg(p.seq ORDER BY p.seq) FILTER (WHERE p.barred)
            INTO found_seqs, barred_seqs
            FROM (
                SELECT m.seq, m.place, EXISTS (
                    SELECT 1 FROM suppressions x JOIN tasks k ON k.user_id = x.user_id
                    WHERE k.id = job.task_id AND x.email = lower(b.email)
                ) AS barred
                FROM ledger_pick_v2(
                    job.task_id, job.service_id, job.pin_fallback, cardinality(waiting), taken, t
                ) WITH ORDINALITY m(seq, place)
                JOIN subtasks b ON b.task_id = job.task_id AND b.seq = m.seq
            ) p;
            unfit_seqs := '{}';
            IF job.ruled AND found_seqs IS NOT NULL THEN
                unfit_seqs := ARRAY(
                    SELECT u.seq FROM ledger_unfit_v1(job.task_id, job.campaign_id, job.audience, found_seqs, t) u);
                found_seqs := nullif(ARRAY(
                    SELECT q FROM unnest(found_seqs) WITH ORDINALITY u(q, place) WHERE q <> ALL (unfit_seqs)
                    ORDER BY place), '{}');
            END IF;
            late_seqs := CASE WHEN limited AND found_seqs IS NOT NULL
                THEN domain_pass_v1(job.pool_id, job.task_id, found_seqs, t) ELSE '{}' END;
            IF barred_seqs IS NOT NULL OR cardinality(late_seqs) > 0 OR unfit_seqs <> '{}' THEN
                -- This changes a counter before the others are: all that this call may change, in key order.
                PERFORM 1 FROM user_task_queues q WHERE q.task_id = ANY (task_ids) ORDER BY q.task_id FOR UPDATE;
                UPDATE subtasks b SET status = 'suppressed', reason = coalesce((
                    SELECT round_refusal(k, job.audience, false) FROM campaign_contacts k
                    WHERE k.campaign_id = job.campaign_id AND k.contact_id = b.contact_id), 'suppressed')
                WHERE b.task_id = job.task_id AND b.seq = ANY (barred_seqs);
                IF unfit_seqs <> '{}' THEN
                    PERFORM ledger_put_off_v1(job.task_id, job.campaign_id, job.audience, unfit_seqs, t);
                END IF;
                IF cardinality(late_seqs) > 0 THEN
                    PERFORM domain_defer_v1(job.pool_id, job.task_id, late_seqs, taken || ARRAY(
                        SELECT q FROM unnest(found_seqs) q WHERE q <> ALL (late_seqs)), t);
                END IF;
            END IF;
            FOREACH i IN ARRAY coalesce(found_seqs, '{}') LOOP
                CONTINUE WHEN i = ANY (late_seqs);
                mails[waiting[1]] := i;
                taken := taken || i;
                verdicts[waiting[1]] := 'claimed';
                waiting := waiting[2:];
            END LOOP;
            EXIT WHEN cardinality(waiting) = 0
                OR barred_seqs IS NULL AND cardinality(late_seqs) = 0 AND unfit_seqs = '{}';
        END LOOP;
        FOREACH i IN ARRAY waiting LOOP verdicts[i] := 'empty'; END LOOP;
    END LOOP;
    verdicts := array_replace(verdicts, 'passed', 'stopped');

    UPDATE email_service_schedule e SET
        used_quota = e.used_quota + c.mails,
        carried_quota = e.carried_quota + CASE WHEN t + upload_limit >= e.quota_reset_at THEN c.mails ELSE 0 END,
        next_available_at = c.last_start + e.sending_interval * (1 + e.jitter * random())
            + CASE WHEN e.kind = 'mailbox' THEN upload_limit ELSE '0' END,
        expected_at = c.last_start + e.sending_interval * (1 + e.jitter / 2)
            + CASE WHEN e.kind = 'mailbox' THEN e.dialogue ELSE '0' END,
        last_permit_no = greatest(e.last_permit_no, c.permit_no), last_permit_id = c.permit_id,
        changed_at = clock_timestamp()
    FROM (SELECT service_ids[o] AS service_id, count(*)::int AS mails, max(permit_nos[o]) AS permit_no,
              max(available[o]) AS last_start,
              (array_agg(permit_ids[o] ORDER BY permit_nos[o] DESC))[1] AS permit_id
          FROM generate_subscripts(permit_ids, 1) o WHERE verdicts[o] = 'claimed' GROUP BY 1) c
    WHERE e.service_id = c.service_id;

    UPDATE subtasks b SET
        status = 'claimed', claims = b.claims + 1, permit_id = c.permit_id, service_id = c.service_id,
        message_id = coalesce(b.message_id, message_id(b.task_id, b.seq, v.from_address))
    FROM (SELECT permit_ids[o] AS permit_id, task_ids[o] AS task_id, service_ids[o] AS service_id, mails[o] AS seq
          FROM generate_subscripts(permit_ids, 1) o WHERE verdicts[o] = 'claimed') c
    JOIN email_services v ON v.id = c.service_id
    WHERE b.task_id = c.task_id AND b.seq = c.seq;

    INSERT INTO deliveries AS d (permit_id, permit_no, task_id, seq, service_id, attempt, phase, worker, charge_day,
        charged_next_day, deadline, due_at, claimed_at)
    SELECT permit_ids[o], permit_nos[o], b.task_id, b.seq, b.service_id,
        (SELECT count(*) + 1 FROM deliveries p WHERE p.task_id = b.task_id AND p.seq = b.seq), 'claimed', worker_name,
        e.quota_day, t + upload_limit >= e.quota_reset_at, clock_timestamp() + hold, b.due_at, t
    FROM generate_subscripts(permit_ids, 1) o
    JOIN subtasks b ON b.task_id = task_ids[o] AND b.seq = mails[o]
    JOIN email_service_schedule e ON e.service_id = b.service_id
    WHERE verdicts[o] = 'claimed';

    RETURN QUERY
    SELECT permit_ids[o], verdicts[o], CASE WHEN verdicts[o] NOT IN ('stopped', 'empty') THEN available[o] END,
        b.seq, b.email::text, b.contact_id, coalesce(p.fields, '{}'), b.message_id::text, d.attempt::int,
        b.retry_count::int, CASE WHEN verdicts[o] = 'claimed' THEN spacings[o] END, b.variant::int, b.thread::text,
        CASE WHEN b.thread IS NOT NULL THEN thread_variant_v1(b) END
    FROM generate_subscripts(permit_ids, 1) o
    LEFT JOIN subtasks b ON b.task_id = task_ids[o] AND b.seq = mails[o]
    LEFT JOIN contacts p ON p.id = b.contact_id
    LEFT JOIN deliveries d ON d.permit_id = permit_ids[o] AND verdicts[o] = 'claimed'
    ORDER BY o;
END $$;

-- As in `plans.sql`: plans by keys, made once.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'ledger_claim_v3', 'ledger_put_off_v1', 'ledger_unfit_v1', 'thread_variant_v1'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %I SET enable_seqscan = off', name);
        EXECUTE format('ALTER FUNCTION %I SET enable_hashjoin = off', name);
        EXECUTE format('ALTER FUNCTION %I SET enable_mergejoin = off', name);
        EXECUTE format('ALTER FUNCTION %I SET plan_cache_mode = force_generic_plan', name);
    END LOOP;
END $$;
