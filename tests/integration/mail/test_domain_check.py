"""A sending domain as receivers see it, asked of a real name server."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from mail.dkim import new_private_key, public_record
from mail.dns_lookup import DnsLookup, DnsUnavailableError
from mail.domain_check import Checked, SigningKey, check_domain
from mail.domain_texts import DOMAIN
from mail.nameservers import Nameservers
from mail.spf import Spf, read_spf
from tests.integration.mail.name_server import Zone, serving, text

KEY = SigningKey("tempost", public_record(new_private_key("rsa")))
OTHER = public_record(new_private_key("ed25519"))
SPF = text("v=spf1 a:mx.a.example include:_spf.google.com ~all")
DMARC = text("v=DMARC1; p=quarantine; rua=mailto:a@a.example")
NAMES: Zone = {
    "mx.a.example": ["A 192.0.2.7"],
    "_spf.google.com": [text("v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/32 -all")],
}
GOOD: Zone = {
    **NAMES,
    "a.example": ["MX 10 mx.a.example.", SPF, text("some-verification=1")],
    "tempost._domainkey.a.example": [text(KEY.record)],
    "_dmarc.a.example": [DMARC],
}


async def checked(zone: Zone, hosts: Sequence[str] = (), keys: Sequence[SigningKey] = (KEY,)) -> Checked:
    """Check a.example with these records published."""
    async with serving(zone) as (_, nameservers):
        return await check_domain("a.example", DnsLookup(nameservers), keys, hosts)


def codes(checked: Checked) -> list[str]:
    return [finding.code for finding in checked.findings]


async def spf(record: str, **zone: Sequence[str]) -> Spf:
    """Read a record of a.example; names are written with `_` for `.`."""
    others = {name.replace("_", "."): records for name, records in zone.items()}
    async with serving({"a.example": [text(record)], **others}) as (_, nameservers):
        return await read_spf("a.example", DnsLookup(nameservers))


async def test_a_domain_with_all_it_needs_passes() -> None:
    found = await checked(GOOD, hosts=["smtp.gmail.com", "mx.a.example"])
    assert found.findings == []
    assert found.keys == {"tempost": "found"}


async def test_a_domain_that_does_not_exist_lacks_everything() -> None:
    found = await checked({})
    assert set(codes(found)) == {"spf_missing", "dkim_missing", "dmarc_missing", "mx_missing"}
    assert found.keys == {"tempost": "missing"}
    assert all(finding.action for finding in found.findings)


@pytest.mark.parametrize(
    ("published", "code", "state"),
    [
        ([text(OTHER)], "dkim_differs", "differs"),
        ([text("v=DKIM1; p=")], "dkim_revoked", "differs"),
        ([text(KEY.record), text(OTHER)], "dkim_several", "found"),
        ([text(f"{KEY.record}; t=y:s")], "dkim_testing", "found"),
        ([text("unrelated")], "dkim_missing", "missing"),
        (["SERVFAIL"], "dns_unavailable", "unknown"),
    ],
)
async def test_a_key_is_ours_and_alone(published: list[str], code: str, state: str) -> None:
    found = await checked({**GOOD, "tempost._domainkey.a.example": published})
    assert codes(found) == [code]
    assert found.keys == {"tempost": state}


async def test_a_key_is_compared_without_white_space() -> None:
    folded = KEY.record.replace("p=", "p= ").replace("k=rsa; ", "")
    assert (await checked({**GOOD, "tempost._domainkey.a.example": [text(folded)]})).findings == []


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=DMARC1; p=none; rua=mailto:a@a.example", "dmarc_none"),
        ("v=DMARC1; p=reject", "dmarc_no_reports"),
        ("v=DMARC1; p=maybe; rua=mailto:a@a.example", "dmarc_syntax"),
        ("v=spf1 -all", "dmarc_missing"),
    ],
)
async def test_a_policy_is_read(record: str, code: str) -> None:
    assert codes(await checked({**GOOD, "_dmarc.a.example": [text(record)]})) == [code]


async def test_two_policies_are_none() -> None:
    assert codes(await checked({**GOOD, "_dmarc.a.example": [DMARC, DMARC.replace("quarantine", "none")]})) == [
        "dmarc_several"
    ]


async def test_a_parents_policy_counts_for_its_children() -> None:
    zone = {**NAMES, "a.example": ["MX 10 mx.a.example.", SPF], "_dmarc.example": [DMARC]}
    assert codes(await checked(zone, keys=())) == ["dkim_not_ours", "dmarc_missing"][::-1]
    zone = {
        **NAMES,
        "a.b.example": ["MX 10 mx.a.example.", SPF],
        "_dmarc.b.example": [text("v=DMARC1; p=none; sp=bad")],
    }
    async with serving(zone) as (server, nameservers):
        found = await check_domain("a.b.example", DnsLookup(nameservers))
    assert "dmarc_syntax" in codes(found)
    assert "_dmarc.example" not in server.asked


async def test_a_strict_policy_that_our_mails_would_fail_is_named() -> None:
    bare = {name: records for name, records in GOOD.items() if "domainkey" not in name}
    found = await checked({**bare, "a.example": ["MX 10 mx.a.example."]})
    assert set(codes(found)) == {"spf_missing", "dkim_missing", "dmarc_not_aligned"}
    assert "dmarc_not_aligned" not in codes(await checked(bare))


@pytest.mark.parametrize(
    ("records", "code"),
    [
        (["MX 0 ."], "mx_null"),
        (["A 192.0.2.1"], "mx_implied"),
        (["MX 10 gone.a.example."], "mx_unresolved"),
        ([], "mx_missing"),
    ],
)
async def test_a_domain_takes_answers(records: list[str], code: str) -> None:
    assert codes(await checked({**GOOD, "a.example": [SPF, *records]})) == [code]


async def test_services_that_the_record_does_not_name_are_named() -> None:
    zone = {**GOOD, "smtp.own.example": ["A 203.0.113.9"]}
    found = await checked(zone, hosts=["email-smtp.eu-west-1.amazonaws.com", "smtp.own.example", "smtp.own.example"])
    assert codes(found) == ["spf_host_missing", "spf_host_unmatched"]
    assert "amazonses.com" in found.findings[0].action


@pytest.mark.parametrize(
    ("record", "codes"),
    [
        ("v=spf1 -all", []),
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::1 ~all", []),
        ("V=SPF1 ~ALL", []),
        ("v=spf1 +all", ["spf_allows_all"]),
        ("v=spf1 all", ["spf_allows_all"]),
        ("v=spf1 ?all", ["spf_open"]),
        ("v=spf1", ["spf_open"]),
        ("v=spf1 ptr -all", ["spf_ptr"]),
        ("v=spf1 ip4:300.1.1.1 -all", ["spf_syntax"]),
        ("v=spf1 inclde:x.example -all", ["spf_syntax"]),
        ("v=spf1 include -all", ["spf_syntax"]),
        ("v=spf1 include:gone.example -all", ["spf_include_broken"]),
        ("v=spf1 exists:%{i}.x.example exp=e.x.example unknown=x -all", []),
        ("v=spf1 a:g1.example a:g2.example mx:g3.example -all", ["spf_void"]),
        ("v=spf1 include:a.example include:a.example -all", []),
    ],
)
async def test_an_spf_record_is_read_as_receivers_do(record: str, codes: list[str]) -> None:
    assert [finding.code for finding in (await spf(record)).findings] == codes


async def test_lookups_are_counted_with_all_that_is_included() -> None:
    inner = text("v=spf1 a:h.example a:h.example a:h.example a:h.example -all")
    zone = {"h_example": ["A 192.0.2.1"], "one_example": [inner], "two_example": [inner]}
    ten = await spf("v=spf1 include:one.example include:two.example -all", **zone)
    assert (ten.lookups, ten.findings) == (10, [])
    eleven = await spf("v=spf1 include:one.example include:two.example a:h.example -all", **zone)
    assert [finding.code for finding in eleven.findings] == ["spf_lookups"]
    assert ten.everyone == "-"


async def test_a_redirect_ends_the_record() -> None:
    read = await spf("v=spf1 redirect=other.example", other_example=[text("v=spf1 ip4:192.0.2.1 -all")])
    assert (read.lookups, read.everyone, read.findings) == (1, "-", [])
    assert read.covers("some.host.example", ["192.0.2.1"])
    assert not read.covers("some.host.example", ["192.0.2.2"])


async def test_a_circle_of_includes_ends() -> None:
    circle = {
        "b_example": [text("v=spf1 include:c.example -all")],
        "c_example": [text("v=spf1 include:b.example -all")],
    }
    assert (await spf("v=spf1 include:b.example -all", **circle)).lookups == 3
    chain = {f"n{n}_example": [text(f"v=spf1 include:n{n + 1}.example -all")] for n in range(60)}
    assert [finding.code for finding in (await spf("v=spf1 include:n0.example -all", **chain)).findings] == [
        "spf_lookups"
    ]


async def test_two_records_are_none() -> None:
    async with serving({"a.example": [text("v=spf1 -all"), text("v=spf1 ~all")]}) as (_, nameservers):
        read = await read_spf("a.example", DnsLookup(nameservers))
    assert [finding.code for finding in read.findings] == ["spf_several"]


async def test_a_silent_server_is_said_to_be_silent() -> None:
    async with serving({"a.example": ["SILENCE"]}) as (_, nameservers):
        dns = DnsLookup(replace(nameservers, timeout=timedelta(milliseconds=50)))
        with pytest.raises(DnsUnavailableError, match="is this machine online"):
            await dns.txt("a.example")


async def test_a_machine_that_is_offline_gets_one_finding_a_question_and_no_false_ones() -> None:
    nowhere = DnsLookup(Nameservers(["127.0.0.1"], 1, timedelta(milliseconds=50)))
    found = await check_domain("a.example", nowhere, [KEY], ["smtp.gmail.com"])
    assert set(codes(found)) == {"dns_unavailable"}
    assert found.keys == {"tempost": "unknown"}


async def test_a_name_that_is_none_has_no_records() -> None:
    async with serving({}) as (_, nameservers):
        dns = DnsLookup(nameservers)
        assert [await dns.txt("x" * 64 + ".example"), await dns.mx("a..example"), await dns.addresses("a.example")] == [
            [], [], [],
        ]  # fmt: skip


def test_every_text_says_what_to_do() -> None:
    assert all(message.endswith(".") and action.endswith(".") for _, message, action in DOMAIN.values())
