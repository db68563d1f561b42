"""From nothing to a connection that may carry mail: TCP, greeting, encryption, login. All faults are the service's."""

import ssl
from typing import NoReturn

import aiosmtplib

from mail.errors import ConnectFailedError, GreetingRefusedError, TlsFailedError
from mail.login import log_in
from mail.reply import make_reply, printable
from mail.transport import Account, Timeouts


async def open_client(client: aiosmtplib.SMTP, account: Account, timeouts: Timeouts) -> None:
    """Connect `client` as `account` asks for. Raises a `ServiceFaultError`; closing is then the caller's business."""
    await _connect(client, account, timeouts)
    await _greet(client, account)
    if account.security == "starttls":
        await _encrypt(client, account, timeouts)
    if account.username is not None:
        try:
            await log_in(client, account)
        except (OSError, aiosmtplib.SMTPException) as error:
            raise ConnectFailedError(f"{account.place}: lost at the login: {_cause(error)}") from error


async def _connect(client: aiosmtplib.SMTP, account: Account, timeouts: Timeouts) -> None:
    try:
        await client.connect(timeout=timeouts.connect.total_seconds())
    except aiosmtplib.SMTPResponseException as error:
        _refuse_greeting(account, error)
    except (OSError, ValueError, aiosmtplib.SMTPException) as error:
        if isinstance(error.__cause__, ssl.SSLError):
            raise TlsFailedError(f"{account.place}: no trusted TLS connection: {_cause(error)}") from error
        raise ConnectFailedError(f"{account.place}: no connection: {_cause(error)}") from error


async def _greet(client: aiosmtplib.SMTP, account: Account) -> None:
    """EHLO, and HELO for a server that knows no better."""
    try:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError as error:
            if error.code not in {500, 502}:
                raise
            await client.helo()
    except aiosmtplib.SMTPResponseException as error:
        _refuse_greeting(account, error)
    except (OSError, aiosmtplib.SMTPException) as error:
        raise ConnectFailedError(f"{account.place}: lost at EHLO: {_cause(error)}") from error


async def _encrypt(client: aiosmtplib.SMTP, account: Account, timeouts: Timeouts) -> None:
    """STARTTLS. What was received in the clear is dropped by aiosmtplib (RFC 3207, 4.2), and EHLO is said anew."""
    if not client.supports_extension("starttls"):
        raise TlsFailedError(f"{account.place}: the server does not offer STARTTLS, which this service requires")
    try:
        await client.starttls(timeout=timeouts.connect.total_seconds())
    except (OSError, aiosmtplib.SMTPException) as error:
        raise TlsFailedError(f"{account.place}: STARTTLS failed: {_cause(error)}") from error
    await _greet(client, account)


def _refuse_greeting(account: Account, error: aiosmtplib.SMTPResponseException) -> NoReturn:
    if error.code < 0:
        text = f"{account.place}: does not speak SMTP: {printable(error.message)}"
    else:
        text = f"{account.place}: the server turned us away: {make_reply(error.code, error.message)}"
    raise GreetingRefusedError(text) from error


def _cause(error: BaseException) -> str:
    """Find the plainest words for what went wrong: the innermost error's."""
    text = str(error)
    while error.__cause__ is not None:
        error = error.__cause__
        text = str(error) or text
    return printable(text) or type(error).__name__
