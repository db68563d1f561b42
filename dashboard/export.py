"""Files from the API: the browser has no key, so they come through this process, in pieces."""

from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from api.client import ApiClient
from dashboard import paths

router = APIRouter(include_in_schema=False)


@router.get(paths.TASK_EXPORT)
async def task_export(task_id: UUID, request: Request) -> StreamingResponse:
    """All mails of a task."""
    return _file(request, f"/api/tasks/{task_id}/export.csv", f"task-{task_id}.csv")


def _file(request: Request, path: str, name: str) -> StreamingResponse:
    async def pieces() -> AsyncIterator[bytes]:
        async with ApiClient(request.state.settings.api_url, request.state.session.key) as api:
            async for piece in api.file(path):
                yield piece

    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces(), media_type="text/csv; charset=utf-8", headers=named)
