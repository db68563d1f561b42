"""The guard's SQL and the planner's Python judge windows and warm-ups alike."""

import random
from datetime import UTC, date, datetime, time, timedelta

from scheduling.pacing import SendingWindow, WarmUp
from tests.integration.ledger.world import World

EXAMPLES = 4000
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Havana", "Australia/Lord_Howe",
    "Pacific/Chatham", "Asia/Kathmandu",
]  # fmt: skip
CHANGES = [
    datetime(2024, 3, 31, 1, tzinfo=UTC), datetime(2024, 10, 27, 1, tzinfo=UTC), datetime(2024, 3, 10, 5, tzinfo=UTC),
    datetime(2024, 11, 3, 5, tzinfo=UTC), datetime(2024, 4, 6, 15, tzinfo=UTC), datetime(2024, 10, 5, 15, tzinfo=UTC),
]  # fmt: skip
"""Around them some zone's clocks change."""


def a_moment(draw: random.Random) -> datetime:
    """Any, or one near a change of the clocks, on a minute where windows begin and end."""
    near = draw.choice([*CHANGES, datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=draw.randrange(3650))])
    return near + timedelta(minutes=draw.choice([15, 30, 1]) * draw.randrange(-100, 100))


def a_window(draw: random.Random) -> SendingWindow:
    opens, closes = (time(draw.randrange(24), draw.choice([0, 0, 30])) for _ in range(2))
    weekdays = tuple(sorted(draw.sample(range(7), draw.randint(0, 7))))
    return SendingWindow(draw.choice(ZONES), opens, closes, weekdays)


async def test_a_window_is_open_in_sql_exactly_when_it_is_in_python(world: World) -> None:
    draw = random.Random(20)
    cases = [(a_window(draw), a_moment(draw)) for _ in range(EXAMPLES)]
    statement = "SELECT window_open($1, $2, $3, $4, $5)"
    async with world.pool.acquire() as connection:
        for window, at in cases:
            row = (window.time_zone, window.opens, window.closes, window.weekdays, at)
            assert await connection.fetchval(statement, *row) == (window.next_open(at) == at), (window, at)
    assert 0.2 < sum(window.next_open(at) == at for window, at in cases) / EXAMPLES < 0.8


async def test_a_service_without_a_window_may_always_send(world: World) -> None:
    assert (await world.row("SELECT window_open('UTC', NULL, NULL, NULL, guard_now()) AS open"))["open"]


async def test_a_warm_up_allows_the_same_in_sql_as_in_python(world: World) -> None:
    draw, begin = random.Random(21), date(2026, 3, 2)
    statement = "SELECT warm_up_quota($1, $2, $3, $4, $5)"
    async with world.pool.acquire() as connection:
        for _ in range(500):
            warm_up = WarmUp(draw.choice([0, 1, 20, 500]), draw.choice([0, 1, 15, 100_000]))
            daily, day = (
                draw.choice([0, 20, 35, 1000, 1_000_000]),
                draw.randrange(-3, 100_000 if draw.random() < 0.1 else 80),
            )
            row = (warm_up.first_day_quota, warm_up.daily_step, begin, daily, begin + timedelta(days=day))
            said = await connection.fetchval(statement, *row)
            assert (daily if said is None else said) == warm_up.quota(daily, day), row
