"""What all messages of the API share: camelCase on the wire, unknown fields refused, texts that can be stored."""

import math
import re
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class Incoming(BaseModel):
    """A body that is sent to us. A field that is not known is an error, so that a typing mistake is seen."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=False, extra="forbid", frozen=True, hide_input_in_errors=True
    )


class Outgoing(BaseModel):
    """A body that is answered. Clients read it by these same classes, and ignore what a newer server adds."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, frozen=True)


class Page(Outgoing, Generic[T]):
    """A part of a list."""

    data: list[T]
    next_cursor: str | None = None
    """Give it as `cursor` to read on; empty at the end."""


UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")


def _storable(value: str) -> str:
    if UNSTORABLE.search(value):
        raise ValueError("must not contain U+0000 or half of a surrogate pair")
    return value


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be one line of printable characters")
    return value


def _field_name(value: str) -> str:
    if not value.isidentifier():
        raise ValueError("a field's name is letters, digits and _, and does not begin with a digit")
    if value == "email":
        raise ValueError("`email` is the contact's address itself, not a field")
    return value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


Text = Annotated[str, AfterValidator(_storable)]
"""Free text."""
SHORT = StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
Line = Annotated[str, SHORT, AfterValidator(_one_line)]
"""A name or title."""
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=320), AfterValidator(_one_line)
]
"""An e-mail address as it was typed; whether it is one is judged by `mail.address`."""
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_field_name)]
FieldText = Annotated[str, StringConstraints(max_length=10_000, strict=True), AfterValidator(_storable)]
FieldNumber = Annotated[float, Field(strict=True, ge=-1e15, le=1e15), AfterValidator(_finite)]
FieldInteger = Annotated[int, Field(strict=True, ge=-(10**15), le=10**15)]
FieldValue = Annotated[bool, Field(strict=True)] | FieldInteger | FieldNumber | FieldText
Fields = Annotated[dict[FieldName, FieldValue], Field(max_length=100)]
"""What templates may use of a contact, besides `email`."""
