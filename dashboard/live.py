"""Parts of a page that change while one looks: asked anew every few seconds, told once when that fails."""

import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from nicegui import ui

from api.client_errors import ApiError, ApiUnreachableError
from dashboard.element import element
from dashboard.frame import Visit
from dashboard.problem import lines

SECONDS: Final = 2.0
REST: Final = 20
"""Times that an answer took are left until the next question: a slow one is not asked for again and again."""

Told = TypeVar("Told")
InPlace = Callable[[Told], bool]
Show = Callable[[Told], InPlace[Told] | None]


async def live(visit: Visit, ask: Callable[[], Awaitable[Told]], show: Show[Told], every: float = SECONDS) -> None:
    """Show a part now, and anew whenever the answer has changed: what stays the same keeps its focus.

    `show` may return what shows a newer answer in place; where that returns False, the part is built anew. While the
    API does not answer, the last state stays, with a note above it.
    """
    note = element("p", classes="stale", role="status")
    told = await ask()
    with element("div") as part:
        in_place = show(told)

    async def again() -> None:
        nonlocal told, in_place
        began = time.monotonic()
        try:
            newest = await ask()
        except (ApiError, ApiUnreachableError) as error:
            note.text = " ".join(lines(error, visit.say))
            return
        finally:
            timer.interval = max(every, REST * (time.monotonic() - began))
        note.text = ""
        if newest == told:
            return
        told = newest
        if in_place is None or not in_place(newest):
            part.clear()
            with part:
                in_place = show(newest)

    timer = ui.timer(every, again, immediate=False)
