-- The guard's clock: the database's own, plus an offset that only a local stack can set (tests that live through days).
INSERT INTO guard_clock DEFAULT VALUES;

-- clock_timestamp, not now(): now() is stale after a wait for a lock.
CREATE FUNCTION guard_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT clock_timestamp() + ahead FROM guard_clock $$;

-- The one table of allowed moves, as in contracts.task.SUBTASK_MOVES.
CREATE FUNCTION subtask_move_allowed(old_status text, new_status text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE old_status
        WHEN 'pending' THEN new_status IN ('claimed', 'suppressed', 'cancelled')
        WHEN 'claimed' THEN new_status IN ('transmitting', 'pending', 'failed')
        WHEN 'transmitting' THEN new_status IN ('sent', 'failed', 'unknown', 'pending')
        WHEN 'unknown' THEN new_status IN ('sent', 'failed', 'pending')
        ELSE false
    END
$$;

CREATE FUNCTION subtasks_check_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'subtask % of task % cannot go from % to %', OLD.seq, OLD.task_id, OLD.status, NEW.status
        USING ERRCODE = 'check_violation', CONSTRAINT = 'subtask_move';
END $$;

CREATE TRIGGER subtasks_move BEFORE UPDATE OF status ON subtasks
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NOT subtask_move_allowed(OLD.status, NEW.status))
    EXECUTE FUNCTION subtasks_check_move();

-- Counters: whatever changes subtasks, on any path, changes its task's counters in the same transaction. Tasks are
-- taken in key order, and after the mails: the order of locks that every ledger function keeps.
CREATE FUNCTION subtasks_count() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RETURN NULL;
END $$;

CREATE FUNCTION subtasks_count_new() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RETURN NULL;
END $$;

CREATE TRIGGER subtasks_counted AFTER UPDATE ON subtasks
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION subtasks_count();
CREATE TRIGGER subtasks_counted_new AFTER INSERT ON subtasks
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION subtasks_count_new();
