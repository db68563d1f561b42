"""`/api/templates`."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.dependencies import Connection, Preflight, Reader, Trial, Writer
from api.idempotency import OnlyOnce
from api.operations import template as operations
from api.operations.content import checked
from api.operations.preflight import draft, template_preflight
from api.pages import Cursor, Limit, decode_moment, make_page
from api.schemas.base import Page
from api.schemas.template import (
    DraftIn,
    DraftOut,
    PreflightIn,
    PreflightOut,
    PreviewIn,
    PreviewOut,
    TemplateChange,
    TemplateIn,
    TemplateOut,
)
from database.queries import template

router = APIRouter(prefix="/api/templates", tags=["templates"])


@router.post("", status_code=201)
async def create(order: TemplateIn, caller: Writer, once: OnlyOnce, trial: Trial, response: Response) -> TemplateOut:
    """Keep a template. One that no mail can be made of is refused, with part and line."""
    variables = (await checked(trial, order)).variables
    made = await once.run(
        TemplateOut, lambda connection: operations.create_template(connection, caller, order, variables)
    )
    response.headers["Location"] = f"/api/templates/{made.id}"
    return made


@router.get("")
async def list_own(
    caller: Reader, connection: Connection, limit: Limit = 50, cursor: Cursor = None
) -> Page[TemplateOut]:
    """List your templates."""
    rows = await template.list_own(connection, caller.user_id, decode_moment(cursor), limit)
    return make_page(rows, limit, TemplateOut, "created_at", "id")


@router.post("/preview")
async def preview_draft(order: DraftIn, _: Reader, trial: Trial, preflights: Preflight) -> DraftOut:
    """Render and judge content that is not kept yet. What is wrong is told with part and line."""
    return await draft(trial, preflights, order)


@router.get("/{template_id}")
async def read(template_id: UUID, caller: Reader, connection: Connection) -> TemplateOut:
    """Read one template."""
    return await operations.read_template(connection, caller, template_id)


@router.patch("/{template_id}")
async def change(
    template_id: UUID, change: TemplateChange, caller: Writer, connection: Connection, trial: Trial
) -> TemplateOut:
    """Change a template. Tasks that exist keep what it was."""
    return await operations.change_template(connection, trial, caller, template_id, change)


@router.delete("/{template_id}", status_code=204)
async def delete(template_id: UUID, caller: Writer, connection: Connection) -> None:
    """Delete a template. Tasks made from it go on."""
    await operations.delete_template(connection, caller, template_id)


@router.post("/{template_id}/preview")
async def preview(
    template_id: UUID, order: PreviewIn, caller: Reader, connection: Connection, trial: Trial
) -> PreviewOut:
    """Render a template for one person. A missing field is named."""
    return await operations.preview(connection, trial, caller, template_id, order)


@router.post("/{template_id}/preflight")
async def preflight(
    template_id: UUID, order: PreflightIn, caller: Reader, connection: Connection, preflights: Preflight
) -> PreflightOut:
    """Say what of a template may cost it readers or you your reputation. Nothing is fetched, nothing is sent."""
    return await template_preflight(connection, preflights, caller, template_id, order)
