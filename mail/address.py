"""E-mail addresses: which are accepted, and the one form in which they are kept and compared.

Accepted is what a mailing can reach: `local@domain` with a public-looking domain, in any script. Not accepted, though
SMTP knows them: quoted local parts, address literals, comments, domains without a dot. Whether the domain exists is not
asked.
"""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

MAX_LENGTH = 254

ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
TOP_LABEL = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}))?[A-Za-z]"

PLAIN = re.compile(
    rf"(?=.{{1,64}}@)(?P<local>{ATEXT}+(?:\.{ATEXT}+)*)@"
    rf"(?P<domain>(?:{LABEL}\.)+(?!(?:arpa|invalid|local|localhost|onion)\Z){TOP_LABEL})",
    re.IGNORECASE | re.ASCII,
)
"""Addresses that are valid beyond doubt: what it does not match is judged by email-validator, twenty times slower."""


class AddressError(ValueError):
    """Not an address a mail can be sent to; the text says why."""


def normalise(address: str) -> str:
    """Return the form that is kept: local part as it is (NFC), domain in lower case and in ASCII (IDNA).

    Outer spaces are dropped. Raises `AddressError`.
    """
    address = address.strip()
    plain = PLAIN.fullmatch(address) if len(address) <= MAX_LENGTH and "--" not in address else None
    if plain is not None:
        return f"{plain['local']}@{plain['domain'].lower()}"
    return _normalise_any(address)


def address_key(address: str) -> str:
    """Return what two normalised addresses of one person have in common: the case is left out.

    RFC 5321 lets a host tell `A@` from `a@`; none that matters does, and two mails to one person would be worse.
    """
    return address.lower()


def needs_smtputf8(address: str) -> bool:
    """Whether only servers with SMTPUTF8 (RFC 6531) take this normalised address: its local part goes beyond ASCII."""
    return not address.isascii()


def _normalise_any(address: str) -> str:
    try:
        valid = validate_email(address, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        raise AddressError(str(error)) from error
    local = address.rpartition("@")[0]  # the library would lower the case of some, such as Info@
    return f"{unicodedata.normalize('NFC', local)}@{valid.ascii_domain}"
