"""Sending domains: a key is made, published, found, and never shown."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from mail.domain_check import tags
from runtime.resources import Resources
from runtime.settings import DnsSettings, Settings
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.mail.name_server import NameServer, serving, text

DOMAIN = {"domain": "News.Example.com", "algorithm": "ed25519"}


@pytest.fixture
async def name_server() -> AsyncIterator[tuple[NameServer, DnsSettings]]:
    """A DNS without any record."""
    async with serving({}) as (server, address):
        yield server, DnsSettings(servers=tuple(address.addresses), port=address.port, timeout=address.timeout)


@pytest.fixture
def settings(settings: Settings, name_server: tuple[NameServer, DnsSettings]) -> Settings:
    """Settings that name the test's DNS."""
    return settings.model_copy(update={"dns": name_server[1]})


@pytest.fixture
def zone(name_server: tuple[NameServer, DnsSettings]) -> dict[str, Any]:
    """What is published."""
    return name_server[0].zone


def publish(zone: dict[str, Any], domain: dict[str, Any]) -> None:
    """Do as one is told."""
    for record in domain["records"]:
        value = text(record["value"]) if record["kind"] == "TXT" else f"MX {record['value']}"
        zone.setdefault(record["name"], []).append(value)
    zone["mail.news.example.com"] = ["A 192.0.2.1"]


async def test_a_domain_says_what_to_publish_and_is_active_once_that_is_found(ann: Asker, zone: dict[str, Any]) -> None:
    made = await ann.made("/api/sending-domains", DOMAIN)
    assert (made["domain"], made["selector"], made["status"]) == ("news.example.com", "tempost", "pending")
    assert [record["name"] for record in made["records"]] == [
        "tempost._domainkey.news.example.com", "news.example.com", "_dmarc.news.example.com", "news.example.com",
    ]  # fmt: skip
    path = f"/api/sending-domains/{made['id']}"
    missing = await ann.made(f"{path}/check", {})
    assert missing["status"] == "pending"
    assert "dkim_missing" in {finding["code"] for finding in missing["findings"]}
    publish(zone, made)
    found = await ann.made(f"{path}/check", {})
    assert (found["status"], [finding["code"] for finding in found["findings"]]) == ("active", ["dmarc_none"])
    assert found["publishedAt"] == found["checkedAt"]
    assert (await ann.get(path)).json() == found
    assert (await ann.get("/api/sending-domains")).json()["data"] == [found]


async def test_a_key_that_is_gone_signs_no_longer_but_a_silent_dns_changes_nothing(
    ann: Asker, zone: dict[str, Any]
) -> None:
    made = await ann.made("/api/sending-domains", DOMAIN)
    path = f"/api/sending-domains/{made['id']}"
    publish(zone, made)
    await ann.made(f"{path}/check", {})
    zone["tempost._domainkey.news.example.com"] = ["SERVFAIL"]
    assert (await ann.made(f"{path}/check", {}))["status"] == "active"
    del zone["tempost._domainkey.news.example.com"]
    assert (await ann.made(f"{path}/check", {}))["status"] == "pending"


async def test_a_person_may_switch_it_on_and_off(ann: Asker, zone: dict[str, Any]) -> None:
    made = await ann.made("/api/sending-domains", DOMAIN)
    path = f"/api/sending-domains/{made['id']}"
    assert (await ann.patch(path, {"status": "active"})).json()["status"] == "active"
    assert (await ann.patch(path, {"status": "off"})).json()["status"] == "off"
    publish(zone, made)
    assert (await ann.made(f"{path}/check", {}))["status"] == "off"


async def test_the_private_key_is_sealed_and_never_answered(ann: Asker, resources: Resources) -> None:
    made = await ann.ask("POST", "/api/sending-domains", DOMAIN, headers={"Idempotency-Key": "k1"})
    again = await ann.ask("POST", "/api/sending-domains", DOMAIN, headers={"Idempotency-Key": "k1"})
    assert made.json() == again.json()
    row = await resources.ledger_pool.fetchrow("SELECT * FROM sending_domains")
    assert row is not None
    private = resources.seal.open(row["private_key_sealed"], row["id"])
    assert private.startswith("-----BEGIN PRIVATE KEY-----")
    assert private.encode() not in row["private_key_sealed"]
    assert "PRIVATE" not in made.text
    assert tags(row["public_record"])["p"] in made.text


async def test_services_that_send_from_it_are_in_the_suggested_spf_record(ann: Asker) -> None:
    for name, host in (("a", "smtp.gmail.com"), ("b", "mta.own.example.com")):
        await ann.made("/api/services", orders.service(name=name, host=host, fromAddress="a@news.example.com"))
    made = await ann.made("/api/sending-domains", DOMAIN)
    values = {record["purpose"]: record["value"] for record in made["records"]}
    assert values["spf"] == "v=spf1 include:_spf.google.com a:mta.own.example.com ~all"


async def test_a_long_key_is_in_pieces_in_a_zone_file(ann: Asker) -> None:
    made = await ann.made("/api/sending-domains", {"domain": "example.com", "selector": "S2026"})
    record = made["records"][0]
    assert record["name"] == "s2026._domainkey.example.com"
    assert record["zoneLine"].count('"') == 4
    assert len(record["value"]) > 255


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"domain": "no domain"}, "#/domain"),
        ({"domain": "localhost"}, "#/domain"),
        ({"selector": "a.b"}, "#/selector"),
        ({"algorithm": "dsa"}, "#/algorithm"),
    ],
)
async def test_what_is_no_domain_is_refused(ann: Asker, change: dict[str, str], pointer: str) -> None:
    response = await ann.post("/api/sending-domains", DOMAIN | change)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == pointer


async def test_a_second_key_needs_another_selector(ann: Asker) -> None:
    await ann.made("/api/sending-domains", DOMAIN)
    assert (await ann.post("/api/sending-domains", DOMAIN)).status_code == 409
    assert (await ann.post("/api/sending-domains", DOMAIN | {"selector": "next"})).status_code == 201


async def test_a_domain_of_someone_else_is_not_there(ann: Asker, bob: Asker) -> None:
    made = await ann.made("/api/sending-domains", DOMAIN)
    path = f"/api/sending-domains/{made['id']}"
    answers = [
        await bob.get(path), await bob.patch(path, {"status": "off"}), await bob.post(f"{path}/check", {}),
        await bob.delete(path),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * 4
    assert (await ann.delete(path)).status_code == 204
    assert (await ann.get(path)).status_code == 404
