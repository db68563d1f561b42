"""The REST client of the command line and of programs: typed calls, careful retries, errors that say what to do.

async with ApiClient("http://127.0.0.1:8080", key) as api:
    task = await api.submit_task({"name": "…", "contactListId": …, "templateId": …})
"""

import asyncio
import ipaddress
import ssl
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlsplit
from uuid import UUID

import httpx
from pydantic import BaseModel

from api.client_errors import ApiError, ApiUnreachableError, raise_for_problem
from api.schemas.base import Page
from api.schemas.contact import ContactListOut, SuppressionOut, SuppressionsOut
from api.schemas.contact_import import ContactImportOut
from api.schemas.domain_limit import DomainLimitOut
from api.schemas.evidence import EvidenceOut, UnknownOut
from api.schemas.forecast import ForecastOut
from api.schemas.service import ServiceBulkOut, ServiceOut
from api.schemas.system import Health
from api.schemas.system_config import ConfigChangeOut, ConfigOut
from api.schemas.task import DryRunOut, RealtimeStatus, ResolveOut, SubtaskOut, TaskOut
from api.schemas.template import TemplateOut
from api.watched_file import Progress, WatchedFile
from contracts.delivery import Decision

Answer = TypeVar("Answer", bound=BaseModel)
Body = BaseModel | Mapping[str, object]

TIMEOUT = httpx.Timeout(30.0, connect=5.0)
UPLOAD_TIMEOUT = httpx.Timeout(60.0, connect=5.0, read=1800.0)
"""An upload is answered when all its rows are staged."""
ATTEMPTS = 3
PAUSE = 0.3
"""Seconds before the first new try; doubled for the next."""
LONGEST_PAUSE = 10.0
GATEWAY_FAULTS = {502, 503, 504}
PAGE = 200


