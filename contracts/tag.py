"""Tags: short words that people put on contacts."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

MAX_LENGTH = 64
MAX_TAGS = 100
"""Of one contact."""


def normalise_tag(word: str) -> str:
    """Return the one form in which a tag is kept: lower case, NFC, single spaces. Raises `ValueError`."""
    tag = unicodedata.normalize("NFC", " ".join(word.lower().split()))
    if not tag:
        raise ValueError("a tag has at least one letter")
    if len(tag) > MAX_LENGTH:
        raise ValueError(f"a tag has at most {MAX_LENGTH} letters")
    if not tag.isprintable() or "," in tag or ";" in tag:
        raise ValueError("a tag is printable and without comma or semicolon, which stand between tags")
    return tag


TagName = Annotated[str, StringConstraints(max_length=10 * MAX_LENGTH, strict=True), AfterValidator(normalise_tag)]


def split_tags(cell: str) -> list[str]:
    """Read the tags of one cell of a file, with commas or semicolons between; sorted. Raises `ValueError`."""
    words = [word for word in cell.replace(";", ",").split(",") if word.strip()]
    return sorted({normalise_tag(word) for word in words})
