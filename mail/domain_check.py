"""The check of a sending domain: SPF, DKIM, DMARC and MX as receivers will see them."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal, TypeVar

from contracts.finding import Finding, worded, worst_first
from mail.dns_lookup import Dns, DnsUnavailableError
from mail.domain_texts import DOMAIN
from mail.spf import read_spf
from mail.spf_include import spf_include

T = TypeVar("T")

POLICIES = ("none", "quarantine", "reject")
MOST_PARENTS = 8
"""Names that are asked for a DMARC record, from the domain upwards (the tree walk of DMARCbis)."""

KeyState = Literal["found", "missing", "differs", "unknown"]
"""Of a published key: it is ours; there is none; it is another; the DNS did not say."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What should be published for a domain."""

    selector: str
    record: str


@dataclass(slots=True)
class Checked:
    """What was found of a domain."""

    domain: str
    findings: list[Finding] = field(default_factory=list)
    keys: dict[str, KeyState] = field(default_factory=dict)
    """By selector."""

    def add(self, code: str, where: str, **values: object) -> None:
        """Note a finding at a name of the DNS."""
        found = worded(DOMAIN, code, (where,), domain=self.domain, **values)
        if found not in self.findings:
            self.findings.append(found)


async def check_domain(domain: str, dns: Dns, keys: Sequence[SigningKey] = (), hosts: Sequence[str] = ()) -> Checked:
    """Check a domain. `hosts`: those of the services that send from it. What the DNS does not say is a finding."""
    checked = Checked(domain)
    spf_passes = await _asked(checked, _check_spf(checked, dns, hosts))
    for key in keys:
        checked.keys[key.selector] = await _asked(checked, _check_key(checked, dns, key)) or "unknown"
    if not keys:
        checked.add("dkim_not_ours", domain)
    signed = not keys or any(state in {"found", "unknown"} for state in checked.keys.values())
    await _asked(checked, _check_dmarc(checked, dns, passes=spf_passes is not False or signed))
    await _asked(checked, _check_mx(checked, dns))
    checked.findings = worst_first(checked.findings)
    return checked


async def _asked(checked: Checked, question: Awaitable[T]) -> T | None:
    """Wait for a part of the check; what could not be asked is a finding."""
    try:
        return await question
    except DnsUnavailableError as error:
        checked.add("dns_unavailable", error.name, problem=str(error)[0].upper() + str(error)[1:].rstrip("."))
        return None


async def _check_spf(checked: Checked, dns: Dns, hosts: Sequence[str]) -> bool:
    """Check the record, and whether it knows the services; False if it lets nobody pass."""
    spf = await read_spf(checked.domain, dns)
    checked.findings += spf.findings
    if spf.record is None:
        return False
    for host in dict.fromkeys(hosts):
        include = spf_include(host)
        addresses = [] if include else await _addresses(host, dns)
        if not spf.covers(host, addresses):
            code = "spf_host_missing" if include else "spf_host_unmatched"
            checked.add(code, f"{checked.domain} TXT", host=host, include=include)
    return not any(finding.severity == "error" for finding in spf.findings)


async def _addresses(host: str, dns: Dns) -> list[str]:
    """Addresses of a service's host, which may be one itself."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        return await dns.addresses(host)


async def _check_key(checked: Checked, dns: Dns, key: SigningKey) -> KeyState:
    name = f"{key.selector}._domainkey.{checked.domain}"
    found = [text for text in await dns.txt(name) if "p" in tags(text)]
    where = f"{name} TXT"
    if not found:
        checked.add("dkim_missing", where, name=name)
        return "missing"
    if len(found) > 1:
        checked.add("dkim_several", where, name=name, count=len(found))
    ours = tags(key.record)
    same = [text for text in map(tags, found) if (text["p"], text.get("k", "rsa")) == (ours["p"], ours["k"])]
    if not same:
        checked.add("dkim_differs" if any(tags(text)["p"] for text in found) else "dkim_revoked", where, name=name)
        return "differs"
    if "y" in same[0].get("t", "").split(":"):
        checked.add("dkim_testing", where, name=name)
    return "found"


async def _check_dmarc(checked: Checked, dns: Dns, *, passes: bool) -> None:
    """Check the record of the domain or of the nearest parent that has one."""
    name, found = await _dmarc_records(checked.domain, dns)
    where = f"{name} TXT"
    if not found:
        checked.add("dmarc_missing", where)
        return
    if len(found) > 1:
        checked.add("dmarc_several", where, name=name, count=len(found))
        return
    read = tags(found[0])
    inherited = name != f"_dmarc.{checked.domain}"
    policy = (read.get("sp") if inherited else None) or read.get("p", "")
    if policy not in POLICIES:
        checked.add("dmarc_syntax", where, name=name)
        return
    if policy == "none":
        checked.add("dmarc_none", where)
    elif not passes:
        checked.add("dmarc_not_aligned", where, policy=policy)
    if "rua" not in read:
        checked.add("dmarc_no_reports", where)


async def _dmarc_records(domain: str, dns: Dns) -> tuple[str, list[str]]:
    labels = domain.split(".")
    for start in range(min(len(labels) - 1, MOST_PARENTS)):
        name = "_dmarc." + ".".join(labels[start:])
        found = [text for text in await dns.txt(name) if text.replace(" ", "").lower().startswith("v=dmarc1")]
        if found:
            return name, found
    return f"_dmarc.{domain}", []


async def _check_mx(checked: Checked, dns: Dns) -> None:
    """Check that answers find their way: a domain that takes no mail gets no replies."""
    domain, where = checked.domain, f"{checked.domain} MX"
    hosts = await dns.mx(domain)
    if hosts == ["."]:
        checked.add("mx_null", where)
    elif hosts:
        lost = [host for host in hosts if not await dns.addresses(host)]
        if len(lost) == len(hosts):
            checked.add("mx_unresolved", where, host=lost[0].rstrip("."))
    else:
        checked.add("mx_implied" if await dns.addresses(domain) else "mx_missing", where)


def tags(record: str) -> dict[str, str]:
    """Read `name=value; …` as DKIM and DMARC records have it; white space inside values means nothing."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, sign, value in pairs if sign}
