"""A name server on loopback that knows what a test tells it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from mail.nameservers import Nameservers

Zone = Mapping[str, Sequence[str]]
"""By name: records such as `TXT "v=spf1 -all"` or `MX 10 mx.a.example.`; `SERVFAIL` and `SILENCE` instead of one."""


def text(value: str) -> str:
    """A TXT record in pieces of at most 255 bytes."""
    pieces = [value[start : start + 255] for start in range(0, len(value), 255)]
    return "TXT " + " ".join(f'"{piece}"' for piece in pieces)


class NameServer(asyncio.DatagramProtocol):
    """Answers from its zone; names that are not in it do not exist."""

    def __init__(self, zone: dict[str, Sequence[str]]) -> None:
        self.zone = zone
        self.asked: list[str] = []
        """Names, in the order in which they were asked."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        records = self.zone.get(name)
        if records == ["SILENCE"]:
            return
        reply = dns.message.make_response(query, recursion_available=True)
        if records is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif records == ["SERVFAIL"]:
            reply.set_rcode(dns.rcode.SERVFAIL)
        else:
            kind = dns.rdatatype.to_text(question.rdtype)
            values = [value for known, _, value in (record.partition(" ") for record in records) if known == kind]
            if values:
                reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        self._transport.sendto(reply.to_wire(), address)


@asynccontextmanager
async def serving(zone: Zone) -> AsyncIterator[tuple[NameServer, Nameservers]]:
    """Run one; how to ask it."""
    endpoint = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: NameServer(dict(zone)), local_addr=("127.0.0.1", 0)
    )
    transport, server = endpoint
    try:
        port = transport.get_extra_info("sockname")[1]
        yield server, Nameservers(["127.0.0.1"], port, timedelta(seconds=20))
    finally:
        transport.close()
