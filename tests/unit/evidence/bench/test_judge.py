from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.schemas.task import Metrics, Progress, RealtimeStatus, StatusCounts, TaskStatus
from evidence.bench.judge import common_bounds, common_figures, longest_pause, percentiles
from evidence.journal import NS_PER_MS, NS_PER_SECOND, Try
from evidence.providers import Provider

TASK = UUID(int=7)
PROVIDER = Provider(name="p", interval=timedelta(seconds=1), daily_quota=3)


def mail(seq: int, at: float, task: UUID = TASK) -> Try:
    """A mail of a task that was taken: its final dot 10 ms after its MAIL, the answer 20 ms later."""
    begun = int(at * NS_PER_SECOND)
    return Try(
        "p", "p#1", begun, dot_at=begun + 10 * NS_PER_MS, answered_at=begun + 30 * NS_PER_MS, code=250, taken=True,
        message_id=f"{task.hex}.{seq}@sender.example",
    )  # fmt: skip


def status(word: TaskStatus = "completed", total: int = 2, **counts: int) -> RealtimeStatus:
    by_status = StatusCounts(**counts)
    return RealtimeStatus(
        task_id=TASK,
        status=word,
        progress=Progress(total=total, sent=by_status.sent, pending=0, failed=0, by_status=by_status),
        metrics=Metrics(avg_wait_time=None, throughput=0, estimated_completion=None),
        waiting=[],
        last_activity=datetime(2026, 1, 1, tzinfo=UTC),
    )


def broken(tries: Sequence[Try], told: RealtimeStatus) -> set[str]:
    """Names of the common bounds that do not hold."""
    return {bound.name for bound in common_bounds(common_figures(tries, [told], [PROVIDER])) if not bound.ok}


def test_ledger_and_journal_that_agree_break_no_bound() -> None:
    assert not broken([mail(1, 1.0), mail(2, 2.1)], status(sent=2))


@pytest.mark.parametrize(
    ("name", "tries", "told"),
    [
        ("lost", [mail(1, 1.0)], status(sent=2)),
        ("lost", [mail(1, 1.0)], status(sent=1, claimed=1)),
        ("doubled", [mail(1, 1.0), mail(2, 2.1), mail(2, 3.2)], status(sent=2)),
        ("unaccounted", [mail(1, 1.0), mail(2, 2.1)], status(sent=1, failed=1)),
        ("unaccounted", [mail(1, 1.0)], status(sent=1)),
        ("interval_breaches", [mail(1, 1.0), mail(2, 1.9)], status(sent=2)),
        ("over_quota", [mail(seq, float(seq)) for seq in range(1, 9, 2)], status(total=4, sent=4)),
    ],
)
def test_each_fault_breaks_its_bound(name: str, tries: Sequence[Try], told: RealtimeStatus) -> None:
    assert name in broken(tries, told)


def test_a_mail_under_way_when_a_task_is_paused_is_not_lost() -> None:
    assert not broken([mail(1, 1.0)], status("paused", sent=1, pending=1))


def test_relays_without_an_interval_have_no_gap_to_keep() -> None:
    relay = Provider(name="p", kind="relay", interval=timedelta(0), daily_quota=9)
    figures = common_figures([mail(1, 1.0), mail(2, 1.0)], [status(sent=2)], [relay])
    assert (figures["interval_breaches"], figures["smallest_gap_error_ms"]) == (0, None)


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_are_values_that_were_seen_and_rise(values: list[float]) -> None:
    found = [float(str(value)) for value in percentiles("x", values).values()]
    assert found == sorted(found)
    assert found[-1] == round(max(values), 3)
    assert set(found) <= {round(value, 3) for value in values}


def test_the_longest_pause_is_between_two_dots() -> None:
    assert longest_pause([0, NS_PER_SECOND, 4 * NS_PER_SECOND]) == 3.0
    assert longest_pause([]) is None
