"""The web server of the API and of the dashboard."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn

from runtime.serving import on_leave


class WebServer(uvicorn.Server):
    """Leaves once: uvicorn would raise the signal again, and end the process before its resources are closed."""

    def __init__(self, config: uvicorn.Config, leaving: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self._leaving = leaving

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Have the signals end this server; answers under way get the time that its `config` says."""
        on_leave(self._leave)
        yield

    def _leave(self) -> None:
        if self._leaving is not None:
            self._leaving()
        self.should_exit = True
