"""What makes the whole degraded or unhealthy, and by which name."""

from dataclasses import replace
from typing import Any

import pytest

from scheduling.health import Figures, Surroundings, faults, judged

WELL = Surroundings(live_workers=2, expected_workers=1, bad_error_rate=0.2)
SENDING = Figures(services=4, available=4, used=3, active=4, sent=99, failed=1)


def test_without_faults_it_is_healthy() -> None:
    assert judged(faults(WELL, SENDING)) == "healthy"


def test_an_installation_without_anything_is_healthy() -> None:
    assert judged(faults(WELL, Figures())) == "healthy"


@pytest.mark.parametrize(
    ("change", "cause", "status"),
    [
        ({"postgresql": False}, "postgresql_down", "unhealthy"),
        ({"temporal": False}, "temporal_down", "unhealthy"),
        ({"live_workers": 0}, "workers_missing", "degraded"),
        ({"expected_workers": 3}, "workers_missing", "degraded"),
    ],
)
def test_what_everyone_depends_on_is_named(change: dict[str, Any], cause: str, status: str) -> None:
    found = faults(replace(WELL, **change), SENDING)
    assert ([fault.cause for fault in found], judged(found)) == ([cause], status)


@pytest.mark.parametrize(
    ("change", "cause"), [({"rested": 2, "available": 2}, "services_rested"), ({"failed": 30}, "error_rate")]
)
def test_ones_own_trouble_degrades(change: dict[str, Any], cause: str) -> None:
    found = faults(WELL, replace(SENDING, **change))
    assert ([fault.cause for fault in found], judged(found)) == ([cause], "degraded")


def test_services_that_are_used_up_or_outside_their_window_are_no_fault() -> None:
    assert not faults(WELL, replace(SENDING, available=0, used=0))


def test_the_gravest_fault_comes_first() -> None:
    found = faults(replace(WELL, temporal=False, live_workers=0), replace(SENDING, failed=99))
    assert [fault.cause for fault in found] == ["temporal_down", "workers_missing", "error_rate"]
