"""How much a rendering may cost, and the account that is kept of it.

A template is a program by a stranger. Three things bound it: values have a largest size, so no single operation is
dear; every operation and every turn of a loop is a step, and steps are counted; and processor time is looked at between
them.
"""

import time
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one rendering may use."""

    output_bytes: int = 1_000_000
    """Of html or text, in UTF-8."""
    subject_characters: int = 998
    steps: int = 50_000
    """Operations and turns of loops."""
    cpu_seconds: float = 1.0
    """Processor time of this thread: a busy machine makes no mail fail."""


MAX_SOURCE = 500_000
"""Characters of one part of a template."""
MAX_NODES = 5_000
"""Statements, expressions and stretches of text in one part: compiling takes about 0.2 ms for each."""
MAX_VALUE = 250_000
"""Characters of a value inside a template."""
MAX_ITEMS = 10_000
"""Items of a list inside a template."""
MAX_NUMBER = 10**18
CHARACTERS_PER_STEP = 100
ITEMS_PER_STEP = 10
"""Of a new text or list. So all values of a rendering together stay within a few megabytes."""
STEPS_PER_LOOK = 25
"""Between two looks at the processor time: a look costs more than a step."""


class LimitError(Exception):
    """A template asked for more than it may have."""


class Budget:
    """What one rendering has left."""

    def __init__(self, limits: Limits) -> None:
        self._steps = limits.steps
        self._look_at = limits.steps - STEPS_PER_LOOK
        self._deadline = time.thread_time() + limits.cpu_seconds

    def charge(self, steps: int = 1) -> None:
        """Pay for `steps`. Raises `LimitError` when there is nothing left to pay with."""
        self._steps -= steps
        if self._steps < 0:
            raise LimitError("the template takes too many steps; use fewer or shorter loops")
        if self._steps > self._look_at:
            return
        self._look_at = self._steps - STEPS_PER_LOOK
        if time.thread_time() > self._deadline:
            raise LimitError("the template takes too long to render")


CURRENT: ContextVar[Budget] = ContextVar("rendering_budget")
"""The budget of the rendering that is under way in this context."""


def charge(steps: int = 1) -> None:
    """Pay out of the budget of the rendering under way."""
    CURRENT.get().charge(steps)


def bounded(value: object) -> object:
    """Let pass a value of bearable size. Raises `LimitError` for others."""
    if isinstance(value, str):
        if len(value) > MAX_VALUE:
            raise LimitError(f"a value is longer than {MAX_VALUE} characters")
    elif isinstance(value, int | float):
        if abs(value) > MAX_NUMBER:
            raise LimitError("a number is larger than 10 to the 18th")
    elif isinstance(value, list | tuple | range) and len(value) > MAX_ITEMS:
        raise LimitError(f"a list has more than {MAX_ITEMS} items")
    return value
