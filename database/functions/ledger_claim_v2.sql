-- The next due mails of a task for a service: those pinned to it, then those pinned to none, then (fallback `any`) those
-- whose own service cannot be used now. Without a service, those pinned to none. Locked ones are skipped.
CREATE FUNCTION ledger_pick_v2(of_task uuid, via uuid, fallback text, most int, taken int[], at timestamptz)
RETURNS SETOF int LANGUAGE plpgsql AS $$
DECLARE
    picked int[] := '{}';
    more int[];
    other uuid;
BEGIN
    IF via IS NOT NULL THEN
        SELECT array_agg(x.seq) INTO more FROM (
            SELECT b.seq FROM subtasks b
            WHERE b.task_id = of_task AND b.pinned_service_id = via AND b.status = 'pending' AND b.retry_at IS NULL
                AND b.seq <> ALL (taken)
            ORDER BY b.retry_count DESC, b.seq LIMIT most FOR UPDATE SKIP LOCKED
        ) x;
        picked := coalesce(more, picked);
    END IF;
    IF cardinality(picked) < most THEN
        SELECT array_agg(x.seq) INTO more FROM (
            SELECT b.seq FROM subtasks b
            WHERE b.task_id = of_task AND b.pinned_service_id IS NULL AND b.status = 'pending' AND b.retry_at IS NULL
                AND b.seq <> ALL (taken)
            ORDER BY b.retry_count DESC, b.seq LIMIT most - cardinality(picked) FOR UPDATE SKIP LOCKED
        ) x;
        picked := picked || coalesce(more, '{}');
    END IF;
    IF via IS NOT NULL AND fallback = 'any' THEN
        FOR other IN
            SELECT q.service_id FROM pinned_queues q
            JOIN tasks k ON k.id = q.task_id
            JOIN email_service_schedule e ON e.service_id = q.service_id
            WHERE q.task_id = of_task AND q.ready > 0 AND q.service_id <> via
                AND NOT (e.pool_id = k.pool_id AND service_usable(e, at))
            ORDER BY q.service_id
        LOOP
            EXIT WHEN cardinality(picked) >= most;
            SELECT array_agg(x.seq) INTO more FROM (
                SELECT b.seq FROM subtasks b
                WHERE b.task_id = of_task AND b.pinned_service_id = other AND b.status = 'pending'
                    AND b.retry_at IS NULL AND b.seq <> ALL (taken)
                ORDER BY b.retry_count DESC, b.seq LIMIT most - cardinality(picked) FOR UPDATE SKIP LOCKED
            ) x;
            picked := picked || coalesce(more, '{}');
        END LOOP;
    END IF;
    RETURN QUERY SELECT unnest(picked);
END $$;

-- Claim: for each permit, the next due mail of its task, if the guard lets one through its service now.
--
-- Verdicts: claimed (available_at: when its MAIL may go, a moment ahead for a relay that keeps a rate; spacing: how
-- far apart such a relay's MAILs must begin) · early
-- (available_at) · no_quota (available_at) · window · service_rested (available_at) · service_paused · lapsed · stopped
-- (the task does not run) · empty (no mail is due) · used (the permit has a delivery already, or stands in this call
-- before). One row for each permit, in the order they came in.
-- Only `claimed` changes anything, and mails that are given a turn by their domain's limit or are suppressed. Locks:
-- services by id, never waited for (a locked one is early), domain limits, mails (skipping locked ones), deliveries,
-- counters.
CREATE FUNCTION ledger_claim_v2(
    permit_ids uuid[], permit_nos bigint[], task_ids uuid[], service_ids uuid[], expiries timestamptz[],
    worker_name text, upload_limit interval, hold interval
) RETURNS TABLE (
    permit_id uuid, verdict text, available_at timestamptz, seq int, email text, contact_id bigint, fields jsonb,
    message_id text, attempt int, retry_count int, spacing interval
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
        SELECT k.id AS task_id, k.pool_id, k.status, k.pin_fallback, p.service_id,
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
            late_seqs := CASE WHEN limited AND found_seqs IS NOT NULL
                THEN domain_pass_v1(job.pool_id, job.task_id, found_seqs, t) ELSE '{}' END;
            IF barred_seqs IS NOT NULL OR cardinality(late_seqs) > 0 THEN
                -- This changes a counter before the others are: all that this call may change, in key order.
                PERFORM 1 FROM user_task_queues q WHERE q.task_id = ANY (task_ids) ORDER BY q.task_id FOR UPDATE;
                UPDATE subtasks b SET status = 'suppressed', reason = 'suppressed'
                WHERE b.task_id = job.task_id AND b.seq = ANY (barred_seqs);
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
            EXIT WHEN cardinality(waiting) = 0 OR barred_seqs IS NULL AND cardinality(late_seqs) = 0;
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
        b.retry_count::int, CASE WHEN verdicts[o] = 'claimed' THEN spacings[o] END
    FROM generate_subscripts(permit_ids, 1) o
    LEFT JOIN subtasks b ON b.task_id = task_ids[o] AND b.seq = mails[o]
    LEFT JOIN contacts p ON p.id = b.contact_id
    LEFT JOIN deliveries d ON d.permit_id = permit_ids[o] AND verdicts[o] = 'claimed'
    ORDER BY o;
END $$;
