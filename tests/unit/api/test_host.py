"""Which hosts lie inside our own network, by their looks and by where they lead."""

import pytest

from api.operations.host import HostRefusedError, check_addresses, check_name
from api.problems import InvalidError

INSIDE = [
    "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "localhost", "mail.localhost", "mail.local",
    "db.internal", "nas.lan", "mailhost",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "2001:4860:4860::8888", "mail.example.com", "smtp.example.co.uk"]


@pytest.mark.parametrize("host", INSIDE)
def test_what_lies_inside_is_refused(host: str) -> None:
    with pytest.raises(InvalidError):
        check_name(host, allow_private=False)


@pytest.mark.parametrize("host", OUTSIDE)
def test_what_lies_outside_is_taken(host: str) -> None:
    check_name(host, allow_private=False)


@pytest.mark.parametrize("host", INSIDE)
def test_a_setting_allows_all(host: str) -> None:
    check_name(host, allow_private=True)


async def test_a_name_that_leads_inside_is_refused() -> None:
    with pytest.raises(HostRefusedError, match="private"):
        await check_addresses("localhost", 25, allow_private=False)
    await check_addresses("localhost", 25, allow_private=True)
