"""Logging in to a service: one method, one try, and no password in any text."""

import base64

import aiosmtplib

from mail.errors import AuthFailedError
from mail.reply import printable
from mail.transport import Account

METHODS_ENCRYPTED = ("plain", "login", "cram-md5")
METHODS_PLAIN = ("cram-md5", "plain", "login")
"""Without encryption, first the method that does not show the password."""

METHOD_UNKNOWN = frozenset({500, 501, 502, 504})
"""Codes by which a server disowns a method it has offered. Any other refusal ends the login: a second try with the
same password brings the account nearer to being locked."""


async def log_in(client: aiosmtplib.SMTP, account: Account) -> None:
    """Authenticate by the first method both sides know. Raises `AuthFailedError`."""
    username, password = account.username or "", account.password or ""
    refusal: aiosmtplib.SMTPAuthenticationError | None = None
    for method in _methods(client, account):
        try:
            await _authenticate(client, method, username, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            refusal = error
            if error.code not in METHOD_UNKNOWN:
                break
        else:
            return
    if refusal is None:
        raise AuthFailedError(
            f"{account.place}: the server offers no login method that is known here "
            f"({', '.join(client.server_auth_methods) or 'none at all'}). Check port and security."
        )
    answer = f"{refusal.code} {printable(_without_secret(refusal.message, username, password))}"
    raise AuthFailedError(f"{account.place}: login as {username!r} was refused: {answer}")


def _methods(client: aiosmtplib.SMTP, account: Account) -> list[str]:
    known = METHODS_PLAIN if account.security == "none" else METHODS_ENCRYPTED
    return [method for method in known if method in client.server_auth_methods]


async def _authenticate(client: aiosmtplib.SMTP, method: str, username: str, password: str) -> None:
    if method == "plain":
        await client.auth_plain(username, password)
    elif method == "login":
        await client.auth_login(username, password)
    else:
        await client.auth_crammd5(username, password)


def _without_secret(text: str, username: str, password: str) -> str:
    """Strike out what a server may have echoed."""
    sent = (password, f"\0{username}\0{password}")
    for secret in (*sent, *(base64.b64encode(value.encode()).decode() for value in sent)):
        text = text.replace(secret, "***") if secret else text
    return text
