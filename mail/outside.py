"""Which addresses are outside of our own network."""

import ipaddress


def is_outside(address: str) -> bool:
    """Whether an IP address is a public one. Raises `ValueError` for what is no IP address.

    IPv4 in IPv6 is judged as IPv4: `::ffff:127.0.0.1` is here.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast
