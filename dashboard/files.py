"""Files to and from the API: the browser has no key, so they go through this process."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from starlette.requests import ClientDisconnect

from api.client import ApiClient
from api.client_errors import ApiError, ApiUnreachableError
from dashboard import paths
from dashboard.problem import messages
from dashboard.words import Words

router = APIRouter(include_in_schema=False)

HANDED_ON: Final = ("content-type", "content-length")


@router.get(paths.TASK_EXPORT)
async def task_export(task_id: UUID, request: Request) -> Response:
    """All mails of a task."""
    return await _file(request, f"/api/tasks/{task_id}/export.csv", f"task-{task_id}.csv")


@router.get(paths.PEOPLE_EXPORT)
async def people_export(request: Request, tag: str = "") -> Response:
    """All contacts, or those with a tag."""
    return await _file(request, "/api/contacts/export.csv", "contacts.csv", {"tag": tag} if tag else None)


@router.get(paths.IMPORT_ERRORS)
async def import_errors(import_id: UUID, request: Request) -> Response:
    """The refused rows of an import."""
    return await _file(request, f"/api/imports/{import_id}/errors.csv", f"import-{import_id}-errors.csv")


@router.post(paths.UPLOAD_INTO)
async def upload(request: Request, list_id: UUID, *, fresh: bool = False) -> Response:
    """Hand a file of contacts on as it comes, however large; answers where its import is seen.

    A `fresh` list was made for this file: it goes again where the file is refused or does not come whole.
    """
    reading = {name: request.query_params.getlist(name) for name in request.query_params if name != "fresh"}
    headers = {name: request.headers[name] for name in HANDED_ON if name in request.headers}
    async with _api(request) as api:
        try:
            staged = await api.import_body(list_id, request.stream(), headers, reading)
        except (ApiError, ApiUnreachableError, ClientDisconnect) as error:
            if fresh:
                await api.delete_list(list_id)
            return PlainTextResponse("", 400) if isinstance(error, ClientDisconnect) else _refused(request, error)
    return PlainTextResponse(paths.contact_import(staged.id), status_code=202)


async def _file(request: Request, path: str, name: str, filters: dict[str, str] | None = None) -> Response:
    """The first piece is waited for, so that a refusal is told as one and not as a broken file."""
    api = _api(request)
    pieces = api.file(path, filters)
    try:
        first = await anext(pieces, b"")
    except (ApiError, ApiUnreachableError) as error:
        await api.close()
        return _refused(request, error)

    async def rest() -> AsyncIterator[bytes]:
        try:
            yield first
            async for piece in pieces:
                yield piece
        finally:
            await api.close()

    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(rest(), media_type="text/csv; charset=utf-8", headers=named)


def _refused(request: Request, error: ApiError | ApiUnreachableError) -> Response:
    if isinstance(error, ApiUnreachableError):
        return PlainTextResponse("", status_code=503)
    say = Words(request.state.session.language)
    return PlainTextResponse(" ".join(messages(error, say)), status_code=error.status)


def _api(request: Request) -> ApiClient:
    return ApiClient(request.state.settings.api_url, request.state.session.key)
