"""What stands inside the rules of a segment: texts, numbers, names of fields, domains."""

from math import isfinite
from typing import Annotated, Final, TypeAlias, TypeVar

import idna
from pydantic import AfterValidator, Discriminator, Field, StrictBool, StrictFloat, StrictInt, StringConstraints, Tag

T = TypeVar("T")

MAX_CHOICES = 100
"""Values of one `in`, rules of one group."""
LARGEST = 10**15
MAX_DAYS = 3_650


def _storable(value: str) -> str:
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("must not contain U+0000 or half of a surrogate pair")
    return value


def _bounded(value: float) -> float:
    if not isfinite(value) or abs(value) > LARGEST:
        raise ValueError(f"must be a number between {-LARGEST} and {LARGEST}")
    return value


def some(values: tuple[T, ...]) -> tuple[T, ...]:
    """Let a list pass that is neither empty nor too long. Not by `min_length`: that counts the items that are right."""
    if not 1 <= len(values) <= MAX_CHOICES:
        raise ValueError(f"must have 1 to {MAX_CHOICES} entries")
    return values


def domain_name(value: str) -> str:
    """Bring a domain to the form in which addresses keep it: lower case, ASCII (IDNA)."""
    try:
        return idna.encode(value.strip().lower(), uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError(f"is not the domain of an e-mail address: {error}") from error


def _field(value: str) -> str:
    if not value.isidentifier():
        raise ValueError("a field's name is letters, digits and _, and does not begin with a digit")
    return value


Word = Annotated[str, StringConstraints(min_length=1, max_length=200, strict=True), AfterValidator(_storable)]

VALUE_TAGS: Final[dict[type, str]] = {
    bool: "(boolean)", int: "(integer)", float: "(number)", str: "(text)", list: "(list)", tuple: "(list)",
}  # fmt: skip
"""Which branch of a union a value is for, so that an error names one. In parentheses what no pointer shows."""
Scalar: TypeAlias = Annotated[
    Annotated[StrictBool, Tag("(boolean)")]
    | Annotated[StrictInt, AfterValidator(_bounded), Tag("(integer)")]
    | Annotated[StrictFloat, AfterValidator(_bounded), Tag("(number)")]
    | Annotated[Word, Tag("(text)")],
    Discriminator(
        lambda value: VALUE_TAGS.get(type(value)),
        custom_error_type="scalar",
        custom_error_message="must be a text, number or boolean",
    ),
]
Value: TypeAlias = Annotated[
    Annotated[Scalar, Tag("(one)")] | Annotated[tuple[Scalar, ...], AfterValidator(some), Tag("(list)")],
    Discriminator(lambda value: "(list)" if isinstance(value, list | tuple) else "(one)"),
]
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_field)]
Days = Annotated[int, Field(ge=1, le=MAX_DAYS)]
Domain = Annotated[Word, AfterValidator(domain_name)]
