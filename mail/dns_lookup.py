"""Questions to the DNS, with a bound on the time they take. A name without records is an answer, no answer is an error.

Nothing is kept: who has just published a record wants it found.
"""

from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT

from mail.nameservers import Nameservers


class DnsUnavailableError(Exception):
    """Nobody answered, or only that there is trouble: what is published is not known."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"the DNS gave no answer for {name}: {problem}")
        self.name = name


class Dns(Protocol):
    """What checks ask. An empty list: there is no such record, or no such name."""

    async def txt(self, name: str) -> list[str]:
        """Texts, the pieces of each joined."""
        ...

    async def mx(self, name: str) -> list[str]:
        """Hosts that take the domain's mail, the preferred first; `.` alone says that it takes none (RFC 7505)."""
        ...

    async def addresses(self, name: str) -> list[str]:
        """IPv4 and IPv6 addresses."""
        ...


class DnsLookup:
    """Asks name servers. Every method raises `DnsUnavailableError`."""

    def __init__(self, nameservers: Nameservers) -> None:
        try:
            self._resolver = dns.asyncresolver.Resolver(configure=not nameservers.addresses)
        except dns.resolver.NoResolverConfiguration as error:
            raise DnsUnavailableError("any name", "this machine names no resolver in /etc/resolv.conf") from error
        if nameservers.addresses:
            self._resolver.nameservers = list(nameservers.addresses)
            self._resolver.port = nameservers.port
        self._resolver.lifetime = nameservers.timeout.total_seconds()
        self._resolver.timeout = self._resolver.lifetime / 2

    async def txt(self, name: str) -> list[str]:
        """Texts, the pieces of each joined."""
        rows = [row for row in await self._ask(name, "TXT") if isinstance(row, TXT)]
        return [b"".join(row.strings).decode("utf-8", "replace") for row in rows]

    async def mx(self, name: str) -> list[str]:
        """Hosts that take the domain's mail, the preferred first."""
        rows = [row for row in await self._ask(name, "MX") if isinstance(row, MX)]
        return [row.exchange.to_text() for row in sorted(rows, key=lambda row: (row.preference, row.exchange))]

    async def addresses(self, name: str) -> list[str]:
        """IPv4 and IPv6 addresses."""
        return [row.to_text() for kind in ("A", "AAAA") for row in await self._ask(name, kind)]

    async def _ask(self, name: str, kind: str) -> list[dns.rdata.Rdata]:
        try:
            answer = await self._resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
        except (dns.resolver.NXDOMAIN, dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel):
            return []
        except dns.resolver.LifetimeTimeout as error:
            problem = f"no name server answered within {self._resolver.lifetime:g} s; is this machine online?"
            raise DnsUnavailableError(name, problem) from error
        except (dns.exception.DNSException, OSError) as error:
            raise DnsUnavailableError(name, str(error) or type(error).__name__) from error
        return list(answer.rrset or ())
