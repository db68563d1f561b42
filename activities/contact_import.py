"""Merges staged contact files into contacts and lists."""

import asyncpg
from temporalio import activity

from contracts.contact_import import ImportTotals, MergeImport
from database.queries import contact_merge

CHUNK_ROWS = 20_000
"""Large enough that a chunk's own cost is small, small enough that one lasts about a second."""


class ContactImportActivities:
    """Holds the connections on which imports are merged."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    @activity.defn(name="contact_import.merge")
    async def merge(self, order: MergeImport) -> ImportTotals | None:
        """Merge all that is staged; none if the import was deleted meanwhile.

        Run again, it goes on with the first row that is not merged yet. Rows the database refuses for good end the
        import as failed: what was merged before stays, and can be merged again.
        """
        try:
            await self._merge_all(order)
        except (asyncpg.DataError, asyncpg.CheckViolationError) as error:
            activity.logger.exception("import %s cannot be merged", order.import_id)
            async with self._pool.acquire() as connection, connection.transaction():
                await contact_merge.fail_merge(connection, order.import_id, f"the database refused a row: {error}")
        async with self._pool.acquire() as connection:
            return await contact_merge.import_totals(connection, order.import_id)

    async def _merge_all(self, order: MergeImport) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await contact_merge.begin_merge(connection, order.import_id)
        after = 0
        while True:
            activity.heartbeat(after)
            async with self._pool.acquire() as connection, connection.transaction():
                chunk = await contact_merge.merge_chunk(connection, order.import_id, after, CHUNK_ROWS)
            if chunk is None:
                break
            after = chunk.last_line
        async with self._pool.acquire() as connection:
            await contact_merge.finish_merge(connection, order.import_id)
