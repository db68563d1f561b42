"""Loops that outlive whatever goes wrong in them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.service import RPCError

from database.errors import UNREACHABLE


@contextmanager
def endured(log: logging.Logger, what: str) -> Iterator[None]:
    """One turn of a loop that has no end: outages are waited out, and a fault of ours ends no more than this turn.

    For outermost loops only: without it, what the loop does would stop, and nobody would notice. `what` says for the
    log that the turn failed, such as "not reconciled".
    """
    try:
        yield
    except (*UNREACHABLE, RPCError) as error:
        log.warning("%s, trying again: %s", what, error or type(error).__name__)
    except Exception:
        log.exception("%s, trying again", what)
