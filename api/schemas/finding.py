"""Findings of checks."""

from pydantic import Field

from api.schemas.base import Outgoing
from contracts.finding import Finding, Severity


class FindingOut(Outgoing):
    """One thing that is wrong, with what to do about it."""

    code: str
    """For programs; never changed."""
    severity: Severity
    """`error`: fix it before you send; `warning`: it costs readers or reputation; `hint`: it could be better."""
    message: str
    action: str
    """What to do."""
    where: list[str]
    """The first few places, such as `html, line 12`."""
    params: dict[str, str | int | float] = Field(default_factory=dict)
    """The figures and names in both texts, to say them in another language by the code."""


def shown(findings: list[Finding]) -> list[FindingOut]:
    """Findings as the API gives them."""
    return [FindingOut.model_validate(finding.model_dump()) for finding in findings]
