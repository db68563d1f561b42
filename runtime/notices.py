"""Tells people of alerts: by webhook, one message each, and by mail, many in one. Sent again until they are taken.

Mails go over an account of their own, not over a service: a notice must leave when services rest or have no quota.
"""

import json
import logging
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import make_msgid
from types import TracebackType
from typing import Any, Self

import httpx

from activities.webhook_post import Message, headers
from database.connect import PoolConnection
from database.queries import alert
from database.queries.alert import Notice
from mail.errors import DeliveryError
from mail.message import compose
from mail.smtp import SmtpTransport
from mail.transport import Account, Timeouts
from runtime.settings import AlertSettings

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds that the other side has."""
MOST_ATTEMPTS = 30
"""A day and more; then it is given up, and stands in the list of alerts only."""
AT_ONCE = 50
NOT_TAKEN = (httpx.HTTPError, DeliveryError, OSError, TimeoutError)


class Notices:
    """Sends what is due on the channels that are set up."""

    def __init__(self, settings: AlertSettings, tls: ssl.SSLContext) -> None:
        self._settings = settings
        self._tls = tls
        self._http = httpx.AsyncClient(timeout=PATIENCE, verify=tls)
        webhook = ("webhook",) if settings.webhook_url else ()
        self.channels = (*webhook, *(("mail",) if settings.mail_to else ()))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def deliver(self, connection: PoolConnection) -> None:
        """Send what is due. Whoever dies between sending and noting it sends it again, under the same id."""
        for channel in self.channels:
            due = await alert.due_notices(connection, channel, AT_ONCE)
            if channel == "mail" and due:
                await self._tried(connection, due, channel)
            elif channel == "webhook":
                for notice in due:
                    if not await self._tried(connection, [notice], channel):
                        break

    async def _tried(self, connection: PoolConnection, notices: Sequence[Notice], channel: str) -> bool:
        """Whether they were taken."""
        try:
            await (self._mail(notices) if channel == "mail" else self._post(notices[0]))
        except NOT_TAKEN as error:
            said = str(error) or type(error).__name__
            log.warning("alert notices by %s were not taken, trying again: %s", channel, said)
            await alert.put_off(connection, notices, channel, said, MOST_ATTEMPTS)
            return False
        await alert.settle(connection, notices, channel)
        return True

    async def _post(self, notice: Notice) -> None:
        """One message, in the form of Standard Webhooks; signed where a secret is set."""
        assert self._settings.webhook_url is not None
        sent_at = datetime.now(UTC)
        body = json.dumps(
            {"type": f"alert.{notice.event}", "timestamp": sent_at.isoformat(), "data": shown(notice)}
        ).encode()
        message = Message(f"alert-{notice.alert_id}-{notice.event}", f"alert.{notice.event}", body)
        secret = self._settings.webhook_secret
        told = headers(message, [secret.get_secret_value()] if secret else [], int(sent_at.timestamp()))
        url = self._settings.webhook_url.get_secret_value()
        response = await self._http.post(url, content=body, headers=told)
        if not response.is_success:  # not raise_for_status: its text would bring the URL, a secret, into the log
            raise httpx.HTTPError(f"the webhook answered {response.status_code}")

    async def _mail(self, notices: Sequence[Notice]) -> None:
        """All in one mail."""
        settings = self._settings
        assert settings.mail_to is not None
        assert settings.mail_from is not None
        message = compose(
            message_id=make_msgid(domain=settings.mail_from.rpartition("@")[2]), date=datetime.now(UTC),
            from_name="Tempost", from_address=settings.mail_from, to_name=None, to_address=settings.mail_to,
            subject=_subject(notices), text="\n\n".join(_paragraph(notice) for notice in notices),
        )  # fmt: skip
        password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
        account = Account(
            settings.smtp_host, settings.smtp_port, settings.smtp_security, settings.smtp_username, password
        )
        short = timedelta(seconds=PATIENCE)
        transport = SmtpTransport(account, Timeouts(short, short, short), self._tls, "tempost.invalid")
        try:
            await transport.open()
            await transport.offer(settings.mail_from, settings.mail_to, size=len(message), utf8=not message.isascii())
            await transport.transmit(message)
            await transport.reply(short)
            await transport.quit()
        finally:
            with suppress(Exception):
                transport.abort()


def shown(notice: Notice) -> dict[str, Any]:
    """An alert as programs are told it; the same names as in the API."""
    told = notice.alert
    return {
        "id": notice.alert_id, "key": told["key"], "kind": told["kind"], "severity": told["severity"],
        "what": told["what"], "toDo": told["to_do"], "code": told["code"], "params": told["params"],
        "subject": told["subject"],
        "ownerId": str(told["owner_id"]) if told["owner_id"] else None,
        "raisedAt": _moment(told["raised_at"]), "clearedAt": _moment(told["cleared_at"]),
    }  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _subject(notices: Sequence[Notice]) -> str:
    first = notices[0]
    word = "Alert" if first.event == "raised" else "Over"
    more = f" (and {len(notices) - 1} more)" if len(notices) > 1 else ""
    return f"{word}: {' '.join(first.alert['what'].split())[:120]}{more}"


def _paragraph(notice: Notice) -> str:
    told = notice.alert
    if notice.event == "cleared":
        return f"Over since {told['cleared_at']:%Y-%m-%d %H:%M} UTC: {told['what']}"
    lines = (f"{told['severity'].upper()}: {told['what']}", f"What to do: {told['to_do']}", f"({told['key']})")
    return "\n".join(lines)
