-- Limits per recipient domain. A mail whose domain is not free now is given a turn of its own: it becomes `retrying`
-- with reason `domain_limit`, at no cost, and comes back then. So what is ready may go, and everyone knows until when
-- they wait.
--
-- GCRA (ATM Forum TM 4.0, 4.4): a burst of one twelfth of the limit, and spacing such that burst and minute together
-- never exceed it.
CREATE FUNCTION domain_burst(per_minute int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 1 + per_minute / 12 $$;

CREATE FUNCTION domain_spacing(l domain_limits) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(interval '1 minute' / (l.per_minute - domain_burst(l.per_minute) + 1), l.learnt_interval)
$$;

-- From when on a mail to this domain may go.
CREATE FUNCTION domain_free_at(l domain_limits) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT l.next_available_at - CASE WHEN l.per_minute IS NULL OR l.learnt_interval IS NOT NULL THEN interval '0'
        ELSE (domain_burst(l.per_minute) - 1) * domain_spacing(l) END
$$;

CREATE FUNCTION mail_domain(email text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT lower(substring(email FROM '[^@]*$'))
$$;

-- The row that counts for a domain of a pool, if it is limited.
CREATE FUNCTION domain_limit_of(pool uuid, mail_domain text) RETURNS SETOF domain_limits LANGUAGE sql STABLE AS $$
    SELECT l.* FROM domain_limits l
    JOIN domain_limits named ON named.pool_id = l.pool_id AND l.domain = coalesce(named.counted_as, named.domain)
    WHERE named.pool_id = pool AND named.domain = mail_domain AND num_nonnulls(l.per_minute, l.learnt_interval) > 0
$$;

-- Take the domains' leave for these mails of a task, in their order; the numbers of those that must wait. The caller
-- holds the pool's limits.
CREATE FUNCTION domain_pass_v1(pool uuid, of_task uuid, seqs int[], at timestamptz) RETURNS int[]
LANGUAGE plpgsql AS $$
DECLARE
    b record;
    l domain_limits%ROWTYPE;
    late int[] := '{}';
BEGIN
    FOR b IN
        SELECT u.seq, mail_domain(x.email) AS domain FROM unnest(seqs) WITH ORDINALITY u(seq, place)
        JOIN subtasks x ON x.task_id = of_task AND x.seq = u.seq ORDER BY u.place
    LOOP
        SELECT * INTO l FROM domain_limit_of(pool, b.domain);
        CONTINUE WHEN NOT FOUND;
        IF domain_free_at(l) > at THEN
            late := late || b.seq;
        ELSE
            UPDATE domain_limits SET next_available_at = greatest(next_available_at, at) + domain_spacing(l)
            WHERE pool_id = pool AND domain = l.domain;
        END IF;
    END LOOP;
    RETURN late;
END $$;

-- Give turns to ready mails of a task whose domains are not free: `first` for sure, and others like them among the next
-- few thousand, so that they are not met one by one. A mail that had a turn already and came a moment early gets one
-- before those that never had; turns are in steps of two seconds, so that a task wakes for several at once.
-- `taken` are claimed in this call and only not marked so yet.
CREATE FUNCTION domain_defer_v1(pool uuid, of_task uuid, first int[], taken int[], at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    d record;
    l domain_limits%ROWTYPE;
    spacing interval;
BEGIN
    FOR d IN
        WITH near AS MATERIALIZED (
            SELECT b.seq, b.email, b.reason FROM subtasks b
            WHERE b.task_id = of_task AND b.status = 'pending' AND b.retry_at IS NULL AND b.pinned_service_id IS NULL
                AND b.seq <> ALL (taken)
            ORDER BY b.retry_count DESC, b.seq LIMIT 2000 FOR UPDATE SKIP LOCKED
        ), met AS (
            SELECT b.seq, b.email, b.reason FROM subtasks b WHERE b.task_id = of_task AND b.seq = ANY (first)
        )
        SELECT limited.domain, array_agg(m.seq ORDER BY m.seq) FILTER (WHERE m.had_turn) AS again,
            array_agg(m.seq ORDER BY m.seq) FILTER (WHERE NOT m.had_turn) AS fresh
        FROM (
            SELECT u.seq, mail_domain(u.email) AS domain, coalesce(u.reason = 'domain_limit', false) AS had_turn
            FROM (SELECT * FROM near UNION SELECT * FROM met) u
        ) m, LATERAL domain_limit_of(pool, m.domain) limited
        WHERE domain_free_at(limited) > at OR m.seq = ANY (first)
        GROUP BY limited.domain ORDER BY limited.domain
    LOOP
        SELECT * INTO l FROM domain_limits WHERE pool_id = pool AND domain = d.domain;
        spacing := domain_spacing(l);
        UPDATE subtasks b SET reason = 'domain_limit', retry_at = w.turn, due_at = w.turn
        FROM (
            SELECT t.seq, date_bin('2 s', t.turn, timestamptz 'epoch') + interval '2 s' AS turn FROM (
                SELECT u.seq, greatest(domain_free_at(l), at) + spacing * (u.place - 1) AS turn
                FROM unnest(d.again) WITH ORDINALITY u(seq, place)
                UNION ALL
                SELECT u.seq, greatest(l.next_slot_at, l.next_available_at, at) + spacing * (u.place - 1)
                FROM unnest(d.fresh) WITH ORDINALITY u(seq, place)
            ) t
        ) w
        WHERE b.task_id = of_task AND b.seq = w.seq AND b.status = 'pending' AND b.retry_at IS NULL;
        UPDATE domain_limits SET next_slot_at = greatest(l.next_slot_at, l.next_available_at, at)
            + spacing * coalesce(cardinality(d.fresh), 0)
        WHERE pool_id = pool AND domain = d.domain;
    END LOOP;
END $$;

-- Learn from a domain's refusal: half the pace, and a pause. Once for all mails that were under way: what is refused
-- during the pause began before it.
CREATE FUNCTION domain_refused_v1(pool uuid, refused_domain text, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO domain_limits AS l (pool_id, domain, learnt_interval, next_available_at, next_slot_at, refused_at)
    VALUES (pool, refused_domain, interval '1 s', at + interval '30 s', at + interval '30 s', at)
    ON CONFLICT (pool_id, domain) DO UPDATE SET
        learnt_interval = least(greatest(2 * domain_spacing(l), interval '1 s'), interval '10 min'),
        next_available_at = greatest(l.next_available_at, at + interval '30 s',
            at + least(greatest(2 * domain_spacing(l), interval '1 s'), interval '10 min')),
        refused_at = at, updated_at = clock_timestamp()
    WHERE l.refused_at IS NULL OR l.refused_at <= at - interval '30 s'
$$;

-- Each success shortens what was learnt, until it is gone.
CREATE FUNCTION domain_accepted_v1(pool uuid, accepted_domain text, mails int) RETURNS void LANGUAGE sql AS $$
    UPDATE domain_limits l SET learnt_interval = CASE
        WHEN l.learnt_interval * 0.95 ^ mails > greatest(interval '100 ms', interval '1 minute' / l.per_minute)
        THEN l.learnt_interval * 0.95 ^ mails END
    WHERE l.pool_id = pool AND l.domain = accepted_domain AND l.learnt_interval IS NOT NULL
$$;
