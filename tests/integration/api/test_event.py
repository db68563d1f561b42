"""What came back, as the API lists it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.event import EventKind, NewEvent
from database.queries import event
from runtime.resources import Resources
from tests.integration.api.asker import Asker
from tests.integration.api.sending import Sending, sending

HAPPENED: list[tuple[int, EventKind]] = [(1, "open"), (2, "open"), (1, "click"), (1, "reply"), (2, "soft_bounce")]


@pytest.fixture
async def task(ann: Asker, resources: Resources) -> Sending:
    made = await sending(ann, resources, people=2)
    events = [
        NewEvent(task_id=made.task_id, seq=seq, kind=kind, key=str(number), occurred_at=datetime.now(UTC))
        for number, (seq, kind) in enumerate(HAPPENED)
    ]
    async with resources.ledger_pool.acquire() as connection:
        await event.record(connection, events)
    return made


async def asked(asker: Asker, **parameters: Any) -> list[tuple[int, str]]:
    """All that is listed, a part of two at a time."""
    found: list[tuple[int, str]] = []
    cursor: str | None = None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        answer = (await asker.get("/api/events", params={"limit": 2, **parameters, **more})).json()
        found += [(row["seq"], row["kind"]) for row in answer["data"]]
        cursor = answer["nextCursor"]
        if cursor is None:
            return found


async def test_events_are_listed_in_the_order_they_were_recorded_and_narrowed_down(ann: Asker, task: Sending) -> None:
    task_id = str(task.task_id)

    assert await asked(ann) == await asked(ann, taskId=task_id) == HAPPENED
    assert await asked(ann, kind="open") == [(1, "open"), (2, "open")]
    assert await asked(ann, taskId=task_id, seq=1) == [(1, "open"), (1, "click"), (1, "reply")]
    assert await asked(ann, taskId=task_id, seq=2, kind="click") == []


async def test_nobody_sees_what_came_back_for_others(bob: Asker, task: Sending) -> None:
    assert await asked(bob) == await asked(bob, taskId=str(task.task_id)) == []
