"""Parts of a page that change while one looks: asked anew every few seconds, redrawn only where the answer differs."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from nicegui import ui
from nicegui.element import Element

from api.client_errors import ApiError, ApiUnreachableError
from dashboard.element import element
from dashboard.frame import Visit

SECONDS: Final = 2.0
REST: Final = 20
"""Times that an answer took are left until the next question: a slow one is not asked for again and again."""

Told = TypeVar("Told")
Ask = Callable[[], Awaitable[Told]]
InPlace = Callable[[Told], bool]
Show = Callable[[Told], InPlace[Told] | None]
"""May return what shows a newer answer in place; where that returns False, the part is built anew."""
View = tuple[Callable[[Told], object], Show[Told]]
"""What of an answer a part depends on, and what shows it."""


class Part(Generic[Told]):
    """One part, as it stands."""

    def __init__(self, view: View[Told], told: Told) -> None:
        self._depends_on, self._show = view
        with element("div", data_live="") as self._element:
            self._in_place = self._show(told)

    def change(self, before: Told, newest: Told) -> None:
        """Show a newer answer where it differs in what the part depends on."""
        if self._element.is_deleted or self._depends_on(before) == self._depends_on(newest):
            return
        if self._in_place is None or not self._in_place(newest):
            self._element.clear()
            with self._element:
                self._in_place = self._show(newest)


async def live(visit: Visit, ask: Ask[Told], show: Show[Told], every: float = SECONDS) -> Told:
    """Show an answer now, and anew whenever it has changed; returns the first."""
    return await live_parts(visit, ask, [(lambda told: told, show)], every)


async def live_parts(visit: Visit, ask: Ask[Told], views: Sequence[View[Told]], every: float = SECONDS) -> Told:
    """Show one answer in several parts: what a person may be about to press stays while numbers beside it change.

    While the API does not answer, the last state stays, and the page says so once. The script of the pages keeps focus
    and unfolded details over a redrawing.
    """
    told = first = await ask()
    parts = [Part(view, first) for view in views]
    one_at_a_time = asyncio.Lock()

    async def again() -> None:
        nonlocal told
        async with one_at_a_time:
            began = time.monotonic()
            try:
                newest = await ask()
            except (ApiError, ApiUnreachableError) as error:
                visit.late.failed(again, error)
                return
            finally:
                timer.interval = max(every, REST * (time.monotonic() - began))
            visit.late.answered(again)
            before, told = told, newest
            for part in parts:
                part.change(before, newest)

    visit.parts.append(again)
    timer = ui.timer(every, again, immediate=False)
    return first


async def side_by_side(*parts: Callable[[], Awaitable[object]]) -> None:
    """Ask for several parts of a page at once; each is shown in its place, in the order given."""

    async def within(place: Element, part: Callable[[], Awaitable[object]]) -> None:
        with place:
            await part()

    await asyncio.gather(*[within(element("div"), part) for part in parts])
