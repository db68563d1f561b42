"""What people see: one look says what goes on, and why something does not."""

import re
from datetime import timedelta
from io import StringIO

from rich.console import Console, RenderableType

from commands import view
from tests.unit.cli import answers
from tests.unit.cli.answers import now


def shown(view: RenderableType, width: int = 80) -> str:
    """The text of a view on a terminal of this width."""
    file = StringIO()
    Console(width=width, file=file, color_system=None).print(view)
    return file.getvalue()


def test_a_service_shows_what_it_has_left_and_that_it_is_free() -> None:
    text = shown(view.services([answers.service()]))
    assert "420 of 500" in text
    assert "ready" in text
    assert "2.5 s" in text


def test_a_service_that_rests_shows_until_when_and_why() -> None:
    until = now() + timedelta(hours=3)
    rest = {"reason": "service_rested", "retryAt": until}
    rested = answers.service(waiting=rest, restedUntil=until, restReason="auth_failed: 535 no")
    text = shown(view.services([rested]))
    assert "rested" in text
    assert re.search(r"in (3\.0|2\.9) h", text)
    assert "box: auth_failed: 535 no" in text


def test_a_service_without_quota_shows_when_it_has_some_again() -> None:
    used_up = {"reason": "no_quota", "retryAt": now() + timedelta(hours=5)}
    text = shown(view.services([answers.service(remainingQuota=0, waiting=used_up)]))
    assert "used up" in text
    assert re.search(r"in (5\.0|4\.9) h", text)


def test_a_service_outside_its_window_shows_when_it_opens() -> None:
    outside = {"reason": "window", "retryAt": now() + timedelta(hours=4)}
    text = shown(view.services([answers.service(waiting=outside)]))
    assert "closed" in text
    assert re.search(r"in (4\.0|3\.9) h", text)


def test_a_service_that_warms_up_shows_what_today_allows() -> None:
    assert "15 of 20" in shown(view.services([answers.service(dayQuota=20, remainingQuota=15)]))


def test_names_of_people_are_shown_as_they_are() -> None:
    assert "[red]box[/]" in shown(view.services([answers.service(name="[red]box[/]")]))


def test_a_task_shows_how_far_it_is_and_what_its_mails_wait_for() -> None:
    wait = {
        "reason": "no_quota", "count": 55, "retryAt": now() + timedelta(hours=7), "services": ["a", "b"],
        "serviceCount": 9,
    }  # fmt: skip
    text = shown(view.status_view("News", answers.status(waiting=[wait])))
    assert "45 of 100" in text
    assert "7,200 mails/hour" in text
    assert "no quota" in text
    assert re.search(r"in (7\.0|6\.9) h", text)
    assert "a, b and 7 more" in text


def test_a_task_that_has_ended_waits_for_nothing() -> None:
    wait = {"reason": "no_quota", "count": 55, "retryAt": None}
    assert "no quota" not in shown(view.status_view("News", answers.status("cancelled", waiting=[wait])))


def test_a_task_fits_into_one_plain_line() -> None:
    wait = {"reason": "no_quota", "count": 55, "retryAt": None}
    line = view.status_line("News", answers.status(waiting=[wait]))
    assert line == "News: sending | pending 55, sent 40, failed 5 | 7200 mails/hour | waiting: no_quota 55"


def test_a_forecast_shows_the_end_and_what_would_bring_it_forward() -> None:
    text = shown(view.forecast(answers.forecast()))
    assert re.search(r"in 2\.\d h", text)
    assert "without no quota" not in text
    assert f"without the daily quotas  {(now() + timedelta(hours=1)).astimezone():%Y-%m-%d}" in text


def test_a_forecast_without_an_end_says_why() -> None:
    paused = {"reason": "paused", "detail": "The task is paused: it goes on when it is resumed."}
    assert "is paused" in shown(view.forecast(answers.forecast(endsAt=None, noEnd=paused, limitedBy=[])))


def test_a_forecast_shows_what_is_needed() -> None:
    needed = {
        "by": now() + timedelta(hours=1), "met": False, "mailsPerHour": 1200, "missingMails": 50, "moreServices": 3,
        "dailyQuota": None,
    }  # fmt: skip
    text = shown(view.forecast(answers.forecast(needed=needed)), width=200)
    assert "50 mails too late, needs 1,200 mails/hour, 3 more services like these would do" in text
    assert "quota of" not in text
