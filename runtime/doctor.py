"""The examination of an installation: what it is told, whom it reaches, and whether its domains may send."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
from temporalio.service import RPCError

from contracts.finding import Finding, Texts, worded
from database.connect import connected
from database.errors import UNREACHABLE
from database.migrate import revisions
from database.queries import sending_domain
from database.queries.sending_domain import FromDomain
from database.queries.system import schema_version
from mail.dns_lookup import DnsLookup, DnsUnavailableError
from mail.domain_check import SigningKey, check_domain
from mail.domain_texts import DOMAIN
from mail.nameservers import Nameservers
from runtime.settings import Settings
from runtime.temporal import connect
from runtime.traces import Traces

PATIENCE = timedelta(seconds=5)
"""For anyone who is asked for the first time."""
AT_ONCE = 20
"""Hosts or domains that are asked at a time."""

DOCTOR: Texts = {
    "database_unreachable": (
        "error", "PostgreSQL does not answer: {problem}.", "Start it, or correct TEMPOST_DATABASE__URL.",
    ),
    "schema_old": (
        "error", "The database's schema is version {found}, and this program needs {newest}.",
        "Run the migrations of this program before its processes.",
    ),
    "schema_unknown": (
        "error", "The database's schema is version {found}, which this program does not know.",
        "Run the program that wrote it, or restore a backup.",
    ),
    "temporal_unreachable": (
        "error", "Temporal at {address} does not answer: {problem}.", "Start it, or correct TEMPOST_TEMPORAL__ADDRESS.",
    ),
    "public_url_missing": (
        "warning", "No public address is set: mails have no unsubscribe link, which large receivers demand.",
        "Set TEMPOST_API__PUBLIC_URL to an https address that reaches the API.",
    ),
    "public_url_insecure": (
        "warning", "The public address is no https address: unsubscribing takes more than one click (RFC 8058).",
        "Let TEMPOST_API__PUBLIC_URL begin with https.",
    ),
    "host_unreachable": (
        "error", "{host}:{port} takes no connection from here: {problem}.",
        "Look at its name and port, and at firewalls; active services that need it: {services}.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at."""

    subject: str
    good: str
    """What is said where nothing was found."""
    findings: list[Finding] = field(default_factory=list)


async def examine(settings: Settings, domains: Sequence[str]) -> list[Examined]:
    """Look at everything; `domains` besides those that services send from. Bounded in time, whoever is down."""
    database, hosts, known = await _database(settings, domains)
    return [
        _public_url(settings.api.public_url),
        database,
        await _temporal(settings),
        *await _all([_host(*host) for host in hosts]),
        *await examine_domains(known, settings.dns.nameservers()),
    ]


async def examine_domains(domains: Sequence[FromDomain], nameservers: Nameservers) -> list[Examined]:
    """Ask the DNS for each domain."""
    try:
        dns = DnsLookup(nameservers)
    except DnsUnavailableError as error:
        return [Examined("dns", "", [worded(DOMAIN, "dns_unavailable", problem=str(error))])] if domains else []
    return await _all([_domain(domain, dns) for domain in domains])


async def _domain(domain: FromDomain, dns: DnsLookup) -> Examined:
    keys = [SigningKey(selector, record) for selector, record in domain.keys]
    checked = await check_domain(domain.domain, dns, keys, domain.hosts)
    return Examined(f"domain {domain.domain}", "SPF, DKIM, DMARC and MX are in order", checked.findings)


def _public_url(url: str | None) -> Examined:
    code = None if url and url.startswith("https:") else "public_url_insecure" if url else "public_url_missing"
    return Examined("public address", url or "", [worded(DOCTOR, code)] if code else [])


async def _database(
    settings: Settings, domains: Sequence[str]
) -> tuple[Examined, list[tuple[str, int, int]], list[FromDomain]]:
    """Look at the database, and read from it whom to ask next."""
    asked = {domain: FromDomain(domain, [], []) for domain in domains}
    try:
        async with connected(settings.database.url.get_secret_value()) as connection:
            found, newest = await schema_version(connection), revisions()
            if found != newest[0]:
                code = "schema_old" if found is None or found in newest else "schema_unknown"
                wrong = worded(DOCTOR, code, found=found or "none", newest=newest[0])
                return Examined("database", "", [wrong]), [], list(asked.values())
            for domain in domains:
                asked[domain] = FromDomain(domain, [], await sending_domain.keys_of(connection, domain))
            asked |= {row.domain: row for row in await sending_domain.from_domains(connection)}
            hosts = await sending_domain.hosts(connection)
    except (*UNREACHABLE, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        wrong = worded(DOCTOR, "database_unreachable", problem=_said(error))
        return Examined("database", "", [wrong]), [], list(asked.values())
    return Examined("database", f"answers, schema {found}"), hosts, list(asked.values())


async def _temporal(settings: Settings) -> Examined:
    address = settings.temporal.address
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            client = await connect(settings.temporal, Traces(settings.traces), lazy=False)
            await client.count_workflows()
    except (RuntimeError, RPCError, TimeoutError) as error:  # the SDK's connection failures are plain RuntimeErrors
        wrong = worded(DOCTOR, "temporal_unreachable", address=address, problem=_said(error))
        return Examined("temporal", "", [wrong])
    return Examined("temporal", f"answers at {address}")


async def _host(host: str, port: int, services: int) -> Examined:
    """Connect and hang up; logging in is what `tempost services test` does."""
    subject = f"host {host}:{port}"
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            _, writer = await asyncio.open_connection(host, port)
    except OSError as error:  # TimeoutError is one
        wrong = worded(DOCTOR, "host_unreachable", host=host, port=port, services=services, problem=_said(error))
        return Examined(subject, "", [wrong])
    writer.close()
    return Examined(subject, "takes connections")


async def _all(work: Sequence[Awaitable[Examined]]) -> list[Examined]:
    """Wait for all, some at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(each: Awaitable[Examined]) -> Examined:
        async with room:
            return await each

    return await asyncio.gather(*map(one, work))


def _said(error: BaseException) -> str:
    return str(error).rstrip(".").splitlines()[0][:200] if str(error) else "no answer in time"
