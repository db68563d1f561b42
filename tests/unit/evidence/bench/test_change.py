from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from evidence.bench.change import Change, Effect, longest_gap, seconds_to_act, seconds_to_come_first
from evidence.journal import NS_PER_SECOND, Try

ORDINARY, URGENT = UUID(int=1), UUID(int=2)


def mails(*seconds: float, provider: str = "p", task: UUID = ORDINARY) -> list[Try]:
    """Mails of one provider at these moments, each with its dot at once."""
    moments = [int(at * NS_PER_SECOND) for at in seconds]
    return [Try(provider, "c", at, dot_at=at, taken=True, message_id=f"{task.hex}.{at}@x") for at in moments]


def change(effect: Effect, interval: float = 0, services: Sequence[str] = ("p",)) -> Change:
    """One that was answered at 10 s and is watched until 20 s."""
    return Change("x", effect, services, 10 * NS_PER_SECOND, 20 * NS_PER_SECOND, timedelta(seconds=interval))


@pytest.mark.parametrize(
    ("effect", "interval", "moments", "seconds"),
    [
        ("starts", 0, (8, 12, 13), 2),
        ("starts", 0, (8, 21), None),
        ("stops", 0, (8, 9), 0),
        ("stops", 0, (8, 11, 16, 25), 6),
        ("faster", 4, (6, 10, 14, 15, 16), 5),
        ("faster", 4, (6, 10, 14, 18), None),
        ("slower", 4, (8, 9, 11, 13, 17), 3),
        ("slower", 4, (8, 9, 13, 17), 0),
    ],
)
def test_a_change_acts_when_the_journal_shows_it(
    effect: Effect, interval: float, moments: Sequence[float], seconds: float | None
) -> None:
    assert seconds_to_act(change(effect, interval), mails(*moments)) == seconds


def test_a_change_of_several_services_acts_when_the_last_of_them_does() -> None:
    tries = mails(11) + mails(14, provider="q")
    assert seconds_to_act(change("starts", services=("p", "q")), tries) == 4
    assert seconds_to_act(change("starts", services=("p", "q", "r")), tries) is None


def test_a_task_comes_first_with_the_first_mail_of_those_that_are_mostly_its() -> None:
    others, its = mails(*range(10, 30)), mails(12.5, *(30 + n / 10 for n in range(20)), task=URGENT)
    tries = sorted(others + its, key=lambda found: found.mail_at)
    assert seconds_to_come_first(URGENT, 10 * NS_PER_SECOND, tries) == 20
    assert seconds_to_come_first(URGENT, 10 * NS_PER_SECOND, others) is None


def test_the_longest_gap_counts_from_the_beginning_and_to_the_end() -> None:
    assert longest_gap([2 * NS_PER_SECOND, 3 * NS_PER_SECOND], 0, 7 * NS_PER_SECOND) == 4
    assert longest_gap([], 0, 7 * NS_PER_SECOND) == 7
