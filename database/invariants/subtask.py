"""Mails: their status against their deliveries."""

from database.invariants.invariant import INSPECT, Invariant

FIELDS = """
    SELECT CASE WHEN retry_at IS NOT NULL AND status <> 'pending' THEN
            format('task %s, mail %s is %s and waits for a retry', task_id, seq, status)
        WHEN (sent_at IS NOT NULL) <> (status = 'sent') THEN
            format('task %s, mail %s is %s, sent at %s', task_id, seq, status, coalesce(sent_at::text, 'no time'))
        WHEN num_nonnulls(permit_id, service_id, message_id) NOT IN (0, 3) THEN
            format('task %s, mail %s has some of permit, service and Message-ID, not all', task_id, seq)
        END AS broken
    FROM subtasks
"""
# A returned delivery may end a mail: its retries are used up, or its workers died again and again. An unknown one is
# any of what its policy or a person said.
NEWEST_DELIVERY = """
    SELECT CASE WHEN b.permit_id IS NULL AND b.status NOT IN ('pending', 'suppressed', 'cancelled') THEN
            format('task %s, mail %s is %s without a delivery', b.task_id, b.seq, b.status)
        WHEN b.permit_id IS NOT NULL AND d.permit_id IS NULL THEN
            format('task %s, mail %s names delivery %s, which does not exist', b.task_id, b.seq, b.permit_id)
        WHEN (d.task_id, d.seq, d.service_id) <> (b.task_id, b.seq, b.service_id) THEN
            format('task %s, mail %s names delivery %s of another mail or service', b.task_id, b.seq, b.permit_id)
        WHEN NOT coalesce(d.outcome, d.phase) = ANY (CASE b.status
            WHEN 'sent' THEN '{sent,unknown}' WHEN 'failed' THEN '{failed,returned,unknown}'
            WHEN 'claimed' THEN '{claimed}' WHEN 'transmitting' THEN '{transmitting}' WHEN 'unknown' THEN '{unknown}'
            ELSE '{returned,unknown}' END::text[]) THEN
            format('task %s, mail %s is %s, but its newest delivery %s is %s', b.task_id, b.seq, b.status, b.permit_id,
                coalesce(d.outcome, d.phase)) END AS broken
    FROM subtasks b LEFT JOIN deliveries d ON d.permit_id = b.permit_id
"""
SENT_ONCE = """
    SELECT CASE WHEN d.times > 1 THEN
            format('task %s, mail %s was sent by %s deliveries', d.task_id, d.seq, d.times)
        WHEN b.status <> 'sent' THEN
            format('task %s, mail %s is %s, but was sent by a delivery', d.task_id, d.seq, b.status) END AS broken
    FROM (
        SELECT task_id, seq, count(*) AS times FROM deliveries WHERE outcome = 'sent' GROUP BY 1, 2
    ) d LEFT JOIN subtasks b ON b.task_id = d.task_id AND b.seq = d.seq
"""
TRIES = """
    SELECT CASE WHEN last <> tries OR newest <> tries THEN
            format('task %s, mail %s: %s deliveries, but the last is number %s, and that of its permit %s', task_id,
                seq, tries, last, coalesce(newest::text, 'none'))
        WHEN retry_count > returned THEN
            format('task %s, mail %s: %s retries, but %s deliveries were returned', task_id, seq, retry_count, returned)
        WHEN claims > tries OR status IN ('claimed', 'transmitting') AND claims = 0 THEN
            format('task %s, mail %s is %s: claimed %s times in a row, in %s deliveries', task_id, seq, status, claims,
                tries) END AS broken
    FROM (
        SELECT b.task_id, b.seq, b.status, b.retry_count, b.claims, count(*) AS tries, max(d.attempt) AS last,
            max(d.attempt) FILTER (WHERE d.permit_id = b.permit_id) AS newest,
            count(*) FILTER (WHERE d.outcome = 'returned') AS returned
        FROM deliveries d JOIN subtasks b ON b.task_id = d.task_id AND b.seq = d.seq GROUP BY b.task_id, b.seq
    ) x
"""
INVARIANTS = (
    Invariant("mail_fields", "A mail's moments and ids are those of its status.", INSPECT, FIELDS),
    Invariant("mail_delivery", "A mail's status is what its newest delivery says.", INSPECT, NEWEST_DELIVERY),
    Invariant("mail_sent_once", "No mail was sent by two deliveries, and what was sent is called sent.",
        "A person may have got it twice. Keep the rows that are named and the logs: the ledger's guard was passed by.",
        SENT_ONCE),
    Invariant("mail_tries", "A mail's deliveries are numbered without gaps, and count its retries and claims.", INSPECT,
        TRIES),
)  # fmt: skip
