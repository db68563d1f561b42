"""The schema is what the code believes it to be."""

import asyncio
from itertools import product

import asyncpg
from alembic import command

from contracts.task import SUBTASK_MOVES
from database.migrate import alembic_config


async def test_the_database_allows_exactly_the_moves_the_code_names(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    for old, new in product(SUBTASK_MOVES, repeat=2):
        allowed = await pool.fetchval("SELECT subtask_move_allowed($1, $2)", old, new)
        assert allowed == (new in SUBTASK_MOVES[old]), f"{old} to {new}"


async def test_the_migrations_make_exactly_the_tables_the_code_has(database_url: str) -> None:
    await asyncio.to_thread(command.check, alembic_config(database_url))


async def test_the_settings_of_the_seed_are_there_with_their_bounds(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    rows = {row["key"]: row for row in await pool.fetch("SELECT * FROM system_config")}

    assert rows["queue.central_batch_size"]["constraints"] == {"minimum": 10, "maximum": 200}
    assert rows["monitoring.stuck_task_threshold"]["value"] == "600"
    assert len([row for row in rows.values() if row["value"] == row["default_value"]]) == len(rows) == 18
