-- Mark: the body of these mails goes out now. Compare-and-set on permit and phase; the permits that were marked come
-- back, and whoever gets no mark sends nothing. Locks: mails, deliveries, counters.
CREATE FUNCTION ledger_mark_v1(permit_ids uuid[], hold interval)
RETURNS TABLE (permit_id uuid) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    marked uuid[];
BEGIN
    PERFORM 1 FROM subtasks b JOIN deliveries d ON d.task_id = b.task_id AND d.seq = b.seq
    WHERE d.permit_id = ANY (permit_ids) ORDER BY b.task_id, b.seq FOR UPDATE OF b;

    WITH open AS (
        SELECT d.permit_id FROM deliveries d WHERE d.permit_id = ANY (permit_ids) ORDER BY d.permit_id FOR UPDATE
    ), moved AS (
        UPDATE deliveries d SET phase = 'transmitting', marked_at = guard_now(), deadline = clock_timestamp() + hold
        FROM open, subtasks b
        WHERE d.permit_id = open.permit_id AND d.phase = 'claimed' AND d.deadline > clock_timestamp()
            AND b.task_id = d.task_id AND b.seq = d.seq AND b.permit_id = d.permit_id AND b.status = 'claimed'
        RETURNING d.permit_id
    )
    SELECT coalesce(array_agg(moved.permit_id), '{}') INTO marked FROM moved;

    UPDATE subtasks b SET status = 'transmitting'
    FROM deliveries d WHERE d.permit_id = ANY (marked) AND b.task_id = d.task_id AND b.seq = d.seq;

    RETURN QUERY SELECT unnest(marked);
END $$;
