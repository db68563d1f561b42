-- Events: what recipients, their servers and their mail readers did. How many are new: an event is named by its key, for
-- the user whose mail it is about, and only a new one does anything. What names no mail is left out.
--
-- occurred: empty = now; a time to come is taken as now. details: `awayUntil` of an auto_reply is an instant.
-- Of a mail, the first time of each kind stands in `engagements`, whatever the order in which events come. Of a
-- campaign's contact too, by people only; a reply, hard bounce, complaint or unsubscribing stops the contact, with the
-- first reason that came, and a reply (if the campaign wants so) the colleagues. stopped_at is when it was written,
-- because a claim before that could not know. Whoever cannot or does not want to be written to is suppressed.
-- Locks: suppressions, contacts of campaigns, engagements, events, each in key order.
CREATE FUNCTION record_events_v1(
    task_ids uuid[], seqs int[], kinds text[], machines boolean[], keys text[], occurred timestamptz[], details jsonb[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    fresh int[]; -- places of events that are not known yet
    in_campaigns int[]; -- places among them of mails of campaigns
    written bigint;
    t timestamptz;
BEGIN
    SELECT array_agg(f.o ORDER BY f.o), array_agg(f.o ORDER BY f.o) FILTER (WHERE f.campaign_id IS NOT NULL)
    INTO fresh, in_campaigns
    FROM (
        SELECT DISTINCT ON (k.user_id, keys[o]) o, k.campaign_id
        FROM generate_subscripts(keys, 1) o
        JOIN subtasks b ON b.task_id = task_ids[o] AND b.seq = seqs[o]
        JOIN tasks k ON k.id = b.task_id
        WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.user_id = k.user_id AND e.key = keys[o])
        ORDER BY k.user_id, keys[o], o
    ) f;
    IF fresh IS NULL THEN
        RETURN 0;
    END IF;

    IF kinds && '{hard_bounce,complaint,unsubscribe}' THEN
        INSERT INTO suppressions (user_id, email, reason)
        SELECT DISTINCT ON (k.user_id, lower(b.email)) k.user_id, lower(b.email), stop_reason_of(kinds[o])
        FROM unnest(fresh) o
        JOIN subtasks b ON b.task_id = task_ids[o] AND b.seq = seqs[o]
        JOIN tasks k ON k.id = b.task_id
        WHERE kinds[o] IN ('hard_bounce', 'complaint', 'unsubscribe')
        ORDER BY k.user_id, lower(b.email), occurred[o], o
        ON CONFLICT (user_id, email) DO NOTHING;
    END IF;

    IF in_campaigns IS NOT NULL THEN
        PERFORM campaign_contacts_record_v1(in_campaigns, task_ids, seqs, kinds, machines, occurred, details);
    END IF;

    t := guard_now();
    INSERT INTO engagements AS g (task_id, seq, opened_at, machine_opened_at, clicked_at, machine_clicked_at,
        replied_at, auto_replied_at, bounced_at, complained_at, unsubscribed_at)
    SELECT task_ids[o], seqs[o],
        min(w.at) FILTER (WHERE kinds[o] = 'open' AND NOT machines[o]),
        min(w.at) FILTER (WHERE kinds[o] = 'open' AND machines[o]),
        min(w.at) FILTER (WHERE kinds[o] = 'click' AND NOT machines[o]),
        min(w.at) FILTER (WHERE kinds[o] = 'click' AND machines[o]),
        min(w.at) FILTER (WHERE kinds[o] = 'reply'),
        min(w.at) FILTER (WHERE kinds[o] = 'auto_reply'),
        min(w.at) FILTER (WHERE kinds[o] = 'hard_bounce'),
        min(w.at) FILTER (WHERE kinds[o] = 'complaint'),
        min(w.at) FILTER (WHERE kinds[o] = 'unsubscribe')
    FROM unnest(fresh) o CROSS JOIN LATERAL (SELECT least(occurred[o], t) AS at) w
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (task_id, seq) DO UPDATE SET
        opened_at = least(g.opened_at, excluded.opened_at),
        machine_opened_at = least(g.machine_opened_at, excluded.machine_opened_at),
        clicked_at = least(g.clicked_at, excluded.clicked_at),
        machine_clicked_at = least(g.machine_clicked_at, excluded.machine_clicked_at),
        replied_at = least(g.replied_at, excluded.replied_at),
        auto_replied_at = least(g.auto_replied_at, excluded.auto_replied_at),
        bounced_at = least(g.bounced_at, excluded.bounced_at),
        complained_at = least(g.complained_at, excluded.complained_at),
        unsubscribed_at = least(g.unsubscribed_at, excluded.unsubscribed_at);

    -- Another call with the same event has waited for this one's engagement, and finds the event here: only what is
    -- counted must know, a first time is the same twice.
    WITH added AS (
        INSERT INTO events (user_id, task_id, seq, kind, machine, key, occurred_at, detail)
        SELECT k.user_id, k.id, seqs[o], kinds[o], machines[o], keys[o], least(occurred[o], t), details[o]
        FROM unnest(fresh) o JOIN tasks k ON k.id = task_ids[o]
        ORDER BY k.user_id, keys[o]
        ON CONFLICT (user_id, key) DO NOTHING
        RETURNING task_id, seq, kind
    ), counted AS (
        UPDATE engagements g SET soft_bounces = g.soft_bounces + a.soft
        FROM (SELECT task_id, seq, count(*) AS soft FROM added WHERE kind = 'soft_bounce' GROUP BY 1, 2) a
        WHERE g.task_id = a.task_id AND g.seq = a.seq
    )
    SELECT count(*) INTO written FROM added;
    RETURN written;
END $$;

-- What an event means for the one who had the mail: the word for a stopped contact and for a suppression.
CREATE FUNCTION stop_reason_of(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind WHEN 'reply' THEN 'replied' WHEN 'hard_bounce' THEN 'bounced' WHEN 'complaint' THEN 'complained'
        WHEN 'unsubscribe' THEN 'unsubscribed' END
$$;

-- The part of `record_events_v1` for contacts of campaigns: the events at these places, all of them new.
CREATE FUNCTION campaign_contacts_record_v1(
    places int[], task_ids uuid[], seqs int[], kinds text[], machines boolean[], occurred timestamptz[], details jsonb[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
BEGIN
    PERFORM 1 FROM campaign_contacts c WHERE (c.campaign_id, c.contact_id) IN (
        SELECT k.campaign_id, b.contact_id FROM unnest(places) o
        JOIN subtasks b ON b.task_id = task_ids[o] AND b.seq = seqs[o] JOIN tasks k ON k.id = b.task_id
        UNION ALL
        SELECT l.campaign_id, l.contact_id FROM unnest(places) o
        JOIN subtasks b ON b.task_id = task_ids[o] AND b.seq = seqs[o] JOIN tasks k ON k.id = b.task_id
        JOIN campaigns m ON m.id = k.campaign_id AND m.colleagues_stop
        JOIN campaign_contacts i ON i.campaign_id = k.campaign_id AND i.contact_id = b.contact_id
        JOIN campaign_contacts l ON l.campaign_id = i.campaign_id AND l.organisation = i.organisation
            AND l.stop_reason IS NULL
        WHERE kinds[o] = 'reply'
    ) ORDER BY c.campaign_id, c.contact_id FOR UPDATE;
    t := guard_now();

    UPDATE campaign_contacts c SET
        opened_at = least(c.opened_at, n.opened_at),
        clicked_at = least(c.clicked_at, n.clicked_at),
        replied_at = least(c.replied_at, n.replied_at),
        not_before = greatest(c.not_before, n.away_until),
        stop_reason = coalesce(c.stop_reason, n.stop_reason),
        stopped_at = CASE WHEN c.stop_reason IS NULL AND n.stop_reason IS NOT NULL THEN t ELSE c.stopped_at END
    FROM (
        SELECT k.campaign_id, b.contact_id,
            min(w.at) FILTER (WHERE kinds[o] = 'open' AND NOT machines[o]) AS opened_at,
            min(w.at) FILTER (WHERE kinds[o] = 'click' AND NOT machines[o]) AS clicked_at,
            min(w.at) FILTER (WHERE kinds[o] = 'reply') AS replied_at,
            max((details[o] ->> 'awayUntil')::timestamptz) FILTER (WHERE kinds[o] = 'auto_reply') AS away_until,
            (array_agg(stop_reason_of(kinds[o]) ORDER BY w.at, o) FILTER (WHERE stop_reason_of(kinds[o]) IS NOT NULL))[1]
                AS stop_reason
        FROM unnest(places) o
        JOIN subtasks b ON b.task_id = task_ids[o] AND b.seq = seqs[o]
        JOIN tasks k ON k.id = b.task_id
        CROSS JOIN LATERAL (SELECT least(occurred[o], t) AS at) w
        GROUP BY 1, 2
    ) n
    WHERE c.campaign_id = n.campaign_id AND c.contact_id = n.contact_id;

    IF kinds && '{reply}' THEN
        UPDATE campaign_contacts l SET stop_reason = 'colleague_replied', stopped_at = t
        FROM (
            SELECT DISTINCT i.campaign_id, i.organisation FROM unnest(places) o
            JOIN subtasks b ON b.task_id = task_ids[o] AND b.seq = seqs[o]
            JOIN tasks k ON k.id = b.task_id
            JOIN campaigns m ON m.id = k.campaign_id AND m.colleagues_stop
            JOIN campaign_contacts i ON i.campaign_id = k.campaign_id AND i.contact_id = b.contact_id
            WHERE kinds[o] = 'reply'
        ) n
        WHERE l.campaign_id = n.campaign_id AND l.organisation = n.organisation AND l.stop_reason IS NULL;
    END IF;
END $$;
