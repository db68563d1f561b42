-- Whether a dialogue failed for the service's sake, so that other mails would fare the same.
CREATE FUNCTION service_failure(outcome text, reason text, code int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(outcome IN ('returned', 'failed') AND (
        reason IN ('rate_limited', 'blocked', 'connection_lost', 'timeout')
        OR reason = 'policy' AND code BETWEEN 400 AND 499 OR code = 421 AND reason <> 'content'), false)
$$;

-- Whether the receiving domain's policy put a mail off: it wants fewer of them. A 421 that says too fast or blocked is
-- the account's own provider closing the door: that is the service's matter, and mails go on through others.
CREATE FUNCTION domain_refusal(outcome text, reason text, code int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(outcome = 'returned' AND code BETWEEN 400 AND 499
        AND (reason = 'policy' OR reason IN ('rate_limited', 'blocked') AND code <> 421), false)
$$;

-- Record: how these deliveries ended. Compare-and-set: a delivery ends once, by the permit its mail stands under; the
-- one legal second word is a late answer, unknown → sent, failed or returned. The permits that were recorded come
-- back with the status their mail has now.
--
-- outcomes: sent, failed, unknown, returned. retry_after: empty = ready at once. tries: whether it costs a retry.
-- mails: MAIL went out (then the interval is not given back). dots: the final dot went out (then neither is the
-- quota). dialogues: MAIL to answer, seconds, or empty. expired_only: only what passed its deadline (the sweep).
-- Breaker: a dialogue that failed for the service's sake (too fast, blocked, lost, timed out, 421) raises its smoothed
-- share of failures; five in a row, or as many among successes, rest the service, and so does any failure of one that
-- was rested and not used well since. What the mail is to blame for does not count.
-- Domains: a policy refusal for now (4xx) teaches the pool to write to the mail's domain more slowly.
-- Tasks: one that has ended and gets a mail back by a late answer has not ended any more.
-- Locks: services by id, domain limits, tasks of late answers, mails, deliveries, counters.
CREATE FUNCTION ledger_record_v2(
    permit_ids uuid[], outcomes text[], reasons text[], codes int[], texts text[], retry_after float8[],
    tries boolean[], mails boolean[], dots boolean[], dialogues float8[], expired_only boolean DEFAULT false
) RETURNS TABLE (permit_id uuid, status text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    t timestamptz;
    legal uuid[];
    late uuid[];
    d record;
    weight CONSTANT float8 := 0.2; -- of one dialogue in the share of failures: five failures in a row reach the bound
    bound CONSTANT float8 := 0.65;
BEGIN
    PERFORM 1 FROM email_service_schedule e
    WHERE e.service_id IN (SELECT x.service_id FROM deliveries x WHERE x.permit_id = ANY (permit_ids))
    ORDER BY e.service_id FOR UPDATE;
    PERFORM 1 FROM domain_limits l
    WHERE l.pool_id IN (
        SELECT k.pool_id FROM deliveries x JOIN tasks k ON k.id = x.task_id WHERE x.permit_id = ANY (permit_ids)
    ) ORDER BY l.pool_id, l.domain FOR UPDATE;
    t := guard_now();
    IF FOUND OR EXISTS (
        SELECT 1 FROM generate_subscripts(permit_ids, 1) o WHERE domain_refusal(outcomes[o], reasons[o], codes[o])
    ) THEN
        FOR d IN
            SELECT k.pool_id, coalesce(l.counted_as, m.domain) AS domain,
                bool_or(domain_refusal(outcomes[o], reasons[o], codes[o])) AS refused,
                count(*) FILTER (WHERE outcomes[o] = 'sent')::int AS sent
            FROM generate_subscripts(permit_ids, 1) o
            JOIN deliveries x ON x.permit_id = permit_ids[o] AND x.phase <> 'ended'
            JOIN tasks k ON k.id = x.task_id
            JOIN subtasks b ON b.task_id = x.task_id AND b.seq = x.seq
            JOIN LATERAL (SELECT mail_domain(b.email) AS domain) m ON true
            LEFT JOIN domain_limits l ON l.pool_id = k.pool_id AND l.domain = m.domain
            GROUP BY 1, 2 ORDER BY 1, 2
        LOOP
            IF d.refused THEN
                PERFORM domain_refused_v1(d.pool_id, d.domain, t);
            ELSIF d.sent > 0 THEN
                PERFORM domain_accepted_v1(d.pool_id, d.domain, d.sent);
            END IF;
        END LOOP;
    END IF;
    SELECT coalesce(array_agg(permit_ids[o]), '{}') INTO late FROM generate_subscripts(permit_ids, 1) o
    JOIN deliveries x ON x.permit_id = permit_ids[o] WHERE outcomes[o] = 'returned' AND x.outcome = 'unknown';
    IF late <> '{}' THEN
        PERFORM 1 FROM tasks k WHERE k.id IN (SELECT x.task_id FROM deliveries x WHERE x.permit_id = ANY (late))
        ORDER BY k.id FOR NO KEY UPDATE;
    END IF;
    PERFORM 1 FROM subtasks b JOIN deliveries d ON d.task_id = b.task_id AND d.seq = b.seq
    WHERE d.permit_id = ANY (permit_ids) ORDER BY b.task_id, b.seq FOR UPDATE OF b;
    PERFORM 1 FROM deliveries d WHERE d.permit_id = ANY (permit_ids) ORDER BY d.permit_id FOR UPDATE;
    t := guard_now();

    SELECT coalesce(array_agg(permit_ids[o]), '{}') INTO legal
    FROM generate_subscripts(permit_ids, 1) o
    JOIN deliveries d ON d.permit_id = permit_ids[o]
    JOIN subtasks b ON b.task_id = d.task_id AND b.seq = d.seq AND b.permit_id = d.permit_id
    WHERE (d.phase = 'transmitting' AND b.status = 'transmitting'
           OR d.phase = 'claimed' AND b.status = 'claimed' AND outcomes[o] IN ('failed', 'returned')
           OR d.outcome = 'unknown' AND b.status = 'unknown' AND outcomes[o] <> 'unknown')
        AND (NOT expired_only OR d.deadline <= clock_timestamp());

    -- Quota: given back where no dot went out; a mail that two days paid for gives back the day it did not fall on.
    -- Interval: from the answer on for a mailbox, if no later permit has claimed it since.
    UPDATE email_service_schedule e SET
        used_quota = e.used_quota - r.given_back,
        carried_quota = e.carried_quota - r.uncarried,
        next_available_at = CASE
            WHEN e.kind = 'mailbox' AND r.of_newest THEN
                CASE WHEN r.newest_mail THEN t + e.sending_interval * (1 + e.jitter * r.draw) ELSE t END
            ELSE e.next_available_at END,
        expected_at = CASE
            WHEN e.kind = 'mailbox' AND r.of_newest THEN
                CASE WHEN r.newest_mail THEN t + e.sending_interval * (1 + e.jitter * r.draw) ELSE t END
            ELSE e.expected_at END,
        last_sent_at = CASE WHEN r.sent > 0 THEN t ELSE e.last_sent_at END,
        success_rate = CASE WHEN r.sent + r.failed = 0 THEN e.success_rate
            ELSE 0.95 * coalesce(e.success_rate, 0.95) + 0.05 * (r.sent::float8 / (r.sent + r.failed)) END,
        dialogue = CASE WHEN r.dialogue IS NULL THEN e.dialogue
            ELSE 0.8 * e.dialogue + 0.2 * make_interval(secs => r.dialogue) END,
        failure_share = e.failure_share * (1 - weight) ^ (r.sent + r.failing) + CASE WHEN r.failing = 0 THEN 0
            ELSE (1 - (1 - weight) ^ (r.sent + r.failing)) * r.failing / (r.sent + r.failing) END,
        rested_until = CASE WHEN r.sent > 0 THEN NULL ELSE e.rested_until END,
        rest_level = CASE WHEN r.sent > 0 THEN 0 ELSE e.rest_level END,
        rest_reason = CASE WHEN r.sent > 0 THEN NULL ELSE e.rest_reason END,
        finished = e.finished + r.ended, changed_at = clock_timestamp()
    FROM (
        SELECT d.service_id,
            count(*) FILTER (WHERE d.phase <> 'ended') AS ended,
            count(*) FILTER (WHERE outcomes[o] = 'sent') AS sent,
            count(*) FILTER (WHERE outcomes[o] = 'failed' AND dots[o]) AS failed,
            count(*) FILTER (WHERE d.phase <> 'ended' AND NOT dots[o] AND (
                d.charge_day = x.quota_day OR d.charged_next_day AND d.charge_day + 1 = x.quota_day
            ))::int AS given_back,
            count(*) FILTER (WHERE d.phase <> 'ended' AND d.charged_next_day AND d.charge_day = x.quota_day
                AND (NOT dots[o] OR x.today = d.charge_day))::int AS uncarried,
            bool_or(d.permit_id = x.last_permit_id) AS of_newest,
            bool_or(mails[o]) FILTER (WHERE d.permit_id = x.last_permit_id) AS newest_mail,
            count(*) FILTER (WHERE mails[o] AND service_failure(outcomes[o], reasons[o], codes[o])) AS failing,
            avg(dialogues[o]) AS dialogue, random() AS draw
        FROM generate_subscripts(permit_ids, 1) o
        JOIN deliveries d ON d.permit_id = permit_ids[o]
        JOIN (SELECT y.service_id, y.quota_day, y.last_permit_id, (t AT TIME ZONE y.time_zone)::date AS today
              FROM email_service_schedule y) x ON x.service_id = d.service_id
        WHERE permit_ids[o] = ANY (legal)
        GROUP BY d.service_id
    ) r
    WHERE e.service_id = r.service_id;

    UPDATE email_service_schedule e SET
        rested_until = t + least(interval '30 s' * power(2, least(e.rest_level, 10)), interval '1 hour'),
        rest_level = e.rest_level + 1, rest_reason = f.why, failure_share = 0
    FROM (
        SELECT d.service_id, max(concat_ws(': ', reasons[o], texts[o])) AS why
        FROM generate_subscripts(permit_ids, 1) o JOIN deliveries d ON d.permit_id = permit_ids[o]
        WHERE permit_ids[o] = ANY (legal) AND mails[o] AND service_failure(outcomes[o], reasons[o], codes[o])
        GROUP BY 1
    ) f
    WHERE e.service_id = f.service_id AND (e.failure_share >= bound OR e.rest_level > 0)
        AND coalesce(e.rested_until <= t, true);

    UPDATE subtasks b SET
        status = r.status,
        reason = CASE WHEN r.status = 'sent' AND r.outcome = 'sent' THEN NULL
            WHEN r.exhausted THEN 'retries_exhausted' WHEN r.crashed THEN 'crashed' ELSE r.reason END,
        retry_at = CASE WHEN r.status = 'pending' AND r.retry_after IS NOT NULL
            THEN t + make_interval(secs => r.retry_after) END,
        due_at = CASE WHEN r.status = 'pending' THEN t + make_interval(secs => coalesce(r.retry_after, 0))
            ELSE b.due_at END,
        retry_count = b.retry_count + r.costs::int,
        claims = CASE WHEN r.lost THEN b.claims ELSE 0 END,
        sent_at = CASE WHEN r.status = 'sent' THEN t ELSE b.sent_at END
    FROM (
        SELECT q.*, CASE
                WHEN q.exhausted OR q.crashed THEN 'failed'
                WHEN q.outcome = 'returned' THEN 'pending'
                WHEN q.outcome <> 'unknown' THEN q.outcome
                WHEN q.unknown_policy = 'resend' THEN 'pending'
                WHEN q.unknown_policy = 'count_as_sent' THEN 'sent'
                ELSE 'unknown' END AS status
        FROM (
            SELECT d.task_id, d.seq, outcomes[o] AS outcome, reasons[o] AS reason, retry_after[o] AS retry_after,
                (outcomes[o] = 'returned' AND tries[o]) AS costs,
                (outcomes[o] = 'returned' AND tries[o] AND m.retry_count >= k.max_retries) AS exhausted,
                (reasons[o] = 'worker_lost') AS lost,
                (reasons[o] = 'worker_lost' AND outcomes[o] = 'returned' AND m.claims >= 3) AS crashed,
                k.unknown_policy
            FROM generate_subscripts(permit_ids, 1) o
            JOIN deliveries d ON d.permit_id = permit_ids[o]
            JOIN subtasks m ON m.task_id = d.task_id AND m.seq = d.seq
            JOIN tasks k ON k.id = d.task_id
            WHERE permit_ids[o] = ANY (legal)
        ) q
    ) r
    WHERE b.task_id = r.task_id AND b.seq = r.seq;

    IF late <> '{}' THEN
        UPDATE tasks k SET status = CASE k.status WHEN 'completed' THEN 'sending' ELSE k.status END, completed_at = NULL
        FROM deliveries x JOIN subtasks b ON b.task_id = x.task_id AND b.seq = x.seq
        WHERE k.id = x.task_id AND k.completed_at IS NOT NULL AND x.permit_id = ANY (late) AND b.status = 'pending';
    END IF;

    UPDATE deliveries d SET phase = 'ended', outcome = outcomes[o], reason = reasons[o], reply_code = codes[o],
        reply_text = texts[o], ended_at = t
    FROM generate_subscripts(permit_ids, 1) o
    WHERE d.permit_id = permit_ids[o] AND d.permit_id = ANY (legal);

    RETURN QUERY SELECT d.permit_id, b.status::text FROM deliveries d
    JOIN subtasks b ON b.task_id = d.task_id AND b.seq = d.seq WHERE d.permit_id = ANY (legal);
END $$;

-- Sweep: deliveries whose holder is dead. What had not begun its body is pending again; what had is unknown.
CREATE FUNCTION ledger_sweep_v2(most int) RETURNS TABLE (permit_id uuid, status text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ids uuid[];
    phases text[];
    n int;
BEGIN
    SELECT array_agg(x.permit_id), array_agg(x.phase) INTO ids, phases FROM (
        SELECT d.permit_id, d.phase FROM deliveries d
        WHERE d.phase <> 'ended' AND d.deadline <= clock_timestamp() ORDER BY d.deadline LIMIT most
    ) x;
    n := coalesce(cardinality(ids), 0);
    IF n = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT * FROM ledger_record_v2(
        ids,
        (SELECT array_agg(CASE p WHEN 'claimed' THEN 'returned' ELSE 'unknown' END ORDER BY o)
         FROM unnest(phases) WITH ORDINALITY u(p, o)),
        array_fill('worker_lost'::text, ARRAY[n]), array_fill(NULL::int, ARRAY[n]), array_fill(NULL::text, ARRAY[n]),
        array_fill(NULL::float8, ARRAY[n]), array_fill(false, ARRAY[n]), array_fill(true, ARRAY[n]),
        (SELECT array_agg(p <> 'claimed' ORDER BY o) FROM unnest(phases) WITH ORDINALITY u(p, o)),
        array_fill(NULL::float8, ARRAY[n]), true);
END $$;
