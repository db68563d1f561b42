"""A server that says goodbye: for a moment its connections look open, and whatever they are given fails oddly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

from sqlalchemy.engine import make_url

from database.connect import create_pool
from database.ledger import Ledger
from database.queries.ledger import Record
from tests.integration.ledger.world import UPLOAD_LIMIT, World

TERMINATE = "SELECT pg_terminate_backend($1)"


class Relay:
    """Stands before PostgreSQL and keeps from its clients that the server has hung up, until they speak again."""

    def __init__(self, host: str, port: int) -> None:
        self.hung_up = asyncio.Event()
        """The server has said its last word, and it has been passed on."""
        self._host = host
        self._port = port
        self._serving: set[asyncio.Task[None] | None] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.current_task())
        from_server, to_server = await asyncio.open_connection(self._host, self._port)
        with closing(writer), closing(to_server):
            down = asyncio.create_task(self._pass_on(from_server, writer))
            while not down.done() and (heard := await reader.read(65_536)) and not down.done():
                to_server.write(heard)
            down.cancel()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while heard := await reader.read(65_536):
                writer.write(heard)
                await writer.drain()
        self.hung_up.set()

    async def ended(self) -> None:
        """Wait until its clients have left."""
        await asyncio.gather(*(task for task in self._serving if task is not None))


@asynccontextmanager
async def relayed(database_url: str) -> AsyncIterator[tuple[str, Relay]]:
    """Run a relay; gives the URL of the database behind it."""
    url = make_url(database_url)
    relay = Relay(url.host or "", url.port or 5432)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False), relay
        await relay.ended()


async def test_a_record_on_a_connection_whose_server_has_just_died_is_written_all_the_same(
    world: World, database_url: str
) -> None:
    permit, _ = await world.claim_one(await world.service(), await world.task(mails=1))
    assert await world.mark(permit)

    async with relayed(database_url) as (url, relay):
        pool = await create_pool(url, size=1)
        async with pool.acquire() as connection:
            backend = connection.get_server_pid()
        await world.pool.execute(TERMINATE, backend)
        await relay.hung_up.wait()
        await world.pool.fetchval("SELECT 1")  # by its answer, the goodbye has been read

        recorded = await Ledger(pool, "worker", UPLOAD_LIMIT).record(
            Record(permit.id, "sent", mail_begun=True, dot_sent=True)
        )
        pool.terminate()

    assert recorded == "sent"
