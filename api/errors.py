"""How every error is answered: RFC 9457 problem details, by one table from class to problem type."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from temporalio.service import RPCError

from api import problems
from api.problems import FieldError, ProblemError
from api.schemas.problem import ProblemOut
from database.errors import OUTAGES, is_down, is_unstorable

log = logging.getLogger(__name__)

Model = TypeVar("Model", bound=BaseModel)

MEDIA_TYPE = "application/problem+json"


def _schema() -> dict[str, Any]:
    """Describe a problem in one piece: a response that is not JSON proper cannot refer to the document's schemas."""
    schema = ProblemOut.model_json_schema()
    parts = schema.pop("$defs")
    schema["properties"]["errors"] = {"type": "array", "items": parts["FieldProblem"]}
    return schema


DOCUMENTED: dict[str, Any] = {
    "description": "A problem (RFC 9457): what, where and what to do",
    "content": {MEDIA_TYPE: {"schema": _schema()}},
}
"""How the API's page shows errors."""


@dataclass(frozen=True, slots=True)
class ProblemType:
    """How a class of errors is answered."""

    status: int
    code: str
    title: str
    headers: tuple[tuple[str, str], ...] = ()


RETRY_SOON = (("Retry-After", "5"),)

PROBLEM_TYPES: dict[type[ProblemError], ProblemType] = {
    problems.NotAuthenticatedError: ProblemType(
        401, "not_authenticated", "A valid API key is needed", (("WWW-Authenticate", 'Bearer realm="tempost"'),)
    ),
    problems.NotAllowedError: ProblemType(403, "not_allowed", "This API key may not do that"),
    problems.NotFoundError: ProblemType(404, "not_found", "Not found"),
    problems.ConflictError: ProblemType(409, "conflict", "Conflicts with what is there"),
    problems.StillRunningError: ProblemType(409, "still_running", "The first request still runs", RETRY_SOON),
    problems.InvalidError: ProblemType(422, "invalid", "The request is not valid"),
    problems.KeyReusedError: ProblemType(422, "idempotency_key_reused", "Another request has this Idempotency-Key"),
    problems.TooManyRequestsError: ProblemType(429, "too_many_requests", "Too many requests"),
    problems.DatabaseDownError: ProblemType(503, "database_down", "The database cannot be reached", RETRY_SOON),
    problems.TemporalDownError: ProblemType(503, "temporal_down", "Temporal cannot be reached", RETRY_SOON),
}

HTTP_CODES = {
    400: ("unreadable", "The request cannot be read"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "This address does not take this method"),
    408: ("too_slow", "The request did not come in time"),
    413: ("too_large", "The request is too large"),
    415: ("unsupported_media_type", "The body is of a type that is not taken"),
}
UNEXPECTED = ProblemType(500, "unexpected", "Something went wrong here")


def problem_response(kind: ProblemType, detail: str, errors: Sequence[FieldError] = ()) -> JSONResponse:
    """Write a problem."""
    body: dict[str, object] = {
        "type": f"urn:tempost:problem:{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "code": kind.code,
        "detail": detail,
    }
    if errors:
        body["errors"] = [asdict(error) for error in errors]
    return JSONResponse(body, kind.status, dict(kind.headers), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let `app` answer every error as a problem."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    for outage in OUTAGES:
        app.add_exception_handler(outage, _database_outage)
    app.add_exception_handler(RPCError, _temporal_outage)
    app.add_exception_handler(Exception, _unexpected)


def describe(error: ProblemError) -> ProblemType:
    """Find the problem type of an error."""
    return next(PROBLEM_TYPES[kind] for kind in type(error).__mro__ if kind in PROBLEM_TYPES)


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)
    response = problem_response(describe(error), error.detail, error.errors)
    if isinstance(error, problems.TooManyRequestsError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def _not_valid(_: Request, error: Exception) -> JSONResponse:
    """FastAPI's 422, without the input it would echo: that may hold a password."""
    assert isinstance(error, RequestValidationError)
    faults = field_errors(error.errors())
    if any(fault.pointer == "#" and fault.message.startswith("JSON decode error") for fault in faults):
        return problem_response(ProblemType(400, *HTTP_CODES[400]), "The body is not JSON.", faults)
    detail = "; ".join(f"{fault.pointer}: {fault.message}" for fault in faults[:3])
    more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
    return problem_response(PROBLEM_TYPES[problems.InvalidError], detail + more, faults)


def field_errors(faults: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """Put pydantic's faults as pointers and messages; at most a hundred."""
    return [FieldError(_pointer(fault["loc"]), _message(fault)) for fault in faults[:100]]


def parsed(kind: type[Model], given: dict[str, object]) -> Model:
    """Read what did not come as a body of its own, with the same errors as if it had."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        faults = field_errors([{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()])
        detail = "; ".join(f"{fault.pointer}: {fault.message}" for fault in faults)
        raise problems.InvalidError(detail, faults) from None


def _pointer(location: Sequence[str | int]) -> str:
    where, *rest = location or ("body",)
    if where == "query":
        return f"?{'.'.join(str(part) for part in rest)}"
    if where in {"path", "header"}:
        return "/".join(str(part) for part in location)
    parts = [part for part in (rest if where == "body" else location) if not _is_branch(part)]
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _is_branch(part: str | int) -> bool:
    """Whether a part of a fault's place names the branch of a union that was tried, such as `(field)`, and no place."""
    return isinstance(part, str) and part.startswith("(") and part.endswith(")")


def _message(fault: Mapping[str, Any]) -> str:
    message = str(fault["msg"]).removeprefix("Value error, ")
    context = fault.get("ctx")
    if fault.get("type") == "string_too_short" and isinstance(context, dict) and context.get("min_length") == 1:
        return "must not be empty"
    if fault.get("type") == "json_invalid":
        return f"JSON decode error: {context.get('error', message) if isinstance(context, dict) else message}"
    return message


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return http_problem(error)


def http_problem(error: HTTPException) -> JSONResponse:
    """Put the framework's own refusals as problems."""
    code, title = HTTP_CODES.get(error.status_code, (f"http_{error.status_code}", "The request cannot be answered"))
    response = problem_response(ProblemType(error.status_code, code, title), str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _database(request: Request, error: Exception) -> JSONResponse:
    """What reached us from PostgreSQL without being foreseen by a route."""
    assert isinstance(error, DBAPIError)
    if is_down(error):
        return await _database_outage(request, error.orig or error)
    if is_unstorable(error):
        log.warning("%s %s: %s", request.method, request.url.path, type(error.orig).__name__)
        detail = "A value is out of the range that can be stored, or holds characters that cannot."
        return problem_response(PROBLEM_TYPES[problems.InvalidError], detail)
    return await _unexpected(request, error)


async def _database_outage(request: Request, error: Exception) -> JSONResponse:
    log.warning("%s %s: %s", request.method, request.url.path, error or type(error).__name__)
    return await _problem(request, problems.DatabaseDownError("The database is not available. Try again soon."))


async def _temporal_outage(request: Request, error: Exception) -> JSONResponse:
    log.warning("%s %s: %s", request.method, request.url.path, error)
    return await _problem(request, problems.TemporalDownError("Temporal is not available. Try again soon."))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """Keep the trace for the log; tell people only that there is one."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_response(UNEXPECTED, "The fault was logged, and nothing half-written was kept.")
