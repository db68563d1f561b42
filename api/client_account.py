"""The client's calls about what an account consists of, its lists and mailings apart."""

from collections.abc import AsyncIterator, Mapping, Sequence
from urllib.parse import quote
from uuid import UUID

from api.client_errors import ApiError
from api.client_transport import Body, Transport, given
from api.schemas.api_key import NewApiKeyOut
from api.schemas.domain_limit import DomainLimitOut
from api.schemas.mailbox import MailboxOut
from api.schemas.sending_domain import SendingDomainOut
from api.schemas.service import SentPerHourOut, ServiceBulkOut, ServiceOut, ServiceTestOut
from api.schemas.template import DraftOut, PreflightOut, PreviewOut, TemplateOut
from api.schemas.user import UserOut
from api.schemas.webhook import NewWebhookOut, WebhookDeliveryOut, WebhookOut, WebhookTestOut


class AccountCalls(Transport):
    """Services and their mailboxes, limits, templates, sending domains, webhooks, keys, users."""

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
        return await self._put(MailboxOut, f"/api/services/{service_id}/mailbox", order)

    async def test_mailbox(self, service_id: UUID) -> ServiceTestOut:
        """Log in to a service's mailbox."""
        return await self._post(ServiceTestOut, f"/api/services/{service_id}/mailbox/test", {})

    async def delete_mailbox(self, service_id: UUID) -> None:
        """Read a service's mailbox no more."""
        await self._send("DELETE", f"/api/services/{service_id}/mailbox")

    def domain_limits(self, pool: str | None = None) -> AsyncIterator[DomainLimitOut]:
        """The limits per recipient domain of a pool."""
        return self._all(DomainLimitOut, "/api/domain-limits", given(pool=pool))

    async def set_domain_limit(self, domain: str, order: Mapping[str, object], pool: str | None) -> DomainLimitOut:
        """Limit a domain, or change its limit."""
        of_pool = given(pool=pool)
        try:
            answer = await self._send("PATCH", f"/api/domain-limits/{quote(domain)}", params=of_pool, json=order)
        except ApiError as error:
            if error.status != 404:
                raise
            return await self._post(DomainLimitOut, "/api/domain-limits", {"domain": domain, **order, **of_pool})
        return DomainLimitOut.model_validate_json(answer.content)

    async def delete_domain_limit(self, domain: str, pool: str | None) -> None:
        """Limit a domain no longer."""
        await self._send("DELETE", f"/api/domain-limits/{quote(domain)}", params=given(pool=pool))

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

    async def create_key(self, order: Body) -> NewApiKeyOut:
        """Make a key; it is shown this once."""
        return await self._post(NewApiKeyOut, "/api/api-keys", order)

    async def revoke_key(self, key_id: UUID) -> None:
        """Have a key open nothing any more."""
        await self._send("DELETE", f"/api/api-keys/{key_id}")

    async def create_user(self, order: Body) -> UserOut:
        """Add a user; administrators only."""
        return await self._post(UserOut, "/api/users", order)
