"""Content of templates and tasks: tried in a child process, understood, rendered; faults are named with their place."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from api.problems import FieldError, InvalidError
from api.schemas.template import ContentIn
from content.errors import ContentError, MissingFieldError, RenderError
from content.field import GIVEN
from content.template import Rendered, compile_content
from content.trial import Content, TemplateTrial

SAMPLE = "sample"
EXAMPLE_LINKS = {name: f"https://example.com/{name}" for name in ("unsubscribe_url", "preferences_url")}


@dataclass(frozen=True, slots=True)
class CheckedContent:
    """Content of which mails can be made."""

    content: Content
    variables: list[str]
    """Fields that it cannot do without."""


async def checked(trial: TemplateTrial, order: ContentIn, pointer: str = "#") -> CheckedContent:
    """Refuse what no mail can be made of; compile and render it where it can do no harm first.

    That a sample is of the wrong type is not held against it: a field may have to be a number.
    """
    content = Content(order.subject, order.html or None, order.text or None)
    try:
        await _tried(trial, content, dict.fromkeys(GIVEN, SAMPLE))
        compiled = compile_content(content.subject, content.html, content.text)
        if compiled.variables - GIVEN:
            await _tried(trial, content, dict.fromkeys(compiled.variables | GIVEN, SAMPLE))
    except ContentError as error:
        raise _refused(error, pointer) from None
    return CheckedContent(content, sorted(compiled.variables - GIVEN))


async def rendered(trial: TemplateTrial, content: Content, fields: Mapping[str, object]) -> Rendered:
    """Render content for one contact, within limits."""
    try:
        return await trial.try_template(content, fields)
    except MissingFieldError as error:
        message = f"{error}. Give it a value, or the template a default"
        raise InvalidError(message, [FieldError(f"#/fields/{error.field}", error.message)]) from None
    except ContentError as error:
        raise _refused(error, "#") from None


async def _tried(trial: TemplateTrial, content: Content, fields: Mapping[str, object]) -> None:
    try:
        await trial.try_template(content, fields)
    except MissingFieldError:
        pass
    except RenderError:
        if not await asyncio.to_thread(_is_wrong_type, content, fields):
            raise


def _is_wrong_type(content: Content, fields: Mapping[str, object]) -> bool:
    """Find why it fails, which the child cannot tell; it is known by now to do so within limits."""
    try:
        compile_content(content.subject, content.html, content.text).render(fields)
    except RenderError as error:
        return isinstance(error.__cause__, TypeError | ValueError)
    return True


def _refused(error: ContentError, pointer: str) -> InvalidError:
    place = f"{pointer}/{error.part}" if error.part else pointer
    message = f"line {error.line}: {error.message}" if error.line else error.message
    return InvalidError(str(error), [FieldError(place, message)])
