"""Events that would fail a whole group of them are refused where they are made."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from contracts.event import NewEvent


def away(until: Any) -> NewEvent:
    return NewEvent(task_id=uuid4(), seq=1, kind="auto_reply", key="k", occurred_at=None, detail={"awayUntil": until})


@pytest.mark.parametrize("until", ["2026-03-01T00:00:00+01:00", "2026-03-01T00:00:00Z", None])
def test_an_absence_ends_at_an_instant(until: str | None) -> None:
    assert away(until).detail == {"awayUntil": until}


@pytest.mark.parametrize("until", ["2026-03-01T00:00:00", "2026-W09-7T00:00:00Z", "Monday", 1772323200, True])
def test_an_absence_whose_end_is_not_an_instant_is_refused(until: object) -> None:
    with pytest.raises(ValidationError):
        away(until)


def test_an_event_has_its_zone() -> None:
    with pytest.raises(ValidationError):
        NewEvent(task_id=uuid4(), seq=1, kind="open", key="k", occurred_at=datetime(2026, 1, 1))  # noqa: DTZ001
    assert NewEvent(task_id=uuid4(), seq=1, kind="open", key="k", occurred_at=datetime(2026, 1, 1, tzinfo=UTC))
