"""The records to publish for a sending domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mail.spf_include import spf_include

TXT_PIECE = 255
"""Bytes that one piece of a TXT record holds."""


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record, as a form of a DNS provider asks for it and as a zone file has it."""

    purpose: Literal["dkim", "spf", "dmarc", "mx"]
    kind: Literal["TXT", "MX"]
    name: str
    value: str
    note: str

    @property
    def zone_line(self) -> str:
        """A line of a zone file; long texts are in pieces."""
        if self.kind == "MX":
            return f"{self.name}. IN MX {self.value}"
        pieces = [self.value[start : start + TXT_PIECE] for start in range(0, len(self.value), TXT_PIECE)]
        return f"{self.name}. IN TXT ( " + " ".join(f'"{piece}"' for piece in pieces) + " )"


def records(domain: str, selector: str, public_record: str, hosts: Sequence[str]) -> list[DnsRecord]:
    """What to publish: the key as it stands; the others as suggestions to begin with."""
    known = sorted({include for host in hosts if (include := spf_include(host))})
    own = sorted({host for host in hosts if not spf_include(host)})
    terms = [*(f"include:{each}" for each in known), *(f"a:{each}" for each in own)] or ["mx"]
    return [
        DnsRecord(
            "dkim", "TXT", f"{selector}._domainkey.{domain}", public_record,
            "Needed as it stands: mails are signed as soon as a check finds it.",
        ),
        DnsRecord(
            "spf", "TXT", domain, f"v=spf1 {' '.join(terms)} ~all",
            "If there is an SPF record already, add these terms to it: there may be only one.",
        ),
        DnsRecord(
            "dmarc", "TXT", f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}",
            "Unless there is one. Once the reports show that all your mail passes, write p=quarantine.",
        ),
        DnsRecord(
            "mx", "MX", domain, f"10 mail.{domain}.",
            "Unless there is one: mails are sent with their From address as return path, and replies and bounces "
            "must find their way back.",
        ),
    ]  # fmt: skip
