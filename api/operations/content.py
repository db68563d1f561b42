"""Content of templates and tasks: understood, tried, rendered; what is wrong is named with its part and line."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.problems import FieldError, InvalidError
from content.errors import ContentError
from content.template import Rendered, compile_content

ADDRESS = "email"
"""The one variable that every contact has."""


@dataclass(frozen=True, slots=True)
class Source:
    """Subject and bodies as they were written."""

    subject: str
    html: str | None
    text: str | None


async def understood(source: Source, pointer: str = "#") -> list[str]:
    """Try content within limits; the fields it cannot do without."""
    try:
        content = compile_content(source.subject, source.html, source.text)
    except ContentError as error:
        raise _refused(error, pointer) from None
    return sorted(content.variables - {ADDRESS})


async def rendered(source: Source, fields: Mapping[str, object]) -> Rendered:
    """Render content for one contact, within limits."""
    try:
        return compile_content(source.subject, source.html, source.text).render(fields)
    except ContentError as error:
        raise _refused(error, "#") from None


def _refused(error: ContentError, pointer: str) -> InvalidError:
    place = f"{pointer}/{error.part}" if error.part else pointer
    message = f"line {error.line}: {error.message}" if error.line else error.message
    return InvalidError(str(error), [FieldError(place, message)])
