"""Short steps of a workflow: tried at once inside the workflow task, and taken patiently where that fails."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import FailureError

from workflows.options import AT_ONCE, LEDGER

Answer = TypeVar("Answer")


async def at_once(step: Callable[..., Coroutine[Any, Any, Answer]], order: object) -> Answer:
    """Run an activity of milliseconds as a local one, which spares a round trip through Temporal (decision 0018).

    A failed try is followed by an ordinary activity: its retries during an outage add no events to the history.
    """
    with suppress(FailureError):
        return await workflow.execute_local_activity_method(step, order, **AT_ONCE)
    return await workflow.execute_activity_method(step, order, **LEDGER)
