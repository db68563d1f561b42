"""A mailbox read by IMAP: what is new in its inbox and its junk folder, and waiting until there is more.

On IMAPClient, which blocks: each call is made in a thread, one at a time per mailbox. Nothing in the mailbox changes
unless `mark_read` is called.
"""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError
from imapclient.imapclient import JUNK, SEEN

from contracts.inbound import FolderPlace
from mail.reply import printable
from mail.transport import Account

SECONDS = 30.0
"""For connecting, and for each answer."""
KEPT_BYTES = 524_288
"""Of a mail that are fetched; see `runtime.inbox.MOST_BYTES`."""
AT_ONCE = 10
"""Mails in one fetch."""
WHOLE = f"BODY.PEEK[]<0.{KEPT_BYTES}>"


class MailboxError(Exception):
    """The mailbox cannot be read now; the text says where and why, and holds no password."""

    def __init__(self, text: str, reason: str = "connect_failed") -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail in a folder, and the place that is reached with it."""

    place: FolderPlace
    raw: bytes


class MailboxSession:
    """One connection to a mailbox. Every method raises `MailboxError`, and the session is of no use after that."""

    def __init__(self, account: Account, tls: ssl.SSLContext) -> None:
        self._account = account
        self._tls = tls
        self._client: IMAPClient | None = None
        self._aborted = False
        self._inbox_next: int | None = None
        """The number that the next mail of the inbox will have, when it was read last."""

    def open(self) -> None:
        """Connect, encrypt and log in."""
        account = self._account
        with self._told("connecting"):
            tls = account.security == "tls"
            client = IMAPClient(
                account.host, account.port, ssl=tls, ssl_context=self._tls if tls else None, timeout=SECONDS
            )
            self._client = client
            if self._aborted:
                self.abort()
            if account.security == "starttls":
                client.starttls(self._tls)
            client.login(account.username or "", account.password or "")

    def folders(self) -> list[str]:
        """The inbox, and the folder for junk where the server names one: filters put answers there."""
        with self._told("listing folders") as client:
            junk = client.find_special_folder(JUNK)
        return ["INBOX", *([str(junk)] if junk and str(junk).upper() != "INBOX" else [])]

    def news(
        self, folder: str, known: FolderPlace | None, since: date, *, marks_read: bool = False
    ) -> Iterator[Arrived]:
        """Mails after the place that is known; of a folder that is new, or was numbered anew, those since that day.

        The last thing that comes may be a place alone, with no mail: how far the folder reaches.
        """
        with self._told(f"reading {folder}") as client:
            opened = client.select_folder(folder, readonly=not marks_read)
            validity = int(opened[b"UIDVALIDITY"])
            if folder == "INBOX":
                self._inbox_next = opened.get(b"UIDNEXT")
            if known is not None and known.uid_validity == validity:
                found = client.search(["UID", f"{known.last_uid + 1}:*"])
                uids = sorted(uid for uid in found if uid > known.last_uid)  # `n:*` always names the last mail
            else:
                uids = sorted(client.search(["SINCE", since]))
                highest = int(opened.get(b"UIDNEXT", 1)) - 1
                if not uids and highest:
                    yield Arrived(FolderPlace(folder, validity, highest), b"")
        for start in range(0, len(uids), AT_ONCE):
            chunk = uids[start : start + AT_ONCE]
            with self._told(f"reading {folder}") as client:
                mails = client.fetch(chunk, [WHOLE])
            for uid in chunk:
                raw = next((value for key, value in mails.get(uid, {}).items() if key.startswith(b"BODY[")), b"")
                yield Arrived(FolderPlace(folder, validity, uid), raw or b"")

    def mark_read(self, uid: int) -> None:
        """Mark a mail of the folder that is read just now."""
        with self._told("marking as read") as client:
            client.add_flags([uid], [SEEN], silent=True)

    def wait(self, seconds: float) -> bool:
        """Until something new is in the inbox, or this long; False: the server cannot tell (RFC 2177)."""
        with self._told("waiting for mail") as client:
            if not client.has_capability("IDLE"):
                return False
            opened = client.select_folder("INBOX", readonly=True)
            if opened.get(b"UIDNEXT") != self._inbox_next:
                return True  # it came between the reading and now
            client.idle()
            until = time.monotonic() + seconds
            while (left := until - time.monotonic()) > 0:
                told = client.idle_check(left)
                if not told or any(b"EXISTS" in line for line in told):
                    break  # others only say that the server is still there; nothing at all, that it is not
            client.idle_done()
        return True

    def close(self) -> None:
        """Leave in order, as far as that is possible."""
        if self._client is not None:
            with suppress(OSError, IMAPClientError):
                self._client.logout()
        self.abort()

    def abort(self) -> None:
        """End the connection at once, also while another thread waits on it."""
        self._aborted = True
        if self._client is not None:
            with suppress(OSError):
                self._client.shutdown()

    @contextmanager
    def _told(self, doing: str) -> Iterator[IMAPClient]:
        """Say what failed, where, in one class."""
        try:
            yield self._client
        except LoginError as error:
            name = self._account.username
            raise MailboxError(
                f"{self._account.place}: login as {name!r} was refused: {self._plain(error)}", "auth_failed"
            ) from None
        except (OSError, IMAPClientError, ValueError, KeyError, AttributeError) as error:
            raise MailboxError(f"{self._account.place}: {doing} failed: {self._plain(error)}") from error

    def _plain(self, error: Exception) -> str:
        text = printable(str(error) or type(error).__name__)
        password = self._account.password
        return text.replace(password, "…") if password else text
