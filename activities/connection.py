"""Connections to services, each owned through a reservation for as long as it is open.

A connection that is given back goes to whoever in this process waits for the same service. If nobody does, a mailbox's
is closed and its reservation released, so that another worker may have it; a relay's stays open for a while.
"""

import asyncio
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from database.errors import UNREACHABLE
from database.ledger import Ledger
from database.queries.reservation import Reservation
from mail.errors import ServiceFaultError
from mail.transport import Account, Transport

KEEP_IDLE = 15.0
"""Seconds a relay's connection waits for its next mail."""
LONGEST_USE = 60.0
"""Seconds after which a connection is not handed on: host, login and sender of a service are read when it is opened."""
ASK_AGAIN = 0.1
"""Seconds between two tries to get a connection that another process holds."""


class NoConnectionError(Exception):
    """The permit ended before a connection was to be had; the text is the reason: held, or why the service failed."""


@dataclass(slots=True, eq=False)
class Connection:
    """One open connection and the right to use it."""

    reservation: Reservation
    transport: Transport
    opened_at: float = field(default_factory=monotonic)
    closing: asyncio.TimerHandle | None = None


Place = tuple[int, int, "asyncio.Future[Connection | Reservation]"]
"""A place in a service's queue: turn, something to tell equals apart, and what the connection is handed through, or the
right to open one."""


class Connections:
    """All connections of this process. `dial` makes an unopened transport; `unseal` opens a sealed password."""

    def __init__(
        self, ledger: Ledger, dial: Callable[[Account], Transport], unseal: Callable[[UUID, bytes], str]
    ) -> None:
        self._ledger = ledger
        self._dial = dial
        self._unseal = unseal
        self._open: set[Connection] = set()
        self._idle: defaultdict[UUID, list[Connection]] = defaultdict(list)
        self._waiting: defaultdict[UUID, list[Place]] = defaultdict(list)
        self._asking: dict[UUID, asyncio.Task[None]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def held(self) -> list[Reservation]:
        """What must be renewed."""
        return [connection.reservation for connection in self._open]

    async def acquire(self, service_id: UUID, turn: int, seconds: float) -> Connection:
        """Have an open connection within so many seconds, or raise `NoConnectionError`; the lowest `turn` goes first.

        A failure to connect is the service's: it is rested, and no mail is touched.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._idle_connection(service_id) or await self._next_free(service_id, turn)
        except TimeoutError:
            raise NoConnectionError("connection_held") from None

    async def _idle_connection(self, service_id: UUID) -> Connection | None:
        while idle := self._idle[service_id]:
            connection = idle.pop()
            if connection.closing is not None:
                connection.closing.cancel()
            if connection.transport.usable:
                return connection
            await self._close(connection)
        return None

    async def _next_free(self, service_id: UUID, turn: int) -> Connection:
        """Wait for one that is given back in this process, or for a reservation to open one with."""
        handed: asyncio.Future[Connection | Reservation] = asyncio.get_running_loop().create_future()
        queue, place = self._waiting[service_id], (turn, id(handed), handed)
        insort(queue, place)
        if service_id not in self._asking:
            self._asking[service_id] = self._later(self._ask(service_id))
        try:
            found = await handed
        except asyncio.CancelledError:
            if not handed.cancelled() and handed.exception() is None:
                self._return(handed.result())
            raise
        finally:
            queue.remove(place)
        return found if isinstance(found, Connection) else await self._connect(found)

    async def _ask(self, service_id: UUID) -> None:
        """Reserve connections for as long as somebody waits: one asks for all, however many permits wait."""
        try:
            while self._first(service_id) is not None:
                try:
                    reservation = await self._ledger.take(service_id)
                except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
                    if (first := self._first(service_id)) is not None:
                        first.set_exception(error)
                    continue
                if reservation is not None:
                    self._return(reservation)
                else:
                    await asyncio.sleep(ASK_AGAIN)
        finally:
            del self._asking[service_id]

    def _first(self, service_id: UUID) -> "asyncio.Future[Connection | Reservation] | None":
        """Whose turn it is."""
        return next((handed for _, _, handed in self._waiting.get(service_id, ()) if not handed.done()), None)

    def _return(self, found: Connection | Reservation) -> None:
        """Hand on what was not used."""
        if isinstance(found, Connection):
            self.give_back(found)
        elif (first := self._first(found.service_id)) is not None:
            first.set_result(found)
        else:
            self._later(self._ledger.release(found))

    async def _connect(self, reservation: Reservation) -> Connection:
        connection = None
        try:
            connection = Connection(reservation, self._dial(self._account(reservation)))
            self._open.add(connection)
            await connection.transport.open()
        except ServiceFaultError as error:
            # Shielded: a permit that ends meanwhile must leave nothing held.
            await asyncio.shield(self._later(self._rest(connection, reservation, error)))
            raise NoConnectionError(error.reason) from error
        except BaseException:
            self._later(self._discard(connection, reservation))
            raise
        return connection

    async def _rest(self, connection: Connection | None, reservation: Reservation, error: ServiceFaultError) -> None:
        """Give the service a pause before anyone else may try it."""
        try:
            with suppress(*UNREACHABLE):
                await self._ledger.rest(reservation.service_id, f"{error.reason}: {error.text}")
        finally:
            await self._discard(connection, reservation)

    def _account(self, reservation: Reservation) -> Account:
        sealed = reservation.password_sealed
        password = self._unseal(reservation.service_id, sealed) if sealed is not None else None
        return Account(reservation.host, reservation.port, reservation.security, reservation.username, password)

    def give_back(self, connection: Connection) -> None:
        """Let the next one have it, keep it, or close it."""
        service_id = connection.reservation.service_id
        if not connection.transport.usable or monotonic() - connection.opened_at > LONGEST_USE:
            self._later(self._close(connection))
            return
        if (first := self._first(service_id)) is not None:
            first.set_result(connection)
            return
        if connection.reservation.kind == "mailbox":
            self._later(self._close(connection))
            return
        self._idle[service_id].append(connection)
        connection.closing = asyncio.get_running_loop().call_later(KEEP_IDLE, self._expire, connection)

    def _expire(self, connection: Connection) -> None:
        idle = self._idle[connection.reservation.service_id]
        if connection in idle:
            idle.remove(connection)
            self._later(self._close(connection))

    async def _close(self, connection: Connection) -> None:
        await connection.transport.quit()
        await self._discard(connection, connection.reservation)

    async def _discard(self, connection: Connection | None, reservation: Reservation) -> None:
        if connection is not None:
            connection.transport.abort()
            self._open.discard(connection)
        await self._ledger.release(reservation)

    def _later(self, work: Coroutine[object, object, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return task

    async def close(self) -> None:
        """Close what is idle and wait for what is closing."""
        for idle in list(self._idle.values()):
            for connection in list(idle):
                if connection.closing is not None:
                    connection.closing.cancel()
                self._expire(connection)
        if self._closing:
            await asyncio.wait(self._closing)
