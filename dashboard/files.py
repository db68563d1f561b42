"""Files to and from the API: the browser has no key, so they go through this process."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from api.client import ApiClient
from api.client_errors import ApiError, ApiUnreachableError
from dashboard import paths

router = APIRouter(include_in_schema=False)

Mode = Annotated[str, Form()]
"""What becomes of contacts that exist; the API says which there are."""


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


@router.post(paths.UPLOAD)
async def upload_new(
    request: Request, file: UploadFile, name: Annotated[str, Form()], mode: Mode = "merge"
) -> Response:
    """Take a file of contacts into a new list, which goes again where the file cannot be read."""
    async with _api(request) as api:
        try:
            made = await api.create_list(name)
            try:
                return await _import(api, made.id, file, mode)
            except ApiError:
                await api.delete_list(made.id)
                raise
        except (ApiError, ApiUnreachableError) as error:
            return _refused(error)


@router.post(paths.UPLOAD_INTO)
async def upload_into(request: Request, list_id: UUID, file: UploadFile, mode: Mode = "merge") -> Response:
    """Take a file of contacts into a list that exists."""
    async with _api(request) as api:
        try:
            return await _import(api, list_id, file, mode)
        except (ApiError, ApiUnreachableError) as error:
            return _refused(error)


async def _import(api: ApiClient, list_id: UUID, file: UploadFile, mode: str) -> Response:
    """Hand the file on under its own name, from the disk: it may be larger than the memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(file.filename or "").name or "contacts.csv")
        await anyio.to_thread.run_sync(_write, file, path)
        staged = await api.import_file(list_id, path, {"mode": mode})
    return RedirectResponse(paths.contact_import(staged.id), status_code=303)


def _write(file: UploadFile, path: Path) -> None:
    with path.open("wb") as opened:
        shutil.copyfileobj(file.file, opened)


async def _file(request: Request, path: str, name: str, filters: dict[str, str] | None = None) -> Response:
    """The first piece is waited for, so that a refusal is told as one and not as a broken file."""
    api = _api(request)
    pieces = api.file(path, filters)
    try:
        first = await anext(pieces, b"")
    except (ApiError, ApiUnreachableError) as error:
        await api.close()
        return _refused(error)

    async def rest() -> AsyncIterator[bytes]:
        try:
            yield first
            async for piece in pieces:
                yield piece
        finally:
            await api.close()

    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(rest(), media_type="text/csv; charset=utf-8", headers=named)


def _refused(error: ApiError | ApiUnreachableError) -> Response:
    return PlainTextResponse(str(error), status_code=error.status if isinstance(error, ApiError) else 503)


def _api(request: Request) -> ApiClient:
    return ApiClient(request.state.settings.api_url, request.state.session.key)
