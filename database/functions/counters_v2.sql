-- Counters, second version: the ready mails that are pinned to a service are counted for each service too, after the
-- task's own row, which whoever changes them holds by then.
CREATE FUNCTION subtasks_count_v2() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    d record;
BEGIN
    FOR d IN
        WITH moved AS (
            SELECT task_id, status, retry_at, 1 AS n FROM new_rows
            UNION ALL SELECT task_id, status, retry_at, -1 FROM old_rows
        )
        SELECT task_id,
            sum(n) AS total,
            coalesce(sum(n) FILTER (WHERE status = 'pending' AND retry_at IS NULL), 0) AS ready,
            coalesce(sum(n) FILTER (WHERE status = 'pending' AND retry_at IS NOT NULL), 0) AS retrying,
            coalesce(sum(n) FILTER (WHERE status = 'claimed'), 0) AS claimed,
            coalesce(sum(n) FILTER (WHERE status = 'transmitting'), 0) AS transmitting,
            coalesce(sum(n) FILTER (WHERE status = 'sent'), 0) AS sent,
            coalesce(sum(n) FILTER (WHERE status = 'failed'), 0) AS failed,
            coalesce(sum(n) FILTER (WHERE status = 'suppressed'), 0) AS suppressed,
            coalesce(sum(n) FILTER (WHERE status = 'unknown'), 0) AS unknown,
            coalesce(sum(n) FILTER (WHERE status = 'cancelled'), 0) AS cancelled,
            min(retry_at) FILTER (WHERE n = 1 AND status = 'pending') AS next_retry_at
        FROM moved GROUP BY task_id ORDER BY task_id
    LOOP
        UPDATE user_task_queues q SET
            total = q.total + d.total, ready = q.ready + d.ready, retrying = q.retrying + d.retrying,
            claimed = q.claimed + d.claimed, transmitting = q.transmitting + d.transmitting, sent = q.sent + d.sent,
            failed = q.failed + d.failed, suppressed = q.suppressed + d.suppressed, unknown = q.unknown + d.unknown,
            cancelled = q.cancelled + d.cancelled,
            next_retry_at = least(q.next_retry_at, d.next_retry_at),
            last_processed_at = CASE WHEN d.claimed > 0 THEN guard_now() ELSE q.last_processed_at END,
            first_sent_at = CASE WHEN d.sent > 0 THEN coalesce(q.first_sent_at, guard_now()) ELSE q.first_sent_at END,
            last_sent_at = CASE WHEN d.sent > 0 THEN guard_now() ELSE q.last_sent_at END,
            changed_at = clock_timestamp()
        WHERE q.task_id = d.task_id;
    END LOOP;
    IF EXISTS (SELECT 1 FROM old_rows WHERE pinned_service_id IS NOT NULL)
        OR EXISTS (SELECT 1 FROM new_rows WHERE pinned_service_id IS NOT NULL)
    THEN
        INSERT INTO pinned_queues AS p (task_id, service_id, ready)
        SELECT task_id, pinned_service_id, sum(n) FROM (
            SELECT task_id, pinned_service_id, status, retry_at, 1 AS n FROM new_rows
            UNION ALL SELECT task_id, pinned_service_id, status, retry_at, -1 FROM old_rows
        ) moved
        WHERE status = 'pending' AND retry_at IS NULL AND pinned_service_id IS NOT NULL
        GROUP BY 1, 2 HAVING sum(n) <> 0 ORDER BY 1, 2
        ON CONFLICT (task_id, service_id) DO UPDATE SET ready = p.ready + excluded.ready;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION subtasks_count_new_v2() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    d record;
BEGIN
    FOR d IN
        SELECT task_id, count(*) AS total,
            count(*) FILTER (WHERE status = 'pending' AND retry_at IS NULL) AS ready,
            count(*) FILTER (WHERE status = 'pending' AND retry_at IS NOT NULL) AS retrying,
            count(*) FILTER (WHERE status = 'suppressed') AS suppressed,
            count(*) FILTER (WHERE status NOT IN ('pending', 'suppressed')) AS others
        FROM new_rows GROUP BY task_id ORDER BY task_id
    LOOP
        IF d.others > 0 THEN
            RAISE EXCEPTION 'a new subtask is pending or suppressed' USING ERRCODE = 'check_violation';
        END IF;
        UPDATE user_task_queues q SET total = q.total + d.total, ready = q.ready + d.ready,
            retrying = q.retrying + d.retrying, suppressed = q.suppressed + d.suppressed,
            changed_at = clock_timestamp()
        WHERE q.task_id = d.task_id;
    END LOOP;
    INSERT INTO pinned_queues AS p (task_id, service_id, ready)
    SELECT task_id, pinned_service_id, count(*) FROM new_rows
    WHERE status = 'pending' AND retry_at IS NULL AND pinned_service_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (task_id, service_id) DO UPDATE SET ready = p.ready + excluded.ready;
    RETURN NULL;
END $$;

DROP TRIGGER subtasks_counted ON subtasks;
DROP TRIGGER subtasks_counted_new ON subtasks;
DROP FUNCTION subtasks_count();
DROP FUNCTION subtasks_count_new();
CREATE TRIGGER subtasks_counted AFTER UPDATE ON subtasks
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION subtasks_count_v2();
CREATE TRIGGER subtasks_counted_new AFTER INSERT ON subtasks
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION subtasks_count_new_v2();
