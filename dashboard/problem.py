"""What went wrong, told to the person at the page: in the page while it is built, as a notice afterwards."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlencode

from nicegui import ui

from api.client_errors import ApiError, ApiUnreachableError
from dashboard.element import element, link
from dashboard.field import FIELDS, field_of
from dashboard.words import Words

SECONDS: Final = 3.0
"""Between two questions whether the API answers again."""


@contextmanager
def shown_in_page(say: Words, here: str, ask: Callable[[], Awaitable[object]]) -> Iterator[None]:
    """Show what the API refused where the page's content would have been; `here` is the page's address.

    Where the API cannot be reached, it is asked on, and the page comes by itself.
    """
    try:
        yield
    except (ApiError, ApiUnreachableError) as error:
        with element("div", classes="problem", role="alert"):
            element("h2", say("This cannot be shown"))
            tell(error, say, here)
            link(say("Try again"), here)
        if isinstance(error, ApiUnreachableError):
            ui.timer(SECONDS, _back_when(ask, here))


@contextmanager
def shown_as_notice(say: Words) -> Iterator[None]:
    """Tell what the API refused after a click; the page stays as it is."""
    try:
        yield
    except (ApiError, ApiUnreachableError) as error:
        ui.notify("\n".join(lines(error, say)), type="negative", multi_line=True, timeout=10_000, close_button="×")


def _back_when(ask: Callable[[], Awaitable[object]], here: str) -> Callable[[], Awaitable[None]]:
    async def look() -> None:
        try:
            await ask()
        except ApiUnreachableError:
            return
        except ApiError:
            pass  # it answers; the page tells what
        ui.navigate.to(here)

    return look


def tell(error: ApiError | ApiUnreachableError, say: Words, here: str) -> None:
    """Say what is wrong; who is known no more is led to the sign-in page, and back."""
    for each in lines(error, say):
        element("p", each)
    if isinstance(error, ApiError) and error.status == 401:
        link(say("Sign in again"), f"/sign-in?{urlencode({'next': here})}")


def lines(error: ApiError | ApiUnreachableError, say: Words) -> list[str]:
    """What to tell: the sentence, and what is wrong with each field."""
    if isinstance(error, ApiUnreachableError):
        return [say("The API cannot be reached. Is it running?")]
    if error.status == 401:
        return [say("The API does not know this key. Was it revoked?")]
    return [line(pointer, message, say) for pointer, message in error.errors] or [say.told(str(error))]


def messages(error: ApiError | ApiUnreachableError, say: Words) -> list[str]:
    """The same without the fields, for where it is plain what it is about."""
    if isinstance(error, ApiError) and error.errors:
        return [say.told(message) for _, message in error.errors]
    return lines(error, say)


def line(pointer: str, message: str, say: Words) -> str:
    """What is wrong with one part of a request, with the name that people know of it."""
    field = field_of(pointer)
    text = say.told(message)
    return say("{field}: {fault}", field=say(FIELDS.get(field, field)), fault=text) if field else text
