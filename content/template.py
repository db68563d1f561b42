"""Templates of mails: compiled once, then rendered for each contact within limits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from jinja2 import Template, TemplateSyntaxError

from content.errors import MissingFieldError, Part, RenderError, TemplateError
from content.functions import scalar
from content.grammar import Instrument, NotAllowedError, check, fields_first
from content.limits import CURRENT, MAX_SOURCE, Budget, LimitError, Limits, bounded
from content.sandbox import MissingValueError, Sandbox
from content.text import html_to_text
from content.variables import Uses, find_uses

HTML = Sandbox(autoescape=True)
PLAIN = Sandbox(autoescape=False)
DEFAULT_LIMITS = Limits()

NO_CHARACTER_OF_A_LINE = re.compile("[\\x00-\\x20\\x7f-\\x9f\u2028\u2029\\ud800-\\udfff]+")
"""What a rendered subject has one space for: line ends would break its header."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's words."""

    subject: str
    """One line."""
    html: str | None
    text: str


class CompiledContent:
    """A template that has been understood; see `compile_content`. Holds no state between renderings."""

    def __init__(self, templates: Mapping[Part, Template], variables: frozenset[str], optional: frozenset[str]) -> None:
        self._templates = templates
        self.variables = variables
        """Fields that every contact must have."""
        self.optional = optional
        """Fields the template asks about before it uses them."""

    def render(self, fields: Mapping[str, object], limits: Limits = DEFAULT_LIMITS) -> Rendered:
        """Fill in one contact's fields: strings and numbers; None counts as missing.

        Raises `MissingFieldError` with the field's name, or `RenderError`.
        """
        values = {name: _field_value(name, value) for name, value in fields.items() if value is not None}
        reset = CURRENT.set(Budget(limits))
        try:
            subject = self._write("subject", values, limits.subject_characters * 4)
            html = self._write("html", values, limits.output_bytes) if "html" in self._templates else None
            text = self._write("text", values, limits.output_bytes) if "text" in self._templates else None
        finally:
            CURRENT.reset(reset)
        line = NO_CHARACTER_OF_A_LINE.sub(" ", subject).strip()
        if len(line) > limits.subject_characters:
            raise RenderError("subject", None, f"it is longer than {limits.subject_characters} characters")
        return Rendered(line, html, html_to_text(html or "") if text is None else text)

    def _write(self, part: Part, values: Mapping[str, object], most_bytes: int) -> str:
        """Render one part, chunk by chunk, so that a part that gets too long is never whole in memory."""
        budget = CURRENT.get()
        chunks, size = [], 0
        try:
            for chunk in self._templates[part].generate(values):
                size += len(chunk) if chunk.isascii() else len(chunk.encode("utf-8", "replace"))
                if size > most_bytes:
                    raise LimitError(f"it gets longer than {most_bytes} bytes")  # noqa: TRY301 - as charge() does
                budget.charge()
                chunks.append(chunk)
        except Exception as error:  # noqa: BLE001 - a template can fail in any way Python can
            _explain(part, error)
        return "".join(chunks)


def compile_content(subject: str, html: str | None = None, text: str | None = None) -> CompiledContent:
    """Understand a template. Without `text`, the text part is made of the rendered html.

    Raises `TemplateError`, which names part and line. Compiling runs nothing of the template, but takes time by its
    length: for a stranger's template see `content.trial`.
    """
    sources: dict[Part, str | None] = {"subject": subject, "html": html, "text": text}
    if not subject.strip():
        raise TemplateError("subject", None, "a mail needs a subject")
    if not ((html or "").strip() or (text or "").strip()):
        raise TemplateError(None, None, "a mail needs html or text")
    templates: dict[Part, Template] = {}
    required: set[str] = set()
    mentioned: set[str] = set()
    for part, source in sources.items():
        if source is not None and source.strip():
            templates[part], uses = _compile(part, source)
            required |= uses.required.keys()
            mentioned |= uses.mentioned
    return CompiledContent(templates, frozenset(required), frozenset(mentioned - required))


def _compile(part: Part, source: str) -> tuple[Template, Uses]:
    if len(source) > MAX_SOURCE:
        raise TemplateError(part, None, f"it is longer than {MAX_SOURCE} characters")
    sandbox = HTML if part == "html" else PLAIN
    try:
        tree = sandbox.parse(source, part, _file_name(part))
        check(tree)
        uses = find_uses(tree, frozenset(sandbox.globals))
        instrumented = fields_first(Instrument().visit(tree), uses.mentioned)
        code = sandbox.compile(instrumented, part, _file_name(part))
    except NotAllowedError as error:
        raise TemplateError(part, error.line, error.message) from error
    except TemplateSyntaxError as error:
        raise TemplateError(part, error.lineno, error.message or "it cannot be understood") from error
    except (RecursionError, MemoryError, SyntaxError) as error:
        raise TemplateError(part, None, "it is nested too deeply") from error
    except (ValueError, OverflowError) as error:
        raise TemplateError(part, None, f"it cannot be understood: {error}") from error
    return sandbox.template_class.from_code(sandbox, code, sandbox.make_globals(None)), uses


def _field_value(name: str, value: object) -> object:
    try:
        return bounded(scalar(value))
    except (TypeError, LimitError) as error:
        raise RenderError(None, None, f"the field {name!r}: {error}") from error


def _file_name(part: Part) -> str:
    return f"<{part} of a template>"


def _explain(part: Part, error: Exception) -> NoReturn:
    """Raise what a person can use: the part, its line, and the field if one is missing."""
    line = _line(part, error)
    if isinstance(error, MissingValueError):
        raise MissingFieldError(part, line, f"the field {error.name!r} is missing", error.name) from error
    message = str(error) or type(error).__name__
    raise RenderError(part, line, message) from error


def _line(part: Part, error: Exception) -> int | None:
    """Find the template's line in the traceback, which Jinja rewrites to show it."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _file_name(part):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
