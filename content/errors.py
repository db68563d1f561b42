"""What can be wrong with a template: always with the part and, where known, the line."""

from typing import Literal

Part = Literal["subject", "html", "text"]


class ContentError(Exception):
    """A template that cannot become a mail."""

    def __init__(self, part: Part | None, line: int | None, message: str) -> None:
        super().__init__(part, line, message)  # what pickling and comparing see
        self.part = part
        """None: the template as a whole."""
        self.line = line
        self.message = message

    def __str__(self) -> str:
        place = ", ".join([*([self.part] if self.part else []), *([f"line {self.line}"] if self.line else [])])
        return f"{place}: {self.message}" if place else self.message


class TemplateError(ContentError):
    """The template itself is wrong: no mail can be made of it."""


class RenderError(ContentError):
    """The template failed with these fields, or broke a limit."""


class MissingFieldError(RenderError):
    """A field that the template needs is not there."""

    def __init__(self, part: Part | None, line: int | None, message: str, field: str) -> None:
        super().__init__(part, line, message)
        self.args = (part, line, message, field)
        self.field = field
