"""Why permits went where they went: kept for a while, for people who ask about a mail."""

import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.connect import PoolConnection
from scheduling.choice import Choices, unpack
from scheduling.permit import Grant

OTHERS_NAMED = 5
WRITE = """
    INSERT INTO choices (service_id, first_no, count, task_id, score, quota, rest, success, runners_up,
        decided_at, waiting, waiting_count)
    SELECT u.service_id, u.first_no, u.count, u.task_id, u.score, u.quota, u.rest, u.success, u.runners_up::jsonb,
        $10, (array_remove($11::uuid[], u.task_id))[1:$13], $12
    FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::uuid[], $5::real[], $6::real[], $7::real[], $8::real[],
        $9::text[]) u(service_id, first_no, count, task_id, score, quota, rest, success, runners_up)
    ON CONFLICT DO NOTHING
"""
OF_SUBTASK = text("""
    SELECT d.permit_id, c.decided_at, c.score, c.quota, c.rest, c.success, c.waiting_count,
        coalesce(b.pinned_service_id = d.service_id, false) AS pinned,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('service_id', r.service_id, 'service', s.name, 'score', r.score)
                ORDER BY r.score DESC), '[]')
            FROM jsonb_to_recordset(c.runners_up) r(service_id uuid, score real)
            LEFT JOIN email_services s ON s.id = r.service_id) AS runners_up,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name)
                ORDER BY array_position(c.waiting, t.id)), '[]')
            FROM tasks t WHERE t.id = ANY (c.waiting) AND t.user_id = :user_id) AS waiting
    FROM deliveries d
    JOIN subtasks b ON b.task_id = d.task_id AND b.seq = d.seq
    JOIN LATERAL (
        SELECT * FROM choices c WHERE c.service_id = d.service_id AND c.first_no <= d.permit_no
        ORDER BY c.first_no DESC LIMIT 1
    ) c ON d.permit_no < c.first_no + c.count
    WHERE d.task_id = :task_id AND d.seq = :seq
""")
RETENTION = "SELECT value::int FROM system_config WHERE key = 'monitoring.choices_retention_days'"
FORGET = """
    DELETE FROM choices WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM choices WHERE decided_at < guard_now() - $1::interval LIMIT $2
    ))
"""


async def write(connection: PoolConnection, choices: Choices, grants: Sequence[Grant]) -> None:
    """Keep the choices of these grants. Safe to repeat: those that are known stay."""
    rows = [
        (
            run.service_id, run.first_no, run.count, grant.task_id,
            choice.score.total, choice.score.quota, choice.score.rest, choice.score.success,
            json.dumps([{"service_id": str(id_), "score": score} for id_, score in choice.runners_up]),
        )
        for (grant, run), choice in zip(
            ((grant, run) for grant in grants for run in grant.runs), unpack(choices, grants), strict=True
        )
    ]  # fmt: skip
    columns = [list(column) for column in zip(*rows, strict=True)]
    others = choices.waiting_count - 1
    await connection.execute(WRITE, *columns, choices.decided_at, list(choices.waiting), others, OTHERS_NAMED)


async def of_subtask(connection: AsyncConnection, user_id: UUID, task_id: UUID, seq: int) -> dict[UUID, RowMapping]:
    """Why each try of a mail had its service, by permit; other tasks are named where they are this user's."""
    values = {"user_id": user_id, "task_id": task_id, "seq": seq}
    return {row["permit_id"]: row for row in (await connection.execute(OF_SUBTASK, values)).mappings()}


async def forget(connection: PoolConnection, most: int = 10_000) -> bool:
    """Delete some of the choices that are older than monitoring data is kept; whether there may be more."""
    days = timedelta(days=await connection.fetchval(RETENTION))
    return await connection.execute(FORGET, days, most) == f"DELETE {most}"
