"""Errors of the API by what the asker may do next; `api.errors` says how each is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one part of a request."""

    pointer: str
    """JSON pointer into the body as a URI fragment (`#/dailyQuota`), or `?name` for a parameter of the URL."""
    message: str


class ProblemError(Exception):
    """A request that is not answered as asked. The text is for people: what, where, what to do."""

    def __init__(self, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)


class NotAuthenticatedError(ProblemError):
    """No key, or none that is valid."""


class NotAllowedError(ProblemError):
    """The key is valid; it or its user lacks what this call needs."""


class NotFoundError(ProblemError):
    """There is no such thing, or it is someone else's."""


class ConflictError(ProblemError):
    """What is there already stands against it."""


class InvalidError(ProblemError):
    """The request can be read and makes no sense as it is; sent again unchanged it never will."""


class StillRunningError(ProblemError):
    """The first request with this Idempotency-Key has not ended."""


class KeyReusedError(ProblemError):
    """This Idempotency-Key came with another request before."""


class DatabaseDownError(ProblemError):
    """PostgreSQL cannot be reached or does not answer in time."""


class TemporalDownError(ProblemError):
    """Temporal cannot be reached or does not answer in time."""


def invalid(pointer: str, message: str) -> InvalidError:
    """One fault in one place."""
    return InvalidError(f"{pointer}: {message}", [FieldError(pointer, message)])


def owned(found: Found | None, what: str, which: object) -> Found:
    """What was looked for among the asker's own, or `NotFoundError`: someone else's is answered as if it were not."""
    if found is None or found is False:
        raise NotFoundError(f"You have no {what} {which}.")
    return found


class TooManyRequestsError(ProblemError):
    """The key asks more often than it may."""

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        """Seconds."""
