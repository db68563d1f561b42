-- Counters, third version: a new subtask may wait already, and then its task's next retry is known at once.
CREATE FUNCTION subtasks_count_new_v3() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    d record;
BEGIN
    FOR d IN
        SELECT task_id, count(*) AS total,
            count(*) FILTER (WHERE status = 'pending' AND retry_at IS NULL) AS ready,
            count(*) FILTER (WHERE status = 'pending' AND retry_at IS NOT NULL) AS retrying,
            count(*) FILTER (WHERE status = 'suppressed') AS suppressed,
            count(*) FILTER (WHERE status NOT IN ('pending', 'suppressed')) AS others,
            min(retry_at) FILTER (WHERE status = 'pending') AS next_retry_at
        FROM new_rows GROUP BY task_id ORDER BY task_id
    LOOP
        IF d.others > 0 THEN
            RAISE EXCEPTION 'a new subtask is pending or suppressed' USING ERRCODE = 'check_violation';
        END IF;
        UPDATE user_task_queues q SET total = q.total + d.total, ready = q.ready + d.ready,
            retrying = q.retrying + d.retrying, suppressed = q.suppressed + d.suppressed,
            next_retry_at = least(q.next_retry_at, d.next_retry_at), changed_at = clock_timestamp()
        WHERE q.task_id = d.task_id;
    END LOOP;
    INSERT INTO pinned_queues AS p (task_id, service_id, ready)
    SELECT task_id, pinned_service_id, count(*) FROM new_rows
    WHERE status = 'pending' AND retry_at IS NULL AND pinned_service_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (task_id, service_id) DO UPDATE SET ready = p.ready + excluded.ready;
    RETURN NULL;
END $$;

DROP TRIGGER subtasks_counted_new ON subtasks;
DROP FUNCTION subtasks_count_new_v2();
CREATE TRIGGER subtasks_counted_new AFTER INSERT ON subtasks
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION subtasks_count_new_v3();
