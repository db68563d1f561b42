"""Unsubscribe links: each names one mail, and nobody can make or guess one without the installation's key."""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

MAC_BYTES = 16


class UnsubscribeLinks:
    """Makes links under a base URL, and reads their tokens: task, number of the mail, and a MAC of both."""

    def __init__(self, key: str, public_url: str | None) -> None:
        self._key = hmac.digest(base64.urlsafe_b64decode(key), b"tempost unsubscribe", "sha256")
        self._base = public_url.rstrip("/") if public_url else None

    def link(self, task_id: UUID, seq: int) -> str | None:
        """The link for one mail; None where people could not reach it, because no base URL is set."""
        if self._base is None:
            return None
        named = task_id.bytes + seq.to_bytes(4, "big")
        token = base64.urlsafe_b64encode(named + self._mac(named)).rstrip(b"=").decode()
        return f"{self._base}/unsubscribe/{token}"

    def mail_of(self, token: str) -> tuple[UUID, int] | None:
        """Task and number of the mail a token was made for; None if it was not made here."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            return None
        named, mac = raw[:20], raw[20:]
        if len(named) < 20 or not hmac.compare_digest(mac, self._mac(named)):
            return None
        return UUID(bytes=named[:16]), int.from_bytes(named[16:], "big")

    def _mac(self, named: bytes) -> bytes:
        return hmac.digest(self._key, named, hashlib.sha256)[:MAC_BYTES]
