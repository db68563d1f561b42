"""Starts the parts of a stack in the order of their needs, keeps the children running, stops them in reverse."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.child import Child, RunningChild, launch
from stack.errors import ChildFailedError, StackError

PAUSES = (0.1, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds before each restart after a quick death; one more quick death and the child is given up.

A minute together: while its disk is full, a server dies anew at each start.
"""
STEADY = 60.0
"""A child that lived this many seconds did not die quickly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Work done once between the starts of children, such as migrations."""

    name: str
    run: Callable[[], Awaitable[None]]
    needs: tuple[str, ...] = ()


class KeptChild:
    """A child that is started again whenever it ends unasked."""

    def __init__(self, child: Child, logs: Path, say: Callable[[str], None]) -> None:
        self.child = child
        self.running: RunningChild | None = None
        self.ready = asyncio.Event()
        self.restarts = 0
        self._struck = False
        self._logs = logs
        self._say = say

    async def start(self) -> None:
        """Start it and wait until it is ready; raise `ChildFailedError` when it ends first."""
        self.running = await launch(self.child, self._logs)
        await self.running.until_ready()
        self.ready.set()

    def strike(self, number: signal.Signals | None) -> None:
        """Send it a signal, its own stop signal unless one is named; the death that follows is not its fault."""
        assert self.running is not None, "only a started child can be struck"
        self._struck = True
        self.ready.clear()
        os.kill(self.running.pid, number or self.child.stop_signal)

    async def keep(self) -> None:
        """Restart it after each end, until cancelled; raise `ChildFailedError` after several quick deaths."""
        quick = 0
        while True:
            assert self.running is not None, "keep() follows start()"
            running, how = self.running, await self.running.ended()
            self.ready.clear()
            quick = quick + 1 if time.monotonic() - running.started_at < STEADY else 1
            if self._struck:
                quick, self._struck = 1, False
            if quick > len(PAUSES):
                raise ChildFailedError(self.child.name, f"{how}, {quick} times in a row; giving up", running.log)
            self._say(f"{self.child.name} {how}: starting it again (log: {running.log})")
            await asyncio.sleep(PAUSES[quick - 1])
            await self._restart()

    async def _restart(self) -> None:
        self.restarts += 1
        try:
            await self.start()
        except ChildFailedError as error:
            self._say(str(error))
        else:
            self._say(f"{self.child.name} is back")

    async def stop(self) -> None:
        """Stop the process. Whoever keeps it must have been cancelled."""
        if self.running is not None:
            await self.running.stop()


class Supervisor:
    """Runs the children of one stack. `say` gets a line for a person about everything that is not routine."""

    def __init__(self, logs: Path, say: Callable[[str], None]) -> None:
        self._logs = logs
        self._say = say
        self._parts: list[Child | Step] = []
        self._ready: dict[str, asyncio.Event] = {}
        self._kept: dict[str, KeptChild] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)

    def pid(self, name: str) -> int:
        """Return the process id of a child's present process."""
        running = self._kept[name].running
        assert running is not None, "a kept child has been started"
        return running.pid

    def pids(self) -> dict[str, int]:
        """Return the present process of every child that runs, by its name."""
        return {name: kept.running.pid for name, kept in self._kept.items() if kept.running and kept.running.alive}

    @property
    def names(self) -> tuple[str, ...]:
        """Every child that was started, those that are held too."""
        return tuple(self._kept)

    def restarts(self, name: str) -> int:
        """How often a child has been started again."""
        return self._kept[name].restarts

    def strike(self, name: str, number: signal.Signals | None = None) -> None:
        """End a child as a fault would, by this signal or the one it is stopped by. It is started again.

        However often that happens, it is not given up.
        """
        self._kept[name].strike(number)

    async def hold(self, name: str) -> None:
        """Stop a child and leave it stopped until `release`. One that is held already stays so."""
        keeper = self._keepers.pop(name, None)
        if keeper is None:
            return
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        self._kept[name].ready.clear()
        await self._kept[name].stop()
        self._say(f"{name} is held down")

    async def release(self, name: str) -> None:
        """Start a child that was held, and wait until it is ready. One that runs is left alone."""
        if name not in self._keepers:
            kept = self._kept[name]
            await kept.start()
            self._keep(kept.child, kept)
            self._say(f"{name} is back")

    async def whole(self) -> None:
        """Wait until every child that must run is ready."""
        for kept in self._kept.values():
            if kept.child.essential:
                await kept.ready.wait()

    async def start(self, parts: Sequence[Child | Step]) -> None:
        """Start the parts, each once all its needs are ready; if one fails, stop all and raise `StackError`."""
        self._parts.extend(parts)
        self._ready.update({part.name: asyncio.Event() for part in parts})
        try:
            async with asyncio.TaskGroup() as group:
                for part in parts:
                    group.create_task(self._bring_up(part))
        except BaseExceptionGroup as failures:
            await self.stop()
            failed, _ = failures.split(StackError)
            raise failed.exceptions[0] if failed else failures from None
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def failed(self) -> None:
        """Wait, for as long as all goes well: raises when an essential child had to be given up."""
        await asyncio.shield(self._failure)

    async def stop(self) -> None:
        """Stop every child, one that others need after those others."""
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)
        self._keepers.clear()
        stopped = {name: asyncio.Event() for name in self._kept}
        await asyncio.gather(*(self._take_down(name, stopped) for name in self._kept))
        self._kept.clear()
        self._parts.clear()
        self._ready.clear()
        if not self._failure.cancel() and not self._failure.cancelled():
            self._failure.exception()  # seen: asyncio would log one that nobody waited for

    async def _bring_up(self, part: Child | Step) -> None:
        for need in part.needs:
            await self._ready[need].wait()
        if isinstance(part, Step):
            await part.run()
        else:
            await self._start_child(part)
        self._ready[part.name].set()

    async def _start_child(self, child: Child) -> None:
        kept = self._kept[child.name] = KeptChild(child, self._logs, self._say)
        try:
            await kept.start()
        except ChildFailedError as error:
            if child.essential:
                raise
            self._say(str(error))
            return
        self._keep(child, kept)

    def _keep(self, child: Child, kept: KeptChild) -> None:
        keeper = asyncio.create_task(kept.keep(), name=f"keep {child.name}")
        keeper.add_done_callback(lambda task: self._note_end(child, task))
        self._keepers[child.name] = keeper

    def _note_end(self, child: Child, keeper: asyncio.Task[None]) -> None:
        error = None if keeper.cancelled() else keeper.exception()
        if error is None:
            return
        if child.essential and not self._failure.done():
            self._failure.set_exception(error)
        else:
            self._say(str(error))

    async def _take_down(self, name: str, stopped: dict[str, asyncio.Event]) -> None:
        for other in self._kept:
            if other != name and name in self._all_needs(other):
                await stopped[other].wait()
        await self._kept[name].stop()
        stopped[name].set()

    def _all_needs(self, name: str) -> set[str]:
        """Everything a part needs, and what that needs."""
        needs = next((set(part.needs) for part in self._parts if part.name == name), set())
        return needs.union(*(self._all_needs(need) for need in needs))
