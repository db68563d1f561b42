"""Services and tasks with too many bounces or complaints are paused, say why, and go on when a person wants it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.event import EventKind, NewEvent
from database.queries import event
from runtime.reputation import watch
from runtime.resources import Resources
from tests.integration.api.asker import Asker
from tests.integration.api.sending import Sending, sending

SENT = """
    INSERT INTO deliveries (permit_id, permit_no, task_id, seq, service_id, attempt, phase, outcome, worker,
        charge_day, deadline, ended_at)
    SELECT gen_random_uuid(), n, $1, n, $2, 1, 'ended', 'sent', 'w', current_date, guard_now(), guard_now()
    FROM generate_series(1, $3) n
"""
MARK = "UPDATE subtasks SET service_id = $2 WHERE task_id = $1"
SETTING = "UPDATE system_config SET value = $2 WHERE key = $1"

pytestmark = pytest.mark.unchecked_ledger("deliveries are written as a count of sent mails, without their mails")


@pytest.fixture
async def world(ann: Asker, resources: Resources) -> Sending:
    """A task of thirty mails that went through one service, as far as counts go."""
    made = await sending(ann, resources, people=30, services=1)
    pool = resources.ledger_pool
    await pool.execute(SENT, made.task_id, made.service_ids[0], 30)
    await pool.execute(MARK, made.task_id, made.service_ids[0])
    await pool.execute("UPDATE user_task_queues SET sent = 30 WHERE task_id = $1", made.task_id)
    await pool.execute(SETTING, "reputation.least_sent", "30")
    return made


async def happened(resources: Resources, task_id: UUID, kind: EventKind, seqs: Sequence[int]) -> None:
    """Record events of a kind, as the inbound side does, and let the watch see them."""
    async with resources.ledger_pool.acquire() as connection:
        now = await connection.fetchval("SELECT guard_now()")
        events = [NewEvent(task_id=task_id, seq=seq, kind=kind, key=f"{kind} {seq}", occurred_at=now) for seq in seqs]
        await event.record(connection, events)
    await watch(resources)


async def both(ann: Asker, world: Sending) -> tuple[dict[str, Any], dict[str, Any]]:
    """The service and the task as the API shows them."""
    service = (await ann.get(f"/api/services/{world.service_ids[0]}")).json()
    return service, (await ann.get(f"/api/tasks/{world.task_id}")).json()


async def test_trouble_within_bounds_is_only_counted(ann: Asker, resources: Resources, world: Sending) -> None:
    service, task = await both(ann, world)
    assert (service["reputation"], task["reputation"]) == (None, None)
    await happened(resources, world.task_id, "soft_bounce", [1, 2, 3])
    assert (await both(ann, world))[0]["reputation"] is None
    await happened(resources, world.task_id, "hard_bounce", [1])
    for shown in await both(ann, world):
        assert {name: shown["reputation"][name] for name in ("state", "cause", "sent", "bounced")} == {
            "state": "warned", "cause": "bounces", "sent": 30, "bounced": 1,
        }  # fmt: skip
        assert shown["status"] in {"active", "sending"}


async def test_too_many_bounces_pause_service_and_task_and_a_person_resumes_them(
    ann: Asker, resources: Resources, world: Sending
) -> None:
    await happened(resources, world.task_id, "hard_bounce", [1, 2])
    service, task = await both(ann, world)
    assert [service["status"], task["status"]] == ["paused", "paused"]
    assert service["waiting"] == {"reason": "reputation", "retryAt": None}
    waiting = (await ann.get(f"/api/tasks/{world.task_id}/realtime-status")).json()["waiting"]
    assert [wait["reason"] for wait in waiting] == ["reputation"]
    await watch(resources)
    assert await both(ann, world) == (service, task)

    await ann.post(f"/api/services/{world.service_ids[0]}/resume")
    await ann.post(f"/api/tasks/{world.task_id}/resume")
    await watch(resources)
    service, task = await both(ann, world)
    assert [service["status"], task["status"]] == ["active", "sending"]
    assert [shown["reputation"]["state"] for shown in (service, task)] == ["good", "good"]
    await watch(resources)
    assert (await both(ann, world))[1]["status"] == "sending", "what was before is forgiven"


async def test_complaints_of_several_people_pause(ann: Asker, resources: Resources, world: Sending) -> None:
    await happened(resources, world.task_id, "complaint", [1])
    assert [shown["reputation"]["state"] for shown in await both(ann, world)] == ["warned", "warned"]
    await happened(resources, world.task_id, "complaint", [1, 2])
    for shown in await both(ann, world):
        assert (shown["status"], shown["reputation"]["cause"]) == ("paused", "complaints")


async def test_bounds_are_settings_and_1_switches_them_off(ann: Asker, resources: Resources, world: Sending) -> None:
    for key in ("bounce_rate_limit", "complaint_rate_limit", "complaint_warn_rate"):
        await resources.ledger_pool.execute(SETTING, f"reputation.{key}", "1")
    await happened(resources, world.task_id, "hard_bounce", range(1, 31))
    assert [shown["status"] for shown in await both(ann, world)] == ["active", "sending"]


async def test_old_trouble_of_a_service_is_forgotten(ann: Asker, resources: Resources, world: Sending) -> None:
    await happened(resources, world.task_id, "hard_bounce", [1])
    assert (await both(ann, world))[0]["reputation"]["state"] == "warned"
    await resources.ledger_pool.execute("UPDATE guard_clock SET ahead = ahead + $1", timedelta(days=2))
    await watch(resources)
    assert (await both(ann, world))[0]["reputation"]["state"] == "good"
