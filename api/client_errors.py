"""What can go wrong with a call of the REST API, as its client tells it."""

import httpx
from pydantic import BaseModel, ValidationError


class ApiError(Exception):
    """The API answered with a problem. `code` is for programs, `detail` and `errors` are for people."""

    def __init__(
        self, status: int, code: str, title: str, detail: str, errors: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = errors
        """Pointer and message, for each part of the request that is wrong."""


class ApiUnreachableError(Exception):
    """No answer came. A request that changes something may have been carried out."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url} does not answer: {reason}")
        self.url = url
        self.reason = reason


async def raise_for_problem(response: httpx.Response) -> httpx.Response:
    """Return a good answer; raise `ApiError` for any other."""
    if response.is_success:
        return response
    await response.aread()
    raise _problem(response)


class _Fault(BaseModel):
    pointer: str = ""
    message: str = ""


class _Problem(BaseModel):
    code: str = "unreadable"
    title: str = ""
    detail: str = ""
    errors: list[_Fault] = []


def _problem(response: httpx.Response) -> ApiError:
    try:
        read = _Problem.model_validate_json(response.content)
    except ValidationError:
        read = _Problem(title=response.reason_phrase, detail="The answer is not of Tempost: is the address right?")
    faults = tuple((fault.pointer, fault.message) for fault in read.errors)
    return ApiError(response.status_code, read.code, read.title, read.detail, faults)
