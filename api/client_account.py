"""Calls about what an account consists of: services, sending domains, templates, keys, users."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from api.client_transport import Body, Transport
from api.schemas.api_key import NewApiKeyOut
from api.schemas.mailbox import MailboxOut
from api.schemas.sending_domain import SendingDomainOut
from api.schemas.service import SentPerHourOut, ServiceBulkOut, ServiceOut, ServiceTestOut
from api.schemas.template import DraftOut, PreflightOut, PreviewOut, TemplateOut
from api.schemas.user import UserOut


class AccountCalls(Transport):
    """A part of `ApiClient`."""

    async def create_service(self, order: Body) -> ServiceOut:
        """Add a service."""
        return await self._post(ServiceOut, "/api/services", order)

    async def create_services(self, orders: list[dict[str, object]]) -> ServiceBulkOut:
        """Add several services, at most 500; each is judged by itself."""
        return await self._post(ServiceBulkOut, "/api/services/bulk", {"services": orders})

    def services(self) -> AsyncIterator[ServiceOut]:
        """All services."""
        return self._all(ServiceOut, "/api/services")

    async def service(self, service_id: UUID) -> ServiceOut:
        """One service."""
        return await self._get(ServiceOut, f"/api/services/{service_id}")

    async def sent_per_hour(self, service_ids: Sequence[UUID]) -> SentPerHourOut:
        """What services sent in each of the last hours, at most 200 at a time."""
        named = {"serviceId": [str(each) for each in service_ids]}
        return await self._get(SentPerHourOut, "/api/services/sent-per-hour", named)

    async def change_service(self, service_id: UUID, change: Body) -> ServiceOut:
        """Change a service; what is not named stays."""
        return await self._patch(ServiceOut, f"/api/services/{service_id}", change)

    async def order_service(self, service_id: UUID, order: str) -> ServiceOut:
        """`pause` or `resume`; each may be given twice."""
        return await self._post(ServiceOut, f"/api/services/{service_id}/{order}", {})

    async def test_service(self, service_id: UUID) -> ServiceTestOut:
        """Sign in to the account, without a mail."""
        return await self._post(ServiceTestOut, f"/api/services/{service_id}/test", {})

    async def delete_service(self, service_id: UUID) -> None:
        """Use a service no longer; the ledger keeps what it sent."""
        await self._send("DELETE", f"/api/services/{service_id}")

    async def mailbox(self, service_id: UUID) -> MailboxOut:
        """How a service's mailbox is read, and how that goes."""
        return await self._get(MailboxOut, f"/api/services/{service_id}/mailbox")

    async def put_mailbox(self, service_id: UUID, order: Body) -> MailboxOut:
        """Have a service's mailbox read."""
        answer = await self._send("PUT", f"/api/services/{service_id}/mailbox", json=order)
        return MailboxOut.model_validate_json(answer.content)

    async def test_mailbox(self, service_id: UUID) -> ServiceTestOut:
        """Log in to a service's mailbox."""
        return await self._post(ServiceTestOut, f"/api/services/{service_id}/mailbox/test", {})

    async def delete_mailbox(self, service_id: UUID) -> None:
        """Read a service's mailbox no more."""
        await self._send("DELETE", f"/api/services/{service_id}/mailbox")

    async def create_template(self, order: Body) -> TemplateOut:
        """Keep a template."""
        return await self._post(TemplateOut, "/api/templates", order)

    def templates(self) -> AsyncIterator[TemplateOut]:
        """All templates."""
        return self._all(TemplateOut, "/api/templates")

    async def template(self, template_id: UUID) -> TemplateOut:
        """One template."""
        return await self._get(TemplateOut, f"/api/templates/{template_id}")

    async def change_template(self, template_id: UUID, change: Body) -> TemplateOut:
        """Change a template; tasks that have begun keep their copy."""
        return await self._patch(TemplateOut, f"/api/templates/{template_id}", change)

    async def delete_template(self, template_id: UUID) -> None:
        """Delete a template; tasks keep their copy."""
        await self._send("DELETE", f"/api/templates/{template_id}")

    async def preview_template(self, template_id: UUID, order: Body) -> PreviewOut:
        """What a contact with these fields would get."""
        return await self._post(PreviewOut, f"/api/templates/{template_id}/preview", order)

    async def preview_draft(self, order: Body) -> DraftOut:
        """What a contact would get of content that is not kept yet, and what is to be said of it."""
        return await self._post(DraftOut, "/api/templates/preview", order)

    async def preflight(self, template_id: UUID, order: Body) -> PreflightOut:
        """What may cost the mails of a template their readers; the order may name `fields` and a `contactListId`."""
        return await self._post(PreflightOut, f"/api/templates/{template_id}/preflight", order)

    async def create_sending_domain(self, order: Body) -> SendingDomainOut:
        """Make a DKIM key for a domain."""
        return await self._post(SendingDomainOut, "/api/sending-domains", order)

    def sending_domains(self) -> AsyncIterator[SendingDomainOut]:
        """All sending domains."""
        return self._all(SendingDomainOut, "/api/sending-domains")

    async def check_sending_domain(self, domain_id: UUID) -> SendingDomainOut:
        """Ask the DNS what is published."""
        return await self._post(SendingDomainOut, f"/api/sending-domains/{domain_id}/check", {})

    async def change_sending_domain(self, domain_id: UUID, change: Body) -> SendingDomainOut:
        """Sign with its key, or no longer."""
        return await self._patch(SendingDomainOut, f"/api/sending-domains/{domain_id}", change)

    async def delete_sending_domain(self, domain_id: UUID) -> None:
        """Forget a domain and its key."""
        await self._send("DELETE", f"/api/sending-domains/{domain_id}")

    async def create_key(self, order: Body) -> NewApiKeyOut:
        """Make a key; it is shown this once."""
        return await self._post(NewApiKeyOut, "/api/api-keys", order)

    async def revoke_key(self, key_id: UUID) -> None:
        """Have a key open nothing any more."""
        await self._send("DELETE", f"/api/api-keys/{key_id}")

    async def create_user(self, order: Body) -> UserOut:
        """Add a user; administrators only."""
        return await self._post(UserOut, "/api/users", order)
