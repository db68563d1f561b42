"""The whole simulator: all providers and the control endpoint, from their start to an orderly end."""

import json
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from stack.files import write_private
from stack.simulator.config import SimulatorConfig
from stack.simulator.control import serve_control
from stack.simulator.journal import Journal
from stack.simulator.mailboxes import Mailboxes
from stack.simulator.provider import World
from stack.simulator.providers import Simulator
from stack.simulator.rules import Memory


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what the providers show to their clients."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


@asynccontextmanager
async def running(config: SimulatorConfig) -> AsyncIterator[tuple[Simulator, int]]:
    """Run a simulator and its control endpoint, whose port is given; the ready file is written last."""
    tls = tls_context(config.certificate, config.key) if config.certificate and config.key else None
    async with AsyncExitStack() as cleanup:
        journal = Journal(config.journal)
        cleanup.callback(journal.close)
        mailboxes = Mailboxes(config.mailboxes) if config.mailboxes else None
        simulator = Simulator(World(journal, Memory(config.seed), tls, mailboxes))
        cleanup.push_async_callback(simulator.close)
        for provider in config.providers:
            await simulator.add(provider)
        control_port = await cleanup.enter_async_context(serve_control(simulator, config.control_port))
        if config.ready is not None:
            _write_ready(config.ready, simulator, control_port)
            cleanup.callback(config.ready.unlink, missing_ok=True)
        yield simulator, control_port


def _write_ready(path: Path, simulator: Simulator, control_port: int) -> None:
    ports = {name: provider.port for name, provider in simulator.providers.items()}
    write_private(path, json.dumps({"pid": os.getpid(), "control_port": control_port, "ports": ports}))
