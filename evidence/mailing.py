"""A mailing as any client of the REST API prepares it: services, suppressions, template, contact list."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

from api.client import ApiClient
from api.schemas.contact_import import ContactImportOut
from evidence.contacts import address_key, is_address
from evidence.errors import EvidenceError

POLL_SECONDS = 0.2
SUPPRESSED_AT_ONCE = 1000
RETRY_SETTING, RETRY_SECONDS = "queue.pending_retry_interval", 30
"""The shortest that is allowed: a demo should not wait a minute for its last mails."""
UNGUARDED = {
    "reputation.bounce_rate_limit": 1,
    "reputation.complaint_warn_rate": 1,
    "reputation.complaint_rate_limit": 1,
}
"""Limits that campaigns break on purpose, with so many who bounce and complain: out of their way."""

SUBJECT = "{{ first_name }}, an invitation for {{ company }}"
HTML = """\
<p>Dear {{ first_name }} {{ last_name }},</p>
<p>on Thursday we are in <b>{{ city }}</b> and would like to show {{ company }} how letters find their way.</p>
{% if note | default("") %}<p>We noted: <i>{{ note | default("") }}</i></p>{% endif %}
<p>This mail went to {{ email }} in the language “{{ language | upper }}”.</p>
"""


def subjects(rows: Iterable[tuple[str, ...]]) -> dict[str, set[str]]:
    """Return what the mail to each address may be called; where an address stands twice, after either row."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for email, first_name, _, company, *_ in rows:
        if is_address(email):
            found[address_key(email)].add(f"{first_name}, an invitation for {company}")
    return dict(found)


@dataclass(frozen=True, slots=True)
class Mailing:
    """What a task needs."""

    list_id: UUID
    template_id: UUID
    imported: ContactImportOut

    @property
    def order(self) -> dict[str, object]:
        """The task, as the API takes it."""
        return {"name": "demo", "contactListId": str(self.list_id), "templateId": str(self.template_id)}


async def shorten_retries(url: str, key: str) -> None:
    """Have temporary refusals tried again soon; needs an administrator's key."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, headers={"Authorization": f"Bearer {key}"}) as http:
        response = await http.patch(f"/api/system/config/{RETRY_SETTING}", json={"value": RETRY_SECONDS})
        response.raise_for_status()


async def prepare(
    api: ApiClient, services: list[dict[str, object]], contacts: Path, suppressed: Sequence[str]
) -> Mailing:
    """Register the services, suppress people, keep the template, import the file."""
    await register(api, services)
    for begin in range(0, len(suppressed), SUPPRESSED_AT_ONCE):
        await api.suppress(list(suppressed[begin : begin + SUPPRESSED_AT_ONCE]), "does not want mail")
    template = await api.create_template({"name": "demo", "subject": SUBJECT, "html": HTML})
    audience = await api.create_list("demo")
    return Mailing(audience.id, template.id, await import_file(api, audience.id, contacts))


async def register(api: ApiClient, services: list[dict[str, object]]) -> dict[str, UUID]:
    """Make all the services; their ids by name."""
    answer = await api.create_services(services)
    for row in answer.data:
        if row.problem is not None:
            raise EvidenceError(f"service {services[row.index]['name']} was refused: {row.problem.detail}")
    return {row.service.name: row.service.id for row in answer.data if row.service is not None}


async def import_file(api: ApiClient, list_id: UUID, contacts: Path) -> ContactImportOut:
    """Upload a file into a list and wait until it is merged."""
    imported = await merged(api, await api.import_file(list_id, contacts))
    if imported.error:
        raise EvidenceError(f"{contacts.name} was not imported: {imported.error}")
    return imported


async def merged(api: ApiClient, staged: ContactImportOut) -> ContactImportOut:
    """Wait for the end of an import, whichever it is."""
    imported = staged
    while imported.status not in {"completed", "failed"}:
        await asyncio.sleep(POLL_SECONDS)
        imported = await api.contact_import(imported.id)
    return imported
