"""What a delivery needs of a connection to a service.

The steps of one mail are kept apart, so that it is always known whether the final dot may have gone out.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from mail.reply import Reply

Security = Literal["none", "starttls", "tls"]
"""Plain; upgraded by STARTTLS or not used at all; TLS from the first byte."""


@dataclass(frozen=True, slots=True)
class Account:
    """How to reach a service."""

    host: str
    port: int
    security: Security
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Host and port, as errors name it."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a step may take before the connection is given up."""

    connect: timedelta = timedelta(seconds=15)
    """Each of: name and TCP, TLS handshake, greeting."""
    command: timedelta = timedelta(seconds=20)
    """Each of: EHLO, AUTH, MAIL, RCPT, DATA, RSET."""
    upload: timedelta = timedelta(seconds=20)
    """The body, up to but without its final dot. Below a reservation's time-out."""
    quit: timedelta = timedelta(seconds=2)


class Transport(Protocol):
    """One connection, used for one mail after the other: `open`, then per mail `offer`, `transmit`, `reply`.

    Any of them may be cancelled; what was cancelled half-way leaves the connection unusable.
    """

    @property
    def usable(self) -> bool:
        """Open, authenticated, in step with the server and without a mail under way."""
        ...

    async def open(self) -> None:
        """Connect, greet, encrypt and log in. Raises a `ServiceFaultError`: what fails here is the service's fault."""
        ...

    async def offer(self, sender: str, recipient: str, *, size: int, utf8: bool) -> None:
        """MAIL, RCPT and DATA, until the server asks for the body. Raises `NotSentError`."""
        ...

    async def transmit(self, message: bytes) -> None:
        """Write the body and the final dot. Raises `NotSentError`; if it raises anything, no dot has gone out."""
        ...

    async def reply(self, within: timedelta) -> Reply:
        """Wait for the acceptance of the mail. `TimeoutError`: not yet, ask again.

        Raises `NotSentError` when the server answered that it did not take it, `OutcomeUnknownError` when there is no
        telling.
        """
        ...

    async def quit(self) -> None:
        """Take leave and close. Never raises: what was sent is settled."""
        ...

    def abort(self) -> None:
        """Close at once; what was not yet written is dropped."""
        ...