class ApiClient:
    """Speaks to one installation with one key. What changes something is sent with an Idempotency-Key."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.AsyncClient(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=TIMEOUT,
            verify=_trusted(),
            trust_env=not _is_loopback(self.url),  # a proxy of the environment does not lead to this machine
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def health(self) -> Health:
        """How the installation does, or the caller's part of it."""
        return await self._get(Health, "/api/system/health")

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

    async def create_service(self, order: Body) -> ServiceOut:
        """Add a service."""
        return await self._post(ServiceOut, "/api/services", order)

    async def create_services(self, orders: list[dict[str, object]]) -> ServiceBulkOut:
        """Add several services, at most 500; each is judged by itself."""
        return await self._post(ServiceBulkOut, "/api/services/bulk", {"services": orders})

    def services(self) -> AsyncIterator[ServiceOut]:
        """All services."""
        return self._all(ServiceOut, "/api/services")

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
        self, list_id: UUID, file: Path, reading: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> ContactImportOut:
        """Upload a CSV file; `reading` may hold `encoding`, `delimiter` and `emailColumn`. It is merged afterwards."""
        path = f"/api/contact-lists/{list_id}/import"
        with file.open("rb") as opened:
            part = {"file": (file.name, WatchedFile(opened, progress), "text/csv")}
            return ContactImportOut.model_validate_json(
                (await self._send("POST", path, params=reading, files=part, timeout=UPLOAD_TIMEOUT)).content
            )

    async def contact_import(self, import_id: UUID) -> ContactImportOut:
        """How an import stands."""
        return await self._get(ContactImportOut, f"/api/imports/{import_id}")

    async def import_errors(self, import_id: UUID) -> AsyncIterator[bytes]:
        """The refused rows of an import as CSV, in pieces."""
        async with self._http.stream("GET", f"/api/imports/{import_id}/errors.csv") as response:
            await raise_for_problem(response)
            async for piece in response.aiter_bytes():
                yield piece

    async def suppress(self, emails: list[str], reason: str) -> SuppressionsOut:
        """Never write to these addresses again, at most 1,000 at a time."""
        return await self._post(SuppressionsOut, "/api/suppressions", {"emails": emails, "reason": reason})

    def suppressions(self) -> AsyncIterator[SuppressionOut]:
        """All suppressed addresses."""
        return self._all(SuppressionOut, "/api/suppressions")

    async def create_template(self, order: Body) -> TemplateOut:
        """Keep a template."""
        return await self._post(TemplateOut, "/api/templates", order)

    def templates(self) -> AsyncIterator[TemplateOut]:
        """All templates."""
        return self._all(TemplateOut, "/api/templates")

    def domain_limits(self, pool: str | None = None) -> AsyncIterator[DomainLimitOut]:
        """The limits per recipient domain of a pool."""
        return self._all(DomainLimitOut, "/api/domain-limits", _pool(pool))

    async def set_domain_limit(self, domain: str, order: Mapping[str, object], pool: str | None) -> DomainLimitOut:
        """Limit a domain, or change its limit."""
        try:
            answer = await self._send("PATCH", f"/api/domain-limits/{quote(domain)}", params=_pool(pool), json=order)
        except ApiError as error:
            if error.status != 404:
                raise
            return await self._post(DomainLimitOut, "/api/domain-limits", {"domain": domain, **order, **_pool(pool)})
        return DomainLimitOut.model_validate_json(answer.content)

    async def delete_domain_limit(self, domain: str, pool: str | None) -> None:
        """Limit a domain no longer."""
        await self._send("DELETE", f"/api/domain-limits/{quote(domain)}", params=_pool(pool))

    async def submit_task(self, order: Body) -> TaskOut:
        """Start a task."""
        return await self._post(TaskOut, "/api/tasks", order)

    async def dry_run(self, order: Body) -> DryRunOut:
        """What a task would do."""
        return await self._post(DryRunOut, "/api/tasks", order, {"dryRun": "true"})

    def tasks(self) -> AsyncIterator[TaskOut]:
        """All tasks, the newest first."""
        return self._all(TaskOut, "/api/tasks")

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

    def unknown(self, task_id: UUID) -> AsyncIterator[UnknownOut]:
        """Mails of a task that nobody knows the outcome of."""
        return self._all(UnknownOut, f"/api/tasks/{task_id}/subtasks/unknown")

    async def decide(self, task_id: UUID, decision: Decision, seqs: list[int] | None = None) -> ResolveOut:
        """What becomes of those: `resend`, `sent` or `failed`; all of them unless numbers are given."""
        order: dict[str, object] = {"decision": decision, **({"seqs": seqs} if seqs else {})}
        return await self._post(ResolveOut, f"/api/tasks/{task_id}/subtasks/resolve", order)

    async def evidence(self, order: Body) -> EvidenceOut:
        """Take mails as sent that were seen, at most 1,000 at a time."""
        return await self._post(EvidenceOut, "/api/tasks/evidence", order)

    async def order_task(self, task_id: UUID, order: str) -> TaskOut:
        """`pause`, `resume` or `cancel`; each may be given twice."""
        return await self._post(TaskOut, f"/api/tasks/{task_id}/{order}", {})

    async def _get(self, kind: type[Answer], path: str, params: Mapping[str, str] | None = None) -> Answer:
        return kind.model_validate_json((await self._send("GET", path, params=params)).content)

    async def _post(self, kind: type[Answer], path: str, body: Body, params: Mapping[str, str] | None = None) -> Answer:
        plain = body if isinstance(body, Mapping) else body.model_dump(mode="json", by_alias=True, exclude_unset=True)
        response = await self._send("POST", path, params=params, json=plain)
        return kind.model_validate_json(response.content)

    async def _all(
        self, kind: type[Answer], path: str, filters: Mapping[str, str] | None = None
    ) -> AsyncIterator[Answer]:
        params = {"limit": str(PAGE), **(filters or {})}
        while True:
            page = Page[kind].model_validate_json(  # type: ignore[valid-type]  # the argument is a type
                (await self._send("GET", path, params=params)).content
            )
            for item in page.data:
                yield item
            if page.next_cursor is None:
                return
            params["cursor"] = page.next_cursor

    async def _send(self, method: str, path: str, **request: object) -> httpx.Response:
        """Send until an answer comes that a further try would not better; the same key each time."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        pause = PAUSE
        for _ in range(ATTEMPTS - 1):
            try:
                response = await self._http.request(method, path, headers=headers, **request)  # type: ignore[arg-type]
            except httpx.TransportError:
                await asyncio.sleep(pause)
            else:
                told = _retry_after(response)
                if told is None and response.status_code not in GATEWAY_FAULTS:
                    return await raise_for_problem(response)
                await asyncio.sleep(min(LONGEST_PAUSE, told or pause))
            pause *= 2
        try:
            response = await self._http.request(method, path, headers=headers, **request)  # type: ignore[arg-type]
        except httpx.TransportError as error:
            raise ApiUnreachableError(self.url, str(error) or type(error).__name__) from error
        return await raise_for_problem(response)


def _pool(name: str | None) -> dict[str, str]:
    return {} if name is None else {"pool": name}


def _retry_after(response: httpx.Response) -> float | None:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() else None


@cache
def _trusted() -> ssl.SSLContext:
    """The system's authorities, read once: for a program that speaks with many keys, each reading would be 20 ms."""
    return ssl.create_default_context()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
