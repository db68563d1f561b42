"""The REST client of the command line and of programs: one typed call for each of the API's.

async with ApiClient("http://127.0.0.1:8080", key) as api:
    task = await api.submit_task({"name": "…", "contactListId": …, "templateId": …})
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from api.client_account import AccountCalls
from api.client_campaign import CampaignCalls
from api.client_contacts import ContactCalls
from api.client_errors import ApiError
from api.client_statistics import StatisticsCalls
from api.client_transport import UPLOAD_TIMEOUT, Body
from api.schemas.alert import AlertOut, AlertState
from api.schemas.contact import ContactListOut, SuppressionOut, SuppressionsOut
from api.schemas.contact_import import ContactImportOut, ImportLookOut
from api.schemas.domain_limit import DomainLimitOut
from api.schemas.event import EventOut
from api.schemas.evidence import EvidenceOut, UnknownOut
from api.schemas.forecast import ForecastOut
from api.schemas.subtask import ReasonOut, ResolveOut, SubtaskHistoryOut, SubtaskOut
from api.schemas.system import Health
from api.schemas.system_config import ConfigChangeOut, ConfigOut
from api.schemas.task import DryRunOut, RealtimeStatus, TaskOut, WaitingSumOut
from api.schemas.webhook import NewWebhookOut, WebhookDeliveryOut, WebhookOut, WebhookTestOut
from api.watched_file import Progress, WatchedFile
from contracts.delivery import Decision


class ApiClient(AccountCalls, CampaignCalls, ContactCalls, StatisticsCalls):
    """The calls of one installation."""

    async def health(self) -> Health:
        """How the installation does, or the caller's part of it."""
        return await self._get(Health, "/api/system/health")

    async def metrics(self) -> bytes:
        """Everything as numbers, in the format of Prometheus."""
        return (await self._send("GET", "/metrics")).content

    def alerts(self, state: AlertState = "open") -> AsyncIterator[AlertOut]:
        """What is wrong and what to do; the newest first."""
        return self._all(AlertOut, "/api/alerts", {"state": state})

    def config(self) -> AsyncIterator[ConfigOut]:
        """All settings that can be changed while running."""
        return self._all(ConfigOut, "/api/system/config")

    async def change_config(self, key: str, value: float) -> ConfigOut:
        """Change a setting within its bounds."""
        answer = await self._send("PATCH", f"/api/system/config/{quote(key, safe='')}", json={"value": value})
        return ConfigOut.model_validate_json(answer.content)

    def config_changes(self, key: str | None = None) -> AsyncIterator[ConfigChangeOut]:
        """Who changed settings, or one of them, the newest first."""
        return self._all(ConfigChangeOut, "/api/system/config-changes", {} if key is None else {"key": key})

    async def create_list(self, name: str) -> ContactListOut:
        """Make an empty contact list."""
        return await self._post(ContactListOut, "/api/contact-lists", {"name": name})

    def lists(self) -> AsyncIterator[ContactListOut]:
        """All contact lists."""
        return self._all(ContactListOut, "/api/contact-lists")

    async def contact_list(self, list_id: UUID) -> ContactListOut:
        """One contact list."""
        return await self._get(ContactListOut, f"/api/contact-lists/{list_id}")

    async def delete_list(self, list_id: UUID) -> None:
        """Delete a list; its contacts stay."""
        await self._send("DELETE", f"/api/contact-lists/{list_id}")

    async def import_file(
        self,
        list_id: UUID,
        file: Path,
        reading: Mapping[str, str | list[str]] | None = None,
        progress: Progress | None = None,
    ) -> ContactImportOut:
        """Upload a CSV file; `reading` holds what the API's page names, such as `mode`."""
        path = f"/api/contact-lists/{list_id}/import"
        with file.open("rb") as opened:
            part = {"file": (file.name, WatchedFile(opened, progress), "text/csv")}
            return ContactImportOut.model_validate_json(
                (await self._send("POST", path, params=reading, files=part, timeout=UPLOAD_TIMEOUT)).content
            )

    async def import_body(
        self,
        list_id: UUID,
        body: AsyncIterator[bytes],
        headers: Mapping[str, str],
        reading: Mapping[str, str | list[str]],
    ) -> ContactImportOut:
        """Hand on the body of an upload as it comes, once; `headers` are its type and length."""
        path = f"/api/contact-lists/{list_id}/import"
        return ContactImportOut.model_validate_json(await self._hand_on(path, body, headers, reading))

    async def look_at(self, head: bytes, reading: Mapping[str, str]) -> ImportLookOut:
        """How a file would be read that begins like this; 64 KiB are enough."""
        part = {"file": ("head.csv", head, "text/csv")}
        answer = await self._send("POST", "/api/imports/look", params=reading, files=part)
        return ImportLookOut.model_validate_json(answer.content)

    async def contact_import(self, import_id: UUID) -> ContactImportOut:
        """How an import stands."""
        return await self._get(ContactImportOut, f"/api/imports/{import_id}")

    async def import_errors(self, import_id: UUID) -> AsyncIterator[bytes]:
        """The refused rows of an import as CSV, in pieces."""
        async for piece in self.file(f"/api/imports/{import_id}/errors.csv"):
            yield piece

    async def suppress(self, emails: list[str], reason: str) -> SuppressionsOut:
        """Never write to these addresses again, at most 1,000 at a time."""
        return await self._post(SuppressionsOut, "/api/suppressions", {"emails": emails, "reason": reason})

    def suppressions(self) -> AsyncIterator[SuppressionOut]:
        """All suppressed addresses."""
        return self._all(SuppressionOut, "/api/suppressions")

    def domain_limits(self, pool: str | None = None) -> AsyncIterator[DomainLimitOut]:
        """The limits per recipient domain of a pool."""
        return self._all(DomainLimitOut, "/api/domain-limits", _given(pool=pool))

    async def set_domain_limit(self, domain: str, order: Mapping[str, object], pool: str | None) -> DomainLimitOut:
        """Limit a domain, or change its limit."""
        of_pool = _given(pool=pool)
        try:
            answer = await self._send("PATCH", f"/api/domain-limits/{quote(domain)}", params=of_pool, json=order)
        except ApiError as error:
            if error.status != 404:
                raise
            return await self._post(DomainLimitOut, "/api/domain-limits", {"domain": domain, **order, **of_pool})
        return DomainLimitOut.model_validate_json(answer.content)

    async def delete_domain_limit(self, domain: str, pool: str | None) -> None:
        """Limit a domain no longer."""
        await self._send("DELETE", f"/api/domain-limits/{quote(domain)}", params=_given(pool=pool))

    async def submit_task(self, order: Body, key: str | None = None) -> TaskOut:
        """Start a task; with the same `key` and order once only, however often it is called."""
        return await self._post(TaskOut, "/api/tasks", order, key=key)

    async def dry_run(self, order: Body) -> DryRunOut:
        """What a task would do."""
        return await self._post(DryRunOut, "/api/tasks", order, {"dryRun": "true"})

    def tasks(self) -> AsyncIterator[TaskOut]:
        """All tasks, the newest first."""
        return self._all(TaskOut, "/api/tasks")

    async def waiting(self) -> list[WaitingSumOut]:
        """Why the mails of all tasks wait, the reason that holds most first."""
        return (await self.page(WaitingSumOut, "/api/tasks/waiting", {})).data

    async def task(self, task_id: UUID) -> TaskOut:
        """One task."""
        return await self._get(TaskOut, f"/api/tasks/{task_id}")

    async def task_status(self, task_id: UUID) -> RealtimeStatus:
        """Where a task stands now."""
        return await self._get(RealtimeStatus, f"/api/tasks/{task_id}/realtime-status")

    async def forecast(self, task_id: UUID, by: datetime | None = None) -> ForecastOut:
        """When a task ends, what limits it, and what is needed to end by a given time."""
        params = {"by": by.astimezone().isoformat()} if by else None
        return await self._get(ForecastOut, f"/api/tasks/{task_id}/forecast", params)

    def subtasks(self, task_id: UUID, **filters: str) -> AsyncIterator[SubtaskOut]:
        """Mails of a task; `status` and `reason` narrow them down."""
        return self._all(SubtaskOut, f"/api/tasks/{task_id}/subtasks", filters)

    async def reasons(self, task_id: UUID) -> list[ReasonOut]:
        """Why mails of a task were not sent, the most frequent reason first."""
        return (await self.page(ReasonOut, f"/api/tasks/{task_id}/subtasks/reasons", {})).data

    async def subtask(self, task_id: UUID, seq: int) -> SubtaskHistoryOut:
        """One mail with every try of it."""
        return await self._get(SubtaskHistoryOut, f"/api/tasks/{task_id}/subtasks/{seq}")

    def unknown(self, task_id: UUID) -> AsyncIterator[UnknownOut]:
        """Mails of a task that nobody knows the outcome of."""
        return self._all(UnknownOut, f"/api/tasks/{task_id}/subtasks/unknown")

    async def decide(self, task_id: UUID, decision: Decision, seqs: list[int] | None = None) -> ResolveOut:
        """What becomes of those: `resend`, `sent` or `failed`; all of them unless numbers are given."""
        order: dict[str, object] = {"decision": decision, **({"seqs": seqs} if seqs else {})}
        return await self._post(ResolveOut, f"/api/tasks/{task_id}/subtasks/resolve", order)

    async def list_of_mails(self, task_id: UUID, order: Body) -> ContactListOut:
        """Make a list of those whose mails failed or were cancelled; `reason` narrows them down."""
        return await self._post(ContactListOut, f"/api/tasks/{task_id}/subtasks/list", order)

    async def create_webhook(self, order: Body) -> NewWebhookOut:
        """Tell a receiver what comes back; the answer alone holds its secret."""
        return await self._post(NewWebhookOut, "/api/webhooks", order)

    def webhooks(self) -> AsyncIterator[WebhookOut]:
        """All webhooks."""
        return self._all(WebhookOut, "/api/webhooks")

    async def webhook(self, webhook_id: UUID) -> WebhookOut:
        """One webhook."""
        return await self._get(WebhookOut, f"/api/webhooks/{webhook_id}")

    async def change_webhook(self, webhook_id: UUID, change: Body) -> WebhookOut:
        """Change where it is told, or what; a message that waits is tried at once."""
        return await self._patch(WebhookOut, f"/api/webhooks/{webhook_id}", change)

    def webhook_deliveries(self, webhook_id: UUID) -> AsyncIterator[WebhookDeliveryOut]:
        """Its last tries, the newest first."""
        return self._all(WebhookDeliveryOut, f"/api/webhooks/{webhook_id}/deliveries")

    async def test_webhook(self, webhook_id: UUID) -> WebhookTestOut:
        """Post a message that means nothing."""
        return await self._post(WebhookTestOut, f"/api/webhooks/{webhook_id}/test", {})

    async def resume_webhook(self, webhook_id: UUID, *, skip_missed: bool = False) -> WebhookOut:
        """Go on with one that was given up."""
        return await self._post(WebhookOut, f"/api/webhooks/{webhook_id}/resume", {"skipMissed": skip_missed})

    async def rotate_webhook_secret(self, webhook_id: UUID) -> NewWebhookOut:
        """Give it a new secret."""
        return await self._post(NewWebhookOut, f"/api/webhooks/{webhook_id}/rotate-secret", {})

    async def delete_webhook(self, webhook_id: UUID) -> None:
        """Tell it nothing more."""
        await self._send("DELETE", f"/api/webhooks/{webhook_id}")

    def events(self, **filters: str) -> AsyncIterator[EventOut]:
        """What came back, in the order it was recorded; `taskId`, `seq` and `kind` narrow it down."""
        return self._all(EventOut, "/api/events", filters)

    async def evidence(self, order: Body) -> EvidenceOut:
        """Take mails as sent that were seen, at most 1,000 at a time."""
        return await self._post(EvidenceOut, "/api/tasks/evidence", order)

    async def change_task(self, task_id: UUID, change: Body) -> TaskOut:
        """Change a task's name, priority, weight or what its pinned mails do; what is not named stays."""
        return await self._patch(TaskOut, f"/api/tasks/{task_id}", change)

    async def order_task(self, task_id: UUID, order: str) -> TaskOut:
        """`pause`, `resume` or `cancel`; each may be given twice."""
        return await self._post(TaskOut, f"/api/tasks/{task_id}/{order}", {})


def _given(**parameters: str | None) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value is not None}
