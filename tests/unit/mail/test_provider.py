"""Providers are told by the domain alone."""

from mail.address import normalise
from mail.provider import DOMAINS, PROVIDER_OF


def test_no_domain_stands_with_two_providers_and_each_is_written_as_addresses_are() -> None:
    assert len(PROVIDER_OF) == sum(len(domains) for domains in DOMAINS.values())
    assert all(normalise(f"a@{domain}") == f"a@{domain}" for domain in PROVIDER_OF)
