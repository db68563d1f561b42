"""How the last hours went: throughput, use of services, failures."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from api.schemas.metric import MetricSeriesOut
from contracts.metric import SystemMetric
from dashboard.chart import Series, over_time
from dashboard.element import element
from dashboard.frame import Visit
from dashboard.live import live
from dashboard.words import Words

HOURS: Final = 6
STEP: Final = 300
"""Seconds of one point, at least: 72 in all."""
SECONDS: Final = 30.0
METRICS: Final[dict[SystemMetric, tuple[str, float]]] = {
    "queue_throughput": ("Mails an hour", 1.0),
    "service_utilization": ("Services busy, percent", 100.0),
    "error_rate": ("Tries that failed, percent", 100.0),
}
"""Title, and what the values are multiplied by."""


async def courses(visit: Visit) -> None:
    """Show throughput, use of services and failures over the last hours."""
    say = visit.say

    async def ask() -> list[MetricSeriesOut]:
        since = datetime.now(UTC) - timedelta(hours=HOURS)
        return await asyncio.gather(*(visit.api.metric(name, since, STEP) for name in METRICS))

    element("h2", say("The last {hours} hours", hours=HOURS))
    await live(visit, ask, lambda told: _courses(told, say), SECONDS)


def _courses(told: list[MetricSeriesOut], say: Words) -> None:
    measured = [each for each in told if each.points]
    if not measured:
        element(
            "p",
            say("Nothing was measured yet: that takes a minute, or a quarter of an hour for what one person sends."),
            classes="faint",
        )
        return
    with element("div", classes="charts"):
        for each in measured:
            title, factor = METRICS[each.name]
            values = [round(point.value * factor, 2) for point in each.points]
            over_time(
                say(title), [point.at for point in each.points], [Series(say(title), values)], say, step=each.step
            )
