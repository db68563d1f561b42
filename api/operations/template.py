"""Templates: kept only if a mail can be made of them."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.errors import parsed
from api.operations.api_key import KeyHolder
from api.operations.content import EXAMPLE_LINKS, checked, rendered
from api.problems import owned
from api.schemas.template import ContentIn, PreviewIn, PreviewOut, TemplateChange, TemplateIn, TemplateOut
from content.trial import Content, TemplateTrial
from database.queries import template

EXAMPLE = "someone@example.com"


async def create_template(
    connection: AsyncConnection, caller: KeyHolder, order: TemplateIn, variables: list[str]
) -> TemplateOut:
    """Keep a template whose content was checked."""
    values: dict[str, Any] = {**order.model_dump(), "variables": variables}
    return TemplateOut.model_validate(dict(await template.insert(connection, caller.user_id, values)))


async def find_template(connection: AsyncConnection, caller: KeyHolder, template_id: UUID) -> RowMapping:
    """One of the caller's templates, as its row."""
    return owned(await template.get(connection, caller.user_id, template_id), "template", template_id)


async def read_template(connection: AsyncConnection, caller: KeyHolder, template_id: UUID) -> TemplateOut:
    """One of the caller's templates."""
    return TemplateOut.model_validate(dict(await find_template(connection, caller, template_id)))


async def change_template(
    connection: AsyncConnection, trial: TemplateTrial, caller: KeyHolder, template_id: UUID, change: TemplateChange
) -> TemplateOut:
    """Change what is named. Tasks have their own copies and do not change."""
    row = owned(await template.lock(connection, caller.user_id, template_id), "template", template_id)
    values = dict(row) | change.model_dump(exclude_unset=True)
    whole = parsed(ContentIn, {part: values[part] for part in ("subject", "html", "text")})
    values["variables"] = (await checked(trial, whole)).variables
    return TemplateOut.model_validate(dict(await template.update(connection, values)))


async def delete_template(connection: AsyncConnection, caller: KeyHolder, template_id: UUID) -> None:
    """Delete a template; tasks made from it go on."""
    owned(await template.delete(connection, caller.user_id, template_id), "template", template_id)


async def preview(
    connection: AsyncConnection, trial: TemplateTrial, caller: KeyHolder, template_id: UUID, order: PreviewIn
) -> PreviewOut:
    """Render a template as one person would get it."""
    row = await find_template(connection, caller, template_id)
    fields = {**order.fields, **EXAMPLE_LINKS, "email": order.email or EXAMPLE}
    mail = await rendered(trial, Content(row["subject"], row["html"], row["text"]), fields)
    return PreviewOut(subject=mail.subject, html=mail.html, text=mail.text)
