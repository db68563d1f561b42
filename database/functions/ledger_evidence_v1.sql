-- Evidence: mails that are known to have been sent, by the Message-IDs that somebody saw: in a provider's journal, a
-- Sent folder, a bounce or a reply. One row for each, in the order they came in, with what became of it:
-- sent (it was unknown or waiting, and is sent now) · known (it was sent already, or stands here twice) · open (a worker
-- has it in hand, or its pool has no service: ask again later) · ended (failed, suppressed or cancelled: left alone) ·
-- unprepared (its task has no mails yet) · no_task (no such task, or another user's) · no_mail (the task has no such
-- mail, or one to somebody else).
--
-- of_user: whose tasks; empty: anyone's. recipients, senders, moments: as far as they are known. The mail meant is the
-- one with this seq, if it was to this recipient; else the task's mail to them: what was prepared anew after a restore
-- may be numbered differently.
-- An unknown mail gets a late answer. One that waits gets a delivery of its own, by the service with this address, and
-- its day's quota is charged, as far as any is left. No guard saw it: to the checker this is a change of the service,
-- as one by a person.
-- Locks: as ledger_record, which ends it: services by id, domain limits, mails, deliveries, counters.
CREATE FUNCTION ledger_evidence_v1(
    of_user uuid, message_ids text[], recipients text[], senders text[], moments timestamptz[]
) RETURNS TABLE (task_id uuid, verdict text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    named uuid[];
    mails int[];
    via uuid[];
    permits uuid[]; -- of those that are sent now
    fresh uuid[]; -- of those among them that waited
    verdicts text[];
    t timestamptz;
BEGIN
    SELECT array_agg(p.task_id ORDER BY o), array_agg(b.seq ORDER BY o) INTO named, mails
    FROM unnest(message_ids, recipients) WITH ORDINALITY m(message_id, recipient, o)
    LEFT JOIN LATERAL message_id_parts(m.message_id) p ON true
    LEFT JOIN tasks k ON k.id = p.task_id AND coalesce(k.user_id = of_user, true)
    LEFT JOIN subtasks b ON b.task_id = k.id AND b.seq = p.seq
        AND coalesce(lower(b.email) = lower(m.recipient), true);
    IF array_position(mails, NULL) IS NOT NULL THEN
        SELECT array_agg(coalesce(x.seq, b.seq) ORDER BY o) INTO mails
        FROM (SELECT o, seq, lower(recipient) AS email, CASE WHEN seq IS NULL THEN task_id END AS task_id
              FROM unnest(named, mails, recipients) WITH ORDINALITY m(task_id, seq, recipient, o)) x
        LEFT JOIN tasks k ON k.id = x.task_id AND coalesce(k.user_id = of_user, true)
        LEFT JOIN subtasks b ON b.task_id = k.id AND lower(b.email) = x.email;
    END IF;
    SELECT array_agg(CASE WHEN b.status = 'pending' THEN v.id ELSE b.service_id END ORDER BY o) INTO via
    FROM unnest(named, mails, senders) WITH ORDINALITY m(task_id, seq, sender, o)
    LEFT JOIN subtasks b ON b.task_id = m.task_id AND b.seq = m.seq
    LEFT JOIN tasks k ON k.id = b.task_id
    LEFT JOIN LATERAL (
        SELECT s.id FROM email_services s WHERE s.pool_id = k.pool_id
        ORDER BY lower(s.from_address) IS NOT DISTINCT FROM lower(m.sender) DESC,
            s.id IS NOT DISTINCT FROM coalesce(b.service_id, b.pinned_service_id) DESC, s.id LIMIT 1
    ) v ON b.status = 'pending';

    PERFORM 1 FROM email_service_schedule e WHERE e.service_id = ANY (via) ORDER BY e.service_id FOR UPDATE;
    PERFORM 1 FROM domain_limits l WHERE l.pool_id IN (SELECT k.pool_id FROM tasks k WHERE k.id = ANY (named))
    ORDER BY l.pool_id, l.domain FOR UPDATE;
    PERFORM 1 FROM subtasks b JOIN unnest(named, mails) m(task_id, seq) ON b.task_id = m.task_id AND b.seq = m.seq
    ORDER BY b.task_id, b.seq FOR UPDATE OF b;
    t := guard_now();
    PERFORM service_new_day(via, t);

    -- What was read before the locks may have changed: then the mail is in somebody's hands.
    SELECT array_agg(x.permit_id ORDER BY o),
        array_agg(CASE WHEN x.status = 'pending' THEN x.permit_id END ORDER BY o),
        array_agg(CASE
            WHEN x.permit_id IS NOT NULL THEN 'sent'
            WHEN x.place > 1 AND x.seq IS NOT NULL OR x.status = 'sent' THEN 'known'
            WHEN x.status IN ('failed', 'suppressed', 'cancelled') THEN 'ended'
            WHEN x.status IS NOT NULL THEN 'open'
            WHEN k.id IS NULL THEN 'no_task'
            WHEN k.prepared_at IS NULL THEN 'unprepared'
            ELSE 'no_mail' END ORDER BY o)
    INTO permits, fresh, verdicts
    FROM (
        SELECT m.*, b.status, CASE WHEN m.place > 1 THEN NULL
            WHEN b.status = 'unknown' AND b.service_id = m.service_id THEN b.permit_id
            WHEN b.status = 'pending' AND m.service_id IS NOT NULL THEN gen_random_uuid() END AS permit_id
        FROM (
            SELECT u.*, row_number() OVER (PARTITION BY task_id, seq ORDER BY o) AS place
            FROM unnest(named, mails, via) WITH ORDINALITY u(task_id, seq, service_id, o)
        ) m
        LEFT JOIN subtasks b ON b.task_id = m.task_id AND b.seq = m.seq
    ) x
    LEFT JOIN tasks k ON k.id = x.task_id AND coalesce(k.user_id = of_user, true);
    SELECT array_agg(least(coalesce(seen_at, t), t) ORDER BY o) INTO moments
    FROM unnest(moments) WITH ORDINALITY m(seen_at, o);

    IF array_remove(fresh, NULL) <> '{}' THEN
        UPDATE subtasks b SET status = 'claimed', claims = b.claims + 1, retry_at = NULL, permit_id = m.permit_id,
            service_id = m.service_id, message_id = coalesce(b.message_id, m.message_id)
        FROM unnest(fresh, named, mails, via, message_ids) m(permit_id, task_id, seq, service_id, message_id)
        WHERE m.permit_id IS NOT NULL AND b.task_id = m.task_id AND b.seq = m.seq;
        UPDATE subtasks b SET status = 'transmitting'
        FROM unnest(fresh, named, mails) m(permit_id, task_id, seq)
        WHERE m.permit_id IS NOT NULL AND b.task_id = m.task_id AND b.seq = m.seq;

        INSERT INTO deliveries (permit_id, permit_no, task_id, seq, service_id, attempt, phase, worker, charge_day,
            deadline, due_at, claimed_at, marked_at)
        SELECT m.permit_id, 0, b.task_id, b.seq, b.service_id,
            (SELECT count(*) + 1 FROM deliveries p WHERE p.task_id = b.task_id AND p.seq = b.seq), 'transmitting',
            'evidence', (m.seen_at AT TIME ZONE e.time_zone)::date, t, b.due_at, m.seen_at, m.seen_at
        FROM unnest(fresh, named, mails, moments) m(permit_id, task_id, seq, seen_at)
        JOIN subtasks b ON b.task_id = m.task_id AND b.seq = m.seq
        JOIN email_service_schedule e ON e.service_id = b.service_id
        WHERE m.permit_id IS NOT NULL;

        UPDATE email_service_schedule e SET
            used_quota = e.used_quota + least(c.today, greatest(e.remaining_quota, 0)),
            last_permit_id = CASE WHEN p.claimed_at > c.last_at THEN e.last_permit_id ELSE c.permit_id END
        FROM (
            SELECT d.service_id, max(d.claimed_at) AS last_at, count(*) FILTER (WHERE d.charge_day = s.quota_day) AS today,
                (array_agg(d.permit_id ORDER BY d.claimed_at DESC))[1] AS permit_id
            FROM deliveries d JOIN email_service_schedule s ON s.service_id = d.service_id
            WHERE d.permit_id = ANY (fresh) GROUP BY 1
        ) c
        LEFT JOIN email_service_schedule l ON l.service_id = c.service_id
        LEFT JOIN deliveries p ON p.permit_id = l.last_permit_id
        WHERE e.service_id = c.service_id;
        UPDATE email_services v SET updated_at = clock_timestamp()
        FROM deliveries d WHERE d.permit_id = ANY (fresh) AND v.id = d.service_id;
    END IF;

    PERFORM ledger_record_v2(array_agg(permit_id), array_agg('sent'::text), array_agg('evidence'::text),
        array_agg(NULL::int), array_agg(NULL::text), array_agg(NULL::float8), array_agg(false), array_agg(true),
        array_agg(true), array_agg(NULL::float8))
    FROM unnest(permits) m(permit_id) WHERE permit_id IS NOT NULL HAVING count(*) > 0;
    UPDATE subtasks b SET sent_at = m.seen_at
    FROM unnest(permits, named, mails, moments) m(permit_id, task_id, seq, seen_at)
    WHERE m.permit_id IS NOT NULL AND b.task_id = m.task_id AND b.seq = m.seq;
    UPDATE deliveries d SET ended_at = m.seen_at
    FROM unnest(fresh, moments) m(permit_id, seen_at) WHERE d.permit_id = m.permit_id;

    RETURN QUERY SELECT m.task_id, m.verdict FROM unnest(named, verdicts) WITH ORDINALITY m(task_id, verdict, o)
    ORDER BY o;
END $$;
