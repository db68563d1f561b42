"""The Temporal client of a process."""

import asyncio
import logging
from contextlib import suppress

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import GrpcCompression, RPCError

from runtime.settings import TemporalSettings
from runtime.traces import Traces

log = logging.getLogger(__name__)

AGAIN = 2.0
"""Seconds between two tries to reach a server that is down."""


async def connect(settings: TemporalSettings, traces: Traces | None = None, *, lazy: bool) -> Client:
    """Make a client. A lazy one connects at its first call, so a process can start while Temporal is down.

    Payloads are pydantic (3 to 20 times faster than the default converter); no compression, which costs more than it
    saves inside one network.
    """
    return await Client.connect(
        settings.address,
        namespace=settings.namespace,
        data_converter=pydantic_data_converter,
        lazy=lazy,
        grpc_compression=GrpcCompression.NONE,
        interceptors=traces.interceptors if traces is not None else [],
    )


async def connect_worker(settings: TemporalSettings, traces: Traces, stop: asyncio.Event) -> Client:
    """Make the client a worker needs: connected, however long Temporal is away; a lazy one once `stop` is set."""
    while not stop.is_set():
        try:
            return await connect(settings, traces, lazy=False)
        except (RuntimeError, RPCError) as error:  # the SDK's connection failures are plain RuntimeErrors
            log.warning("Temporal at %s is not reachable, trying again: %s", settings.address, error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN)
    return await connect(settings, traces, lazy=True)
