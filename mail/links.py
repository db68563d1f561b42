"""Links in mails: each names its mail, and nobody can make, guess or change one without the installation's key."""

import base64
import binascii
import hashlib
import hmac
from typing import Final, Literal, NamedTuple
from uuid import UUID

Purpose = Literal["unsubscribe", "preferences", "open", "click"]
PATHS: Final[dict[Purpose, tuple[str, str]]] = {
    "unsubscribe": ("/unsubscribe/", ""),
    "preferences": ("/preferences/", ""),
    "open": ("/o/", ".gif"),
    "click": ("/c/", ""),
}
"""What stands before and after the token; the addresses that the API answers."""
MAC_BYTES = 16
NAMED_BYTES = 20
"""A task and the number of a mail."""


class NamedMail(NamedTuple):
    """What a token says."""

    task_id: UUID
    seq: int
    rest: bytes
    """What else was sealed: of a click its link, see `MailLinks.click`."""


class MailLinks:
    """Makes links under a base URL, and reads their tokens: a mail, for a click its target too, and a MAC of all that.

    A token is good for the purpose it was made for: each has a key of its own.
    """

    def __init__(self, key: str, public_url: str | None) -> None:
        secret = base64.urlsafe_b64decode(key)
        self._keys = {purpose: hmac.digest(secret, f"tempost {purpose}".encode(), "sha256") for purpose in PATHS}
        self._base = public_url.rstrip("/") if public_url else None
        """None where people could not reach a link: then none is made."""
        self._starts = tuple(f"{self._base}{before}" for before, _ in PATHS.values()) if self._base else ()

    def link(self, purpose: Purpose, task_id: UUID, seq: int, rest: bytes = b"") -> str | None:
        """The link for one mail; None without a base URL."""
        if self._base is None:
            return None
        named = task_id.bytes + seq.to_bytes(4, "big") + rest
        token = base64.urlsafe_b64encode(named + self._mac(purpose, named)).rstrip(b"=").decode()
        before, after = PATHS[purpose]
        return f"{self._base}{before}{token}{after}"

    def click(self, task_id: UUID, seq: int, number: int, target: str) -> str | None:
        """A link to `target`, the mail's link of this number: a token leads where it was made for, nowhere else."""
        return self.link("click", task_id, seq, number.to_bytes(2, "big") + target.encode())

    def read(self, purpose: Purpose, token: str) -> NamedMail | None:
        """What a token was made for; None if it was not made here, or for another purpose."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            return None
        named, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        if len(named) < NAMED_BYTES or not hmac.compare_digest(mac, self._mac(purpose, named)):
            return None
        return NamedMail(UUID(bytes=named[:16]), int.from_bytes(named[16:NAMED_BYTES], "big"), named[NAMED_BYTES:])

    def read_click(self, token: str) -> tuple[NamedMail, int, str] | None:
        """The mail of a click, the number of the link in it, and where that leads."""
        mail = self.read("click", token)
        return (mail, int.from_bytes(mail.rest[:2], "big"), mail.rest[2:].decode()) if mail else None

    def is_own(self, url: str) -> bool:
        """Whether a link is one of these already."""
        return url.startswith(self._starts)

    def _mac(self, purpose: Purpose, named: bytes) -> bytes:
        return hmac.digest(self._keys[purpose], named, hashlib.sha256)[:MAC_BYTES]
