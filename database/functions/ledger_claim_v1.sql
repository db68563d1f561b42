-- Claim: for each permit, the next due mail of its task, if the guard lets one through its service now.
--
-- Verdicts: claimed · early (available_at) · no_quota (available_at) · service_rested (available_at) · service_paused
-- · lapsed · stopped (the task does not run) · empty (no mail is due) · used (the permit has a delivery already, or
-- stands in this call before). One row for each permit, in the order they came in.
-- Only `claimed` changes anything. Locks: services by id, never waited for (a locked one is early), mails (skipping
-- locked ones), deliveries, counters.
CREATE FUNCTION ledger_claim_v1(
    permit_ids uuid[], permit_nos bigint[], task_ids uuid[], service_ids uuid[], expiries timestamptz[],
    worker_name text, upload_limit interval, hold interval
) RETURNS TABLE (
    permit_id uuid, verdict text, available_at timestamptz, seq int, email text, contact_id bigint, fields jsonb,
    message_id text, attempt int, retry_count int
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    n int := cardinality(permit_ids);
    verdicts text[] := array_fill(NULL::text, ARRAY[n]);
    available timestamptz[] := array_fill(NULL::timestamptz, ARRAY[n]);
    mails int[] := array_fill(NULL::int, ARRAY[n]);
    locked uuid[];
    i int;
    s email_service_schedule%ROWTYPE;
    charged int;
    next_free timestamptz;
    running_task uuid;
    candidates int[];
    suppressed_seqs int[];
    waiting int[];
    taken int[];
    t timestamptz;
BEGIN
    SELECT coalesce(array_agg(l.service_id), '{}') INTO locked FROM (
        SELECT service_id FROM email_service_schedule WHERE service_id = ANY (service_ids)
        ORDER BY service_id FOR UPDATE SKIP LOCKED
    ) l;
    t := guard_now();

    -- A new day at the service: what was charged ahead is what the new day starts with.
    UPDATE email_service_schedule e SET
        used_quota = CASE WHEN d.day = e.quota_day + 1 THEN e.carried_quota ELSE 0 END,
        carried_quota = 0, quota_day = d.day,
        quota_reset_at = (d.day + 1)::timestamp AT TIME ZONE e.time_zone,
        changed_at = clock_timestamp()
    FROM (SELECT service_id, (t AT TIME ZONE time_zone)::date AS day FROM email_service_schedule
          WHERE service_id = ANY (locked)) d
    WHERE e.service_id = d.service_id AND (e.quota_day IS NULL OR e.quota_day < d.day);

    -- The guard, permit by permit; two permits of one service in one call are judged one after the other.
    FOR i IN SELECT o FROM generate_subscripts(permit_ids, 1) o ORDER BY service_ids[o], permit_nos[o] LOOP
        IF s.service_id IS DISTINCT FROM service_ids[i] THEN
            SELECT * INTO s FROM email_service_schedule WHERE service_id = service_ids[i];
            charged := 0;
            next_free := s.next_available_at;
        END IF;
        IF permit_ids[i] = ANY (permit_ids[:i - 1])
            OR EXISTS (SELECT 1 FROM deliveries WHERE permit_id = permit_ids[i])
        THEN
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
        ELSIF s.remaining_quota - charged <= 0 THEN
            verdicts[i] := 'no_quota';
            available[i] := s.quota_reset_at;
        ELSIF t + upload_limit >= s.quota_reset_at AND s.daily_quota - s.carried_quota - charged <= 0 THEN
            verdicts[i] := 'no_quota';
            available[i] := s.quota_reset_at;
        ELSIF next_free > t THEN
            verdicts[i] := 'early';
            available[i] := next_free;
        ELSE
            verdicts[i] := 'passed';
            charged := charged + 1;
            next_free := t + s.sending_interval + CASE WHEN s.kind = 'mailbox' THEN upload_limit ELSE '0' END;
        END IF;
    END LOOP;

    -- The mails, task by task.
    FOR running_task IN
        SELECT DISTINCT task_ids[o] FROM generate_subscripts(permit_ids, 1) o WHERE verdicts[o] = 'passed' ORDER BY 1
    LOOP
        SELECT array_agg(o ORDER BY o) INTO waiting FROM generate_subscripts(permit_ids, 1) o
        WHERE task_ids[o] = running_task AND verdicts[o] = 'passed';
        IF NOT EXISTS (SELECT 1 FROM tasks WHERE id = running_task AND status = 'sending') THEN
            FOREACH i IN ARRAY waiting LOOP verdicts[i] := 'stopped'; END LOOP;
            CONTINUE;
        END IF;
        taken := '{}';
        LOOP
            SELECT array_agg(p.seq ORDER BY p.place) FILTER (WHERE NOT p.barred),
                   array_agg(p.seq ORDER BY p.seq) FILTER (WHERE p.barred)
            INTO candidates, suppressed_seqs
            FROM (
                SELECT m.seq, row_number() OVER () AS place, EXISTS (
                    SELECT 1 FROM suppressions x JOIN tasks k ON k.user_id = x.user_id
                    WHERE k.id = running_task AND x.email = lower(m.email)
                ) AS barred
                FROM (
                    SELECT b.seq, b.email FROM subtasks b
                    WHERE b.task_id = running_task AND b.status = 'pending' AND b.retry_at IS NULL
                        AND b.seq <> ALL (taken)
                    ORDER BY b.retry_count DESC, b.seq LIMIT cardinality(waiting)
                    FOR UPDATE SKIP LOCKED
                ) m
            ) p;
            EXIT WHEN candidates IS NULL AND suppressed_seqs IS NULL;
            IF suppressed_seqs IS NOT NULL THEN
                -- This changes a counter before the others are: all that this call may change, in key order.
                PERFORM 1 FROM user_task_queues q WHERE q.task_id = ANY (task_ids) ORDER BY q.task_id FOR UPDATE;
                UPDATE subtasks b SET status = 'suppressed', reason = 'suppressed'
                WHERE b.task_id = running_task AND b.seq = ANY (suppressed_seqs);
            END IF;
            FOR j IN 1 .. coalesce(cardinality(candidates), 0) LOOP
                mails[waiting[1]] := candidates[j];
                taken := taken || candidates[j];
                verdicts[waiting[1]] := 'claimed';
                waiting := waiting[2:];
            END LOOP;
            EXIT WHEN cardinality(waiting) = 0 OR suppressed_seqs IS NULL;
        END LOOP;
        FOREACH i IN ARRAY waiting LOOP verdicts[i] := 'empty'; END LOOP;
    END LOOP;

    UPDATE email_service_schedule e SET
        used_quota = e.used_quota + c.mails,
        carried_quota = e.carried_quota + CASE WHEN t + upload_limit >= e.quota_reset_at THEN c.mails ELSE 0 END,
        next_available_at = t + e.sending_interval + CASE WHEN e.kind = 'mailbox' THEN upload_limit ELSE '0' END,
        expected_at = t + e.sending_interval + CASE WHEN e.kind = 'mailbox' THEN e.dialogue ELSE '0' END,
        last_permit_no = greatest(e.last_permit_no, c.permit_no), last_permit_id = c.permit_id,
        changed_at = clock_timestamp()
    FROM (SELECT service_ids[o] AS service_id, count(*)::int AS mails, max(permit_nos[o]) AS permit_no,
              (array_agg(permit_ids[o] ORDER BY permit_nos[o] DESC))[1] AS permit_id
          FROM generate_subscripts(permit_ids, 1) o WHERE verdicts[o] = 'claimed' GROUP BY 1) c
    WHERE e.service_id = c.service_id;

    UPDATE subtasks b SET
        status = 'claimed', claims = b.claims + 1, permit_id = c.permit_id, service_id = c.service_id,
        message_id = coalesce(b.message_id, format('<%s.%s@%s>',
            replace(b.task_id::text, '-', ''), b.seq, split_part(v.from_address, '@', 2)))
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
    SELECT permit_ids[o], verdicts[o], available[o], b.seq, b.email::text, b.contact_id, coalesce(p.fields, '{}'),
        b.message_id::text, d.attempt::int, b.retry_count::int
    FROM generate_subscripts(permit_ids, 1) o
    LEFT JOIN subtasks b ON b.task_id = task_ids[o] AND b.seq = mails[o]
    LEFT JOIN contacts p ON p.id = b.contact_id
    LEFT JOIN deliveries d ON d.permit_id = permit_ids[o] AND verdicts[o] = 'claimed'
    ORDER BY o;
END $$;
