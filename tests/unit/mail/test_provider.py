"""Providers are told by the domain alone."""

import pytest

from mail.address import normalise
from mail.provider import DOMAINS, OTHER, PROVIDER_OF, provider_of


@pytest.mark.parametrize(
    ("address", "provider"),
    [
        ("a@gmail.com", "Google"), ("a@GoogleMail.com", "Google"), ("a@hotmail.co.uk", "Microsoft"),
        ("1@foxmail.com", "Tencent"), ("1@126.com", "NetEase"), ("a@yahoo.co.jp", "Yahoo Japan"),
        ("a@notgmail.com", OTHER), ("a@mail.gmail.com", OTHER),
    ],
)  # fmt: skip
def test_a_domain_names_its_provider(address: str, provider: str) -> None:
    assert provider_of(address) == provider


def test_no_domain_stands_with_two_providers_and_each_is_written_as_addresses_are() -> None:
    assert len(PROVIDER_OF) == sum(len(domains) for domains in DOMAINS.values())
    assert all(normalise(f"a@{domain}") == f"a@{domain}" for domain in PROVIDER_OF)
