"""A relay's rate at the wire: several connections, and no burst of mails in any second."""

from evidence.journal import load, most_starts_in_a_second
from tests.workflow.flow import Flow

RATE = 20
LATENCY_MS = 200
STALLED = 2
"""A mail that a busy machine holds back on its way to the wire comes among those of the next moment."""


async def test_a_relay_uses_several_connections_and_lets_no_burst_pass_its_rate(
    flow: Flow,
) -> None:
    relay = await flow.service(kind="relay", interval=1 / RATE, latency_ms=LATENCY_MS)
    await flow.world.pool.execute("UPDATE email_services SET max_connections = 6")
    task = await flow.world.task(mails=150)

    await flow.start(task)

    assert (await flow.totals(task)).sent == 150
    most = most_starts_in_a_second(load(flow.journal).tries)[relay.hex]
    one_connection = 1000 / LATENCY_MS
    assert one_connection < most <= RATE + STALLED
