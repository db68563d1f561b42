-- The partitions of one month (of UTC) of both tables of metrics; how many were missing. Safe to repeat and from several
-- processes at once.
CREATE FUNCTION metric_partitions_v1(at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    begins timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
    parent text;
    child text;
    made int := 0;
BEGIN
    FOREACH parent IN ARRAY ARRAY['system_performance_metrics', 'task_processing_metrics'] LOOP
        child := parent || '_p' || to_char(begins, 'YYYYMM');
        CONTINUE WHEN to_regclass(quote_ident(child)) IS NOT NULL;
        PERFORM pg_advisory_xact_lock(hashtextextended('tempost:metric_partitions', 0));
        CONTINUE WHEN to_regclass(quote_ident(child)) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
            child, parent, begins AT TIME ZONE 'UTC', (begins + interval '1 month') AT TIME ZONE 'UTC'
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- Drops partitions that hold nothing younger than this; how many.
CREATE FUNCTION metric_drop_v1(oldest timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    child text;
    dropped int := 0;
BEGIN
    FOR child IN
        SELECT c.relname FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
        WHERE p.oid IN ('system_performance_metrics'::regclass, 'task_processing_metrics'::regclass)
            AND (to_date(right(c.relname, 6), 'YYYYMM')::timestamp + interval '1 month') AT TIME ZONE 'UTC' <= oldest
        ORDER BY 1
    LOOP
        EXECUTE format('DROP TABLE %I', child);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

-- What happened to tasks since then, and how far those are that send: rows of task_processing_metrics.
CREATE FUNCTION task_metric_rows_v1(at timestamptz, since timestamptz) RETURNS SETOF task_processing_metrics
LANGUAGE sql STABLE AS $$
    WITH moved AS MATERIALIZED (
        SELECT t.id, t.user_id, t.status, t.created_at, t.completed_at, q.first_sent_at, q.sent, q.total
        FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
        WHERE t.completed_at IS NULL OR t.completed_at > since
    ), rows AS (
        SELECT id, 'created'::text AS status, created_at AS moment, user_id, 0 AS sent, total FROM moved
        UNION ALL
        SELECT id, 'first_sent', first_sent_at, user_id, 1, total FROM moved
        UNION ALL
        SELECT id, status, completed_at, user_id, sent, total FROM moved WHERE status IN ('completed', 'cancelled')
        UNION ALL
        SELECT m.id, 'sending', at, m.user_id, m.sent, m.total FROM moved m
        WHERE m.sent > 0 AND m.sent IS DISTINCT FROM (
            SELECT r.subtasks_sent FROM task_processing_metrics r
            WHERE r.task_id = m.id AND r.status = 'sending' AND r."timestamp" < at
            ORDER BY r."timestamp" DESC LIMIT 1
        )
    )
    SELECT id, status, moment, user_id, sent, total FROM rows WHERE moment > since OR status = 'sending'
$$;

-- Notes them, once each.
CREATE FUNCTION note_task_metrics_v1(at timestamptz, since timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    noted bigint;
BEGIN
    PERFORM metric_partitions_v1(month)
    FROM (SELECT DISTINCT date_trunc('month', "timestamp", 'UTC') AS month FROM task_metric_rows_v1(at, since)) m;
    INSERT INTO task_processing_metrics (task_id, status, "timestamp", user_id, subtasks_sent, total_subtasks)
    SELECT task_id, status, "timestamp", user_id, subtasks_sent, total_subtasks FROM task_metric_rows_v1(at, since)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS noted = ROW_COUNT;
    RETURN noted;
END $$;

SELECT metric_partitions_v1(clock_timestamp()), metric_partitions_v1(clock_timestamp() + interval '1 month');
