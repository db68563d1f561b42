from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from api.schemas.task import StatusCounts
from evidence.comparison import comparison
from evidence.contacts import Expected
from evidence.journal import NS_PER_SECOND, Try
from evidence.verdict import Ledger, Run, bounds, figures

INTERVAL = timedelta(seconds=1)


def mail(number: int, at: float, code: int | None = 250) -> Try:
    """Mail number so many, begun at this second and taken 10 ms later."""
    begun = int(at * NS_PER_SECOND)
    return Try(
        "p", "p#1", begun, "s@sender.example", (f"a{number}@example.com",), begun + 10_000_000, begun + 30_000_000,
        code, taken=code is None or code < 300, message_id=f"{number}@sender.example", subject=f"Dear {number}",
    )  # fmt: skip


def run(tries: Sequence[Try] = (), counts: Mapping[str, int] | None = None) -> Run:
    """Two people, both written to, as it should be; `counts` differ from that."""
    statuses = StatusCounts(**{"sent": 2, "suppressed": 1} | dict(counts or {}))
    sent = {f"{number}@sender.example": f"a{number}@example.com" for number in (1, 2)}
    return Run(
        ledger=Ledger(status="completed", counts=statuses, total=3, sent=sent, rows=5, rejected=1, merged=1),
        tries=tries or (mail(1, 1.0), mail(2, 2.1)),
        expected=Expected(rows=5, rejected=1, duplicates=1, suppressed=1, to_send=2),
        addressees={"a1@example.com", "a2@example.com"},
        subjects={f"a{number}@example.com": {f"Dear {number}"} for number in range(2_000)},
        gone=0,
        intervals={"p": INTERVAL},
        quotas={"p": 2},
        submitted_at=0,
        seconds=10.0,
    )


def broken(judged: Run) -> set[str]:
    """Names of the bounds that do not hold."""
    return {bound.name for bound in bounds(judged, figures(judged)) if not bound.ok}


def test_a_run_in_which_all_agree_breaks_no_bound() -> None:
    assert not broken(run())


@pytest.mark.parametrize(
    ("name", "tries"),
    [
        ("lost", [mail(1, 1.0)]),
        ("lost", [mail(1, 1.0), mail(2, 2.1, code=451)]),
        ("doubled", [mail(1, 1.0), mail(2, 2.1), replace(mail(2, 3.2), message_id="other@sender.example")]),
        ("doubled", [mail(1, 1.0), mail(2, 2.1), mail(2, 3.2, code=None)]),
        ("misaddressed", [mail(1, 1.0), replace(mail(2, 2.1), subject="Dear 1")]),
        ("strangers", [mail(1, 1.0), mail(2, 2.1), mail(9, 3.2)]),
        ("smallest_gap_error_ms", [mail(1, 1.0), mail(2, 1.95)]),
        ("first_mail_seconds", [mail(1, 5.0), mail(2, 6.1)]),
        ("over_quota", [mail(1, 1.0), mail(2, 2.1), mail(9, 3.2)]),
    ],
)
def test_what_the_journal_tells_otherwise_breaks_its_bound(name: str, tries: Sequence[Try]) -> None:
    assert name in broken(run(tries))


@pytest.mark.parametrize(
    ("counts", "names"),
    [
        ({"sent": 1}, {"unaccounted"}),
        ({"sent": 1, "failed": 1}, {"differences"}),
        ({"suppressed": 0, "sent": 3}, {"differences"}),
        ({"sent": 1, "transmitting": 1}, {"lost"}),
    ],
)
def test_what_the_ledger_tells_otherwise_breaks_its_bound(counts: dict[str, int], names: set[str]) -> None:
    assert broken(run(counts=counts)) == names


def test_rows_that_nobody_accounts_for_break_a_bound() -> None:
    judged = run()
    assert "unaccounted" in broken(replace(judged, ledger=replace(judged.ledger, merged=0)))


def test_a_task_that_did_not_complete_breaks_a_bound() -> None:
    judged = run()
    assert broken(replace(judged, ledger=replace(judged.ledger, status="sending"))) == {"tasks_completed_share"}


def test_a_gap_may_be_shorter_than_the_interval_by_the_tolerance() -> None:
    assert not broken(run([mail(1, 1.0), mail(2, 1.97)]))


def slow_run(services: int, spacing: float, count: int) -> Run:
    """Services with an interval of three seconds that send in turn."""
    tries = [
        replace(mail(number, 1 + number * spacing), provider=f"p{number % services}", connection="c")
        for number in range(count)
    ]
    judged = run(tries)
    intervals = {f"p{number}": timedelta(seconds=3) for number in range(services)}
    expected = replace(judged.expected, to_send=count)
    return replace(judged, intervals=intervals, quotas={}, expected=expected)


def test_services_that_limit_the_pace_must_be_nearly_at_their_nominal_one() -> None:
    brisk, idle = slow_run(100, 0.0304, 2_000), slow_run(100, 0.034, 2_000)
    judged = {"nominal_share", "mails_per_hour"}
    assert not broken(brisk) & judged
    assert broken(idle) & judged == {"nominal_share"}


def test_few_services_need_not_send_a_hundred_thousand_an_hour() -> None:
    judged = slow_run(2, 1.52, 60)
    assert "mails_per_hour" not in {bound.name for bound in bounds(judged, figures(judged))}


def test_the_comparison_shows_ledger_and_journal_side_by_side() -> None:
    rows = {row[0]: row[1:] for row in comparison(run(), {"for good": 0, "for now": 0})}
    assert rows["sent"] == (2, 2, 2)
    assert rows["rows of the file"] == (5, None, 5)
