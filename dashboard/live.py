"""Parts of a page that change while one looks: asked anew every few seconds, redrawn only where the answer differs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from nicegui import ui
from nicegui.element import Element

from api.client_errors import ApiError, ApiUnreachableError
from dashboard.element import element
from dashboard.frame import Visit

SECONDS: Final = 2.0

Told = TypeVar("Told")
Ask = Callable[[], Awaitable[Told]]
Show = Callable[[Told], None]
View = tuple[Callable[[Told], object], Show[Told]]
"""What of an answer a part depends on, and what shows it."""


async def live(visit: Visit, ask: Ask[Told], show: Show[Told], every: float = SECONDS) -> Told:
    """Show an answer now, and anew whenever it has changed; returns the first."""
    return await live_parts(visit, ask, [(lambda told: told, show)], every)


async def live_parts(visit: Visit, ask: Ask[Told], views: Sequence[View[Told]], every: float = SECONDS) -> Told:
    """Show one answer in several parts: what a person may be about to press stays while numbers beside it change.

    While the API does not answer, the last state stays, and the page says so once. The script of the pages keeps focus
    and unfolded details over a redrawing.
    """
    told = first = await ask()
    parts = []
    for _, show in views:
        with element("div", data_live="") as part:
            show(told)
        parts.append(part)
    one_at_a_time = asyncio.Lock()

    async def again() -> None:
        nonlocal told
        async with one_at_a_time:
            try:
                newest = await ask()
            except (ApiError, ApiUnreachableError) as error:
                visit.late.failed(again, error)
                return
            visit.late.answered(again)
            before, told = told, newest
            for part, (depends_on, show) in zip(parts, views, strict=True):
                if depends_on(before) != depends_on(newest) and not part.is_deleted:
                    part.clear()
                    with part:
                        show(newest)

    visit.parts.append(again)
    ui.timer(every, again, immediate=False)
    return first


async def side_by_side(*parts: Callable[[], Awaitable[object]]) -> None:
    """Ask for several parts of a page at once; each is shown in its place, in the order given."""

    async def within(place: Element, part: Callable[[], Awaitable[object]]) -> None:
        with place:
            await part()

    await asyncio.gather(*[within(element("div"), part) for part in parts])
