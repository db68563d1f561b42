"""What a forecast reads: a pool's services as the guard has them, and the open mails of all its tasks."""

from uuid import UUID

from database.connect import PoolConnection
from database.queries.allocator import SERVICES, service_state
from scheduling.allocator_state import Demand
from scheduling.forecast import PoolForecast

DEMANDS = """
    SELECT q.task_id, q.user_id, q.pending_subtasks AS mails, q.priority
    FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
    WHERE t.completed_at IS NULL AND t.pool_id = $1 AND t.status = 'sending' AND q.pending_subtasks > 0
"""


async def read_pool(connection: PoolConnection, pool_id: UUID) -> PoolForecast:
    """Read a pool in one snapshot, by the guard's clock. Whoever asks: show nothing of it but what is the asker's."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        now = await connection.fetchval("SELECT guard_now()")
        services = await connection.fetch(SERVICES, pool_id, None)
        demands = await connection.fetch(DEMANDS, pool_id)
    return PoolForecast(
        (service_state(row) for row in services if row["status"] != "deleted"),
        (Demand(row["task_id"], row["user_id"], row["mails"], row["priority"]) for row in demands),
        now,
    )
