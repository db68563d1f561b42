"""The arguments of MAIL and RCPT, read as RFC 5321, 4.1.2 writes them."""

import re
from dataclasses import dataclass

PATH = re.compile(r"^(FROM|TO):[ \t]*<((?:\"(?:[^\"\\]|\\.)*\"|[^<>\"])*)>(?:[ \t]+(.*))?$", re.IGNORECASE)
ADDRESS = re.compile(r"^(?:[^\s@<>\"]+|\"(?:[^\"\\]|\\.)*\")@(?:[^\s@<>\"]+)$")
ADDRESS_LENGTH = 320


class CommandError(Exception):
    """A command that is refused; the argument is the whole reply."""


@dataclass(frozen=True, slots=True)
class SmtpPath:
    """An address and the parameters that came with it, their names in upper case."""

    address: str
    parameters: dict[str, str | None]

    @property
    def ascii_only(self) -> bool:
        """Whether no SMTPUTF8 is needed for it."""
        return self.address.isascii()


def read_path(argument: str, word: str) -> SmtpPath:
    """Read `FROM:<…> parameters` or `TO:<…> parameters`; raise `CommandError` with a 501 or 553."""
    found = PATH.match(argument)
    if found is None or found[1].upper() != word:
        raise CommandError(f"501 5.5.4 Syntax: {word}:<address>")
    address = found[2].rpartition(":")[2] if found[2].startswith("@") else found[2]
    if (address or word == "TO") and (len(address) > ADDRESS_LENGTH or not ADDRESS.match(address)):
        raise CommandError("501 5.1.3 Bad address syntax" if word == "TO" else "501 5.1.7 Bad address syntax")
    if any("\udc80" <= character <= "\udcff" for character in address):
        raise CommandError("501 5.1.3 The address is not UTF-8")
    return SmtpPath(address, _parameters(found[3] or ""))


def _parameters(text: str) -> dict[str, str | None]:
    pairs = (word.partition("=") for word in text.split())
    return {name.upper(): value if equals else None for name, equals, value in pairs}


def check_mail_parameters(path: SmtpPath, size_limit: int) -> None:
    """Raise `CommandError` for a size too large and for parameters that were not offered."""
    for name, value in path.parameters.items():
        if name == "SIZE":
            if value is None or not re.fullmatch(r"[0-9]{1,20}", value):
                raise CommandError("501 5.5.4 Syntax: SIZE=number")
            if int(value) > size_limit:
                raise CommandError("552 5.3.4 Message too big")
        elif name == "BODY":
            if (value or "").upper() not in {"7BIT", "8BITMIME"}:
                raise CommandError("501 5.5.4 Syntax: BODY=7BIT or BODY=8BITMIME")
        elif name not in {"SMTPUTF8", "AUTH"}:
            raise CommandError("555 5.5.4 Parameter not known")
    if not path.ascii_only and "SMTPUTF8" not in path.parameters:
        raise CommandError("553 5.6.7 The address needs SMTPUTF8")


def check_rcpt(path: SmtpPath, *, smtputf8: bool) -> None:
    """Raise `CommandError` for an address that the mail's MAIL did not prepare for, and for any parameter."""
    if not path.ascii_only and not smtputf8:
        raise CommandError("553 5.6.7 The address needs SMTPUTF8")
    if path.parameters:
        raise CommandError("555 5.5.4 Parameter not known")
