"""Parts of a page that change while one looks: asked anew every few seconds, told once when that fails."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from nicegui import ui

from api.client_errors import ApiError, ApiUnreachableError
from dashboard.element import element
from dashboard.frame import Visit
from dashboard.problem import lines

SECONDS: Final = 2.0

Told = TypeVar("Told")


async def live(
    visit: Visit, ask: Callable[[], Awaitable[Told]], show: Callable[[Told], None], every: float = SECONDS
) -> None:
    """Show a part now, and anew whenever the answer has changed: what stays the same keeps its focus.

    While the API does not answer, the last state stays, with a note above it.
    """
    note = element("p", classes="stale", role="status")
    told = await ask()
    with element("div") as part:
        show(told)

    async def again() -> None:
        nonlocal told
        try:
            newest = await ask()
        except (ApiError, ApiUnreachableError) as error:
            note.text = " ".join(lines(error, visit.say))
            return
        note.text = ""
        if newest != told:
            told = newest
            part.clear()
            with part:
                show(told)

    ui.timer(every, again, immediate=False)
