-- Seed: central_processing_queue. What is claimed or transmitting now, by whom, until when.
CREATE VIEW central_processing_queue AS
SELECT d.task_id, d.seq, t.user_id, q.priority, b.status, d.service_id, d.permit_id,
    d.claimed_at AS reserved_at, d.worker AS reserved_by, d.deadline AS timeout_at
FROM deliveries d
JOIN subtasks b ON b.task_id = d.task_id AND b.seq = d.seq AND b.permit_id = d.permit_id
JOIN tasks t ON t.id = d.task_id
JOIN user_task_queues q ON q.task_id = d.task_id
WHERE d.phase <> 'ended';

-- Seed: pending_queue. Every waiting mail, why, and until when; where its whole task waits, the task's reason.
CREATE VIEW pending_queue AS
SELECT b.task_id, b.seq, t.user_id,
    CASE WHEN t.status <> 'sending' THEN t.status
        WHEN b.retry_at IS NOT NULL THEN coalesce(b.reason, 'retry')
        ELSE coalesce(q.waits -> 0 ->> 'reason', 'turn') END AS reason,
    CASE WHEN t.status = 'scheduled' THEN t.start_at
        WHEN b.retry_at IS NOT NULL THEN b.retry_at
        ELSE (q.waits -> 0 ->> 'retry_at')::timestamptz END AS retry_at,
    b.retry_count, t.max_retries
FROM subtasks b
JOIN tasks t ON t.id = b.task_id
JOIN user_task_queues q ON q.task_id = b.task_id
WHERE b.status = 'pending';
