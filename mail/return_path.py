"""Return addresses that name their mail: `bounces+TOKEN@mail.example.org` (VERP, variable envelope return path).

A bounce may return nothing of the mail it is about, but it must come to the envelope's sender. The token cannot be made
or guessed without the installation's key. It is base32, because some systems change the case of a local part.
"""

import base64
import binascii
import hmac
from uuid import UUID

MAC_BYTES = 8
NAMED_BYTES = 20
LONGEST_LOCAL = 64
"""RFC 5321, 4.5.3.1.1."""


class ReturnPaths:
    """Makes and reads such addresses."""

    def __init__(self, key: str) -> None:
        self._key = hmac.digest(base64.urlsafe_b64decode(key), b"tempost return path", "sha256")

    def address(self, bounce_address: str, task_id: UUID, seq: int) -> str:
        """The return address of one mail; the plain one where its local part has no room for the token."""
        local, _, domain = bounce_address.rpartition("@")
        named = task_id.bytes + seq.to_bytes(4, "big")
        token = base64.b32encode(named + self._mac(named)).rstrip(b"=").decode().lower()
        made = f"{local}+{token}"
        return f"{made}@{domain}" if len(made) <= LONGEST_LOCAL else bounce_address

    def mail_of(self, address: str) -> tuple[UUID, int] | None:
        """Task and number of the mail whose return address this is; None if it was not made here."""
        token = address.rpartition("@")[0].rpartition("+")[2].upper()
        try:
            raw = base64.b32decode(token + "=" * (-len(token) % 8))
        except (binascii.Error, ValueError):
            return None
        named, mac = raw[:NAMED_BYTES], raw[NAMED_BYTES:]
        if len(named) < NAMED_BYTES or not hmac.compare_digest(mac, self._mac(named)):
            return None
        return UUID(bytes=named[:16]), int.from_bytes(named[16:], "big")

    def _mac(self, named: bytes) -> bytes:
        return hmac.digest(self._key, named, "sha256")[:MAC_BYTES]
