"""The rate of a relay: mails claimed together get moments of their own, one interval apart."""

from datetime import timedelta
from itertools import pairwise

from database.queries.ledger import Claim, Verdict
from tests.integration.ledger.world import World

AHEAD = timedelta(milliseconds=100)
SPACING = timedelta(milliseconds=40)


async def claimed_together(world: World, permits: int) -> list[Verdict]:
    """Claim so many mails of one relay, 25 a second, in one call."""
    service, task = await world.service(interval=0.04, kind="relay"), await world.task(mails=permits)
    return await world.claim(*(Claim(world.permit(service), task) for _ in range(permits)))


async def test_mails_claimed_in_one_call_go_exactly_one_interval_apart(world: World) -> None:
    verdicts = await claimed_together(world, permits=3)

    moments = [verdict.available_at for verdict in verdicts if verdict.mail and verdict.available_at]
    assert [later - earlier for earlier, later in pairwise(moments)] == [SPACING] * 2


async def test_no_mail_is_claimed_more_than_a_moment_before_it_may_go(world: World) -> None:
    verdicts = await claimed_together(world, permits=10)

    assert [verdict.word for verdict in verdicts] == ["claimed"] * 3 + ["early"] * 7
    claimed_at = await world.pool.fetchval("SELECT min(claimed_at) FROM deliveries")
    assert all(v.available_at and v.available_at <= claimed_at + AHEAD for v in verdicts if v.mail)


async def test_who_comes_early_is_told_when_to_come_again(world: World) -> None:
    *_, last_claimed, early = await claimed_together(world, permits=4)

    assert last_claimed.available_at is not None
    assert early.available_at == last_claimed.available_at + SPACING - AHEAD


async def test_the_next_call_goes_on_where_the_last_one_ended(world: World) -> None:
    service, task = await world.service(interval=60, kind="relay"), await world.task()
    _, first = await world.claim_one(service, task)

    _, second = await world.claim_one(service, task)

    assert first.available_at is not None
    assert second.available_at == first.available_at + timedelta(seconds=60) - AHEAD


async def test_jitter_lengthens_intervals_and_never_shortens_one(world: World) -> None:
    service, task = await world.service(interval=0.01, kind="relay"), await world.task(mails=30)
    await world.pool.execute("UPDATE email_service_schedule SET jitter = 1")

    verdicts = await world.claim(*(Claim(world.permit(service), task) for _ in range(30)))

    moments = [verdict.available_at for verdict in verdicts if verdict.mail and verdict.available_at]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(timedelta(milliseconds=10) <= gap <= timedelta(milliseconds=20) for gap in gaps)
    assert len(set(gaps)) > 1


async def test_a_relay_without_a_rate_lets_all_go_at_once(world: World) -> None:
    service, task = await world.service(interval=0, kind="relay"), await world.task(mails=20)

    verdicts = await world.claim(*(Claim(world.permit(service), task) for _ in range(20)))

    assert {verdict.word for verdict in verdicts} == {"claimed"}
    assert {verdict.spacing for verdict in verdicts} == {None}
    assert len({verdict.available_at for verdict in verdicts}) == 1


async def test_permits_that_find_no_mail_take_no_moment(world: World) -> None:
    service, task = await world.service(interval=0.04, kind="relay"), await world.task(mails=1)
    verdicts = await world.claim(*(Claim(world.permit(service), task) for _ in range(3)))
    assert [verdict.word for verdict in verdicts] == ["claimed", "empty", "empty"]

    assert verdicts[0].available_at is not None
    assert (await world.schedule(service))["next_available_at"] == verdicts[0].available_at + SPACING
