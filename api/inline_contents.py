"""Content that comes with tasks, checked once: a program sends the same letter with each of its tasks."""

import time
from collections.abc import Callable

from api.kept import Kept
from api.operations.content import CheckedContent, checked
from api.schemas.template import ContentIn
from content.trial import TemplateTrial

FRESH_SECONDS = 60.0
KEPT = 20
"""Contents; of the longest that a body may hold they take forty megabytes."""


class InlineContents:
    """Checks the same content at most once a minute, for it says the same each time; a refusal is not kept."""

    def __init__(self, trial: TemplateTrial, clock: Callable[[], float] = time.monotonic) -> None:
        self._trial = trial
        self._checked = Kept(self._check, FRESH_SECONDS, KEPT, clock)

    async def checked(self, order: ContentIn) -> CheckedContent:
        """What was found of a task's content; refused as `api.operations.content.checked` does."""
        return await self._checked.get(order)

    async def _check(self, order: ContentIn) -> CheckedContent:
        return await checked(self._trial, order, "#/content")
