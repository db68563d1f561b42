"""Content that comes with tasks, checked once: a program sends the same letter with each of its tasks."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from api.kept import Kept
from api.operations.content import CheckedContent, checked
from api.schemas.sending_rule import VariantIn
from api.schemas.template import ContentIn
from content.trial import TemplateTrial

FRESH_SECONDS = 60.0
KEPT = 20
"""Contents; of the longest that a body may hold they take forty megabytes."""


class ContentOrder(Protocol):
    """What may bring content along."""

    @property
    def content(self) -> ContentIn | None: ...  # noqa: D102 - its name says it
    @property
    def variants(self) -> Sequence[VariantIn] | None: ...  # noqa: D102 - its name says it


class InlineContents:
    """Checks the same content at most once a minute, for it says the same each time; a refusal is not kept."""

    def __init__(self, trial: TemplateTrial, clock: Callable[[], float] = time.monotonic) -> None:
        self._trial = trial
        self._checked = Kept(self._check, FRESH_SECONDS, KEPT, clock)

    async def checked(self, order: ContentIn, pointer: str = "#/content") -> CheckedContent:
        """What was found of a task's content; refused as `api.operations.content.checked` does."""
        return await self._checked.get((order, pointer))

    async def of_order(self, order: ContentOrder, pointer: str = "#") -> CheckedContent | None:
        """The content that came with an order, or of variants the first, which needs the fields of all; else None."""
        if order.content is not None:
            return await self.checked(order.content, f"{pointer}/content")
        found = [
            await self.checked(
                ContentIn(subject=variant.subject, html=variant.html, text=variant.text),
                f"{pointer}/variants/{place}",
            )
            for place, variant in enumerate(order.variants or ())
        ]
        if not found:
            return None
        return CheckedContent(found[0].content, sorted({name for each in found for name in each.variables}))

    async def _check(self, asked: tuple[ContentIn, str]) -> CheckedContent:
        return await checked(self._trial, *asked)
