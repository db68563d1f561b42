"""Preflight: content is tried on made-up fields and judged, before anyone gets it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.operations.content import EXAMPLE_LINKS, SAMPLE, checked, rendered
from api.operations.template import EXAMPLE, find_template
from api.problems import invalid
from api.schemas.finding import shown
from api.schemas.template import DraftIn, DraftOut, PreflightIn, PreflightOut
from content.errors import ContentError
from content.preflight import Flight, preflight
from content.preflight_texts import PREFLIGHT
from content.trial import Content, TemplateTrial
from contracts.finding import Finding, worded
from database.queries import contact


class Preflights:
    """Judges content in this process; it is rendered where it can do no harm."""

    def __init__(self, trial: TemplateTrial, public_url: str | None) -> None:
        self._trial = trial
        self._public_url = public_url

    async def judged(
        self,
        content: Content,
        variables: Collection[str],
        *,
        known: Collection[str] | None,
        fields: Mapping[str, object] | None = None,
    ) -> list[Finding]:
        """What is found in content that was checked. `known`: the fields that somebody has, None where nobody knows."""
        links = EXAMPLE_LINKS if self._public_url else dict.fromkeys(EXAMPLE_LINKS, "")
        whole = {**dict.fromkeys(variables, SAMPLE), **links, "email": EXAMPLE, **(fields or {})}
        try:
            mail = await self._trial.try_template(content, whole)
        except ContentError as error:
            return [worded(PREFLIGHT, "sample_failed", problem=str(error).rstrip("."))]
        return preflight(
            Flight(
                mail=mail,
                own_text=content.text is not None,
                variables=frozenset(variables),
                known=None if known is None else frozenset(known),
                unsubscribe=self._public_url,
                sample=SAMPLE,
            )
        )


async def draft(trial: TemplateTrial, preflights: Preflights, order: DraftIn) -> DraftOut:
    """Render and judge content that is not kept yet, for a contact or for one that is made up."""
    content = await checked(trial, order)
    made_up = {name: name.replace("_", " ").title() for name in content.variables}
    given: Mapping[str, object] = made_up if order.fields is None else order.fields
    fields = {**given, **EXAMPLE_LINKS, "email": order.email or EXAMPLE}
    mail = await rendered(trial, content.content, fields)
    findings = await preflights.judged(content.content, content.variables, known=None, fields=fields)
    return DraftOut(
        subject=mail.subject, html=mail.html, text=mail.text, variables=content.variables, findings=shown(findings)
    )


async def template_preflight(
    connection: AsyncConnection, preflights: Preflights, caller: KeyHolder, template_id: UUID, order: PreflightIn
) -> PreflightOut:
    """Judge one of the caller's templates."""
    row = await find_template(connection, caller, template_id)
    known = await _known(connection, caller, order, row["variables"])
    fields = {**order.fields, "email": order.email or EXAMPLE}
    content = Content(row["subject"], row["html"] or None, row["text"] or None)
    findings = await preflights.judged(content, row["variables"], known=known, fields=fields)
    return PreflightOut(ready=all(found.severity != "error" for found in findings), findings=shown(findings))


async def _known(
    connection: AsyncConnection, caller: KeyHolder, order: PreflightIn, variables: list[str]
) -> set[str] | None:
    """Those of the variables that somebody on the list has."""
    if order.contact_list_id is None:
        return None
    if await contact.get_list(connection, caller.user_id, order.contact_list_id) is None:
        raise invalid("#/contactListId", "you have no such contact list")
    if not variables:
        return set()
    audience = await contact.audience(connection, order.contact_list_id)
    missing = await contact.missing_fields(connection, order.contact_list_id, sorted(variables))
    everyone = audience["total"] - audience["suppressed"]
    return set(variables) - {row["name"] for row in missing if row["contacts"] == everyone}
