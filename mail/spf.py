"""SPF records (RFC 7208), read as a receiver would: with everything that they include, and within its limits."""

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from contracts.finding import Finding, worded
from mail.dns_lookup import Dns
from mail.domain_texts import DOMAIN
from mail.spf_include import spf_include

MOST_LOOKUPS = 10
MOST_VOID = 2
"""Questions without an answer (RFC 7208, 4.6.4)."""
ENOUGH = 30
"""Lookups after which nothing more is read: the record is beyond saving."""

TERM = re.compile(
    r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::(\S+?))?((?:/\d{1,3})?(?://\d{1,3})?)", re.IGNORECASE
)
MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(\S*)", re.IGNORECASE)
NEEDS_VALUE = frozenset({"include", "exists", "ip4", "ip6"})


@dataclass(slots=True)
class Spf:
    """What a record says, all included."""

    domain: str
    record: str | None = None
    lookups: int = 0
    void: int = 0
    everyone: str | None = None
    """The qualifier of `all`; None if the record ends without one."""
    included: set[str] = field(default_factory=set)
    networks: list[IPv4Network | IPv6Network] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, code: str, **values: object) -> None:
        """Note a fault, once."""
        found = worded(DOMAIN, code, (f"{self.domain} TXT",), domain=self.domain, **values)
        if found not in self.findings:
            self.findings.append(found)

    def covers(self, host: str, addresses: list[str]) -> bool:
        """Whether mail from this host would pass, as far as can be told from its name or its addresses."""
        include = spf_include(host)
        if include is not None:
            return include in self.included
        return any(ip_address(address) in network for address in addresses for network in self.networks)


async def read_spf(domain: str, dns: Dns) -> Spf:
    """Read a domain's record. Raises `DnsUnavailableError`."""
    spf = Spf(domain)
    spf.record = await _record(spf, domain, dns)
    if spf.record is None:
        return spf
    await _terms(spf, domain, spf.record, dns, outermost=True)
    if spf.lookups > MOST_LOOKUPS:
        spf.add("spf_lookups", lookups=spf.lookups)
    if spf.void > MOST_VOID:
        spf.add("spf_void", void=spf.void)
    if spf.everyone == "+":
        spf.add("spf_allows_all")
    elif spf.everyone in {None, "?"} and spf.lookups < ENOUGH:
        spf.add("spf_open")
    return spf


async def _record(spf: Spf, name: str, dns: Dns) -> str | None:
    """The one record at a name; what is wrong with it is noted."""
    found = [text for text in await dns.txt(name) if text.lower().split(" ")[0] == "v=spf1"]
    if name != spf.domain:
        spf.void += not found
        if len(found) != 1:
            spf.add("spf_include_broken", include=name, count=len(found))
    elif not found:
        spf.add("spf_missing")
    elif len(found) > 1:
        spf.add("spf_several", count=len(found))
    return found[0] if found else None


async def _terms(spf: Spf, name: str, record: str, dns: Dns, *, outermost: bool) -> None:
    redirect = None
    for word in record.split()[1:]:
        modifier, term = MODIFIER.fullmatch(word), TERM.fullmatch(word)
        if spf.lookups >= ENOUGH:
            return
        if modifier is not None:
            redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
        elif term is None or (term[2].lower() in NEEDS_VALUE and not term[3]):
            spf.add("spf_syntax", term=word, place=name)
        elif term[2].lower() == "all":
            spf.everyone = (term[1] or "+") if outermost else spf.everyone
            return
        else:
            await _mechanism(spf, name, term, dns)
    if redirect is not None:
        spf.lookups += 1
        await _follow(spf, redirect, dns, outermost=outermost)


async def _mechanism(spf: Spf, name: str, term: re.Match[str], dns: Dns) -> None:
    kind, value, length = term[2].lower(), term[3] or name, term[4]
    if kind in {"ip4", "ip6"}:
        _add_network(spf, value, length, word=term[0], place=name)
        return
    spf.lookups += 1
    if kind == "ptr":
        spf.add("spf_ptr")
    if kind in {"ptr", "exists"} or "%" in value:
        return  # depends on the sender's address: counted, not asked
    if kind == "include":
        await _follow(spf, value, dns, outermost=False)
        return
    hosts = [value] if kind == "a" else await dns.mx(value)
    addresses = [address for host in hosts[:MOST_LOOKUPS] for address in await dns.addresses(host)]
    spf.void += not addresses
    for address in addresses:
        _add_network(spf, address, length.partition("//")[0] if ":" not in address else "", word=term[0], place=name)


async def _follow(spf: Spf, target: str, dns: Dns, *, outermost: bool) -> None:
    """Read what an include or redirect names; a circle ends at the limit of lookups, or here."""
    target = target.rstrip(".").lower()
    if "%" in target or target in spf.included or target == spf.domain:
        return
    spf.included.add(target)
    record = await _record(spf, target, dns)
    if record is not None:
        await _terms(spf, target, record, dns, outermost=outermost)


def _add_network(spf: Spf, address: str, length: str, *, word: str, place: str) -> None:
    try:
        spf.networks.append(ip_network(f"{address}{length}", strict=False))
    except ValueError:
        spf.add("spf_syntax", term=word, place=place)
