"""What a check found: of a template before it is sent, or of a sending domain."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field

Severity = Literal["error", "warning", "hint"]
"""Fix it before you send; it costs readers or reputation; it could be better."""
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")
"""The worst first."""


Params = dict[str, str | int | float]
"""What a sentence is filled with, by name."""


class Finding(BaseModel, frozen=True):
    """One thing that is wrong, in words, with what to do about it."""

    code: str
    """For programs; never changed."""
    severity: Severity
    message: str
    action: str
    """What to do, as an order."""
    where: tuple[str, ...] = ()
    """The first few places, such as `html, line 12`."""
    params: Params = Field(default_factory=dict)
    """What both texts were filled with: whoever knows the code can say it in another language."""


Texts = Mapping[str, tuple[Severity, str, str]]
"""By code: how bad it is, what it means, and what to do; both texts may name values in braces."""


def worded(texts: Texts, code: str, where: tuple[str, ...] = (), **values: object) -> Finding:
    """Put a finding into words."""
    severity, message, action = texts[code]
    return Finding(
        code=code,
        severity=severity,
        message=message.format(**values),
        action=action.format(**values),
        where=where,
        params=params(values),
    )


def params(values: Mapping[str, object]) -> Params:
    """Values of sentences as JSON keeps them; what is missing is left out."""
    return {
        name: value if isinstance(value, int | float) else str(value)
        for name, value in values.items()
        if value is not None
    }


def worst_first(findings: list[Finding]) -> list[Finding]:
    """In the order in which people should read them; equals stay as they were found."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
