"""What went wrong, told to the person at the page: in the page while it is built, as a notice afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from api.client_errors import ApiError, ApiUnreachableError
from dashboard.element import element
from dashboard.words import Words


@contextmanager
def shown_in_page(say: Words) -> Iterator[None]:
    """Show what the API refused where the page's content would have been."""
    try:
        yield
    except (ApiError, ApiUnreachableError) as error:
        with element("div", classes="problem", role="alert"):
            element("h2", say("This cannot be shown"))
            for line in lines(error, say):
                element("p", line)
            ui.link(say("Try again"), ui.context.client.request.url.path)


@contextmanager
def shown_as_notice(say: Words) -> Iterator[None]:
    """Tell what the API refused after a click; the page stays as it is."""
    try:
        yield
    except (ApiError, ApiUnreachableError) as error:
        ui.notify("\n".join(lines(error, say)), type="negative", multi_line=True, timeout=10_000, close_button="×")


def lines(error: ApiError | ApiUnreachableError, say: Words) -> list[str]:
    """What to tell: the sentence, and what is wrong with each field."""
    if isinstance(error, ApiUnreachableError):
        return [say("The API cannot be reached. Is it running?")]
    if error.status == 401:
        return [say("The API does not know this key. Was it revoked?")]
    return [f"{field_of(pointer)}: {message}" for pointer, message in error.errors] or [str(error)]


def field_of(pointer: str) -> str:
    """The field of the body that a pointer of the API leads to or into: `name` for `#/name` and `#/name/0`."""
    return pointer.removeprefix("#").lstrip("/").partition("/")[0]
