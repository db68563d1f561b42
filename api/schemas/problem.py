"""How errors are answered: problem details of RFC 9457."""

from api.schemas.base import Outgoing


class FieldProblem(Outgoing):
    """What is wrong with one part of a request."""

    pointer: str
    """JSON pointer into the body as a URI fragment (`#/dailyQuota`), `?name` for a parameter, or `path/name`."""
    message: str


class ProblemOut(Outgoing):
    """What went wrong, and what to do."""

    type: str
    """`urn:tempost:problem:` and the code."""
    title: str
    status: int
    code: str
    """For programs; never changes its meaning."""
    detail: str
    """For people."""
    errors: list[FieldProblem] | None = None
