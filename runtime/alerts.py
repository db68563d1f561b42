"""Raises and clears alerts, beside the API's requests: what a dead worker cannot report, someone else must.

Of several API processes one does it at a time, by a lock of PostgreSQL. Telling people is work of its own, for each
channel: whoever is slow to take notices holds up neither what is seen nor the others.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial

from contracts.about import concerning
from database.connect import PoolConnection, Row
from database.queries import alert, alert_signs
from database.queries.advisory_lock import advisory_lock
from runtime.alert_texts import sign
from runtime.endless import endured
from runtime.health import HealthWatch, Snapshot
from runtime.notices import Notices
from runtime.resources import Resources
from scheduling.alert import Sign, moves

log = logging.getLogger(__name__)

LOCK = "alerts"
EVERY = 3.0
"""Seconds between two looks."""
FEWEST_ENDED = 20
"""Deliveries of five minutes; of fewer, a rate means nothing."""
LACKING = frozenset({"no_service", "no_quota", "service_rested"})
"""Reasons to wait that name what to do by themselves."""


async def keep_alerts(resources: Resources, watch: HealthWatch) -> None:
    """Look, tell, and look again, for as long as the process runs. Outages are waited out."""
    async with Notices(resources.settings.alerts, resources.tls) as notices:

        async def look(connection: PoolConnection) -> None:
            await evaluate(connection, await watch.now(), notices.channels)

        telling = (
            _again_and_again(resources, f"{LOCK} by {channel}", partial(notices.deliver, channel=channel))
            for channel in notices.channels
        )
        await asyncio.gather(_again_and_again(resources, LOCK, look), *telling)


async def _again_and_again(
    resources: Resources, name: str, work: Callable[[PoolConnection], Coroutine[object, object, None]]
) -> None:
    """Do it every few seconds, in one process at a time."""
    while True:
        with endured(log, f"{name} are not looked after"):
            async with resources.ledger_pool.acquire() as connection, advisory_lock(connection, name) as ours:
                if ours:
                    await work(connection)
        await asyncio.sleep(EVERY)


async def evaluate(connection: PoolConnection, snapshot: Snapshot, channels: tuple[str, ...] = ()) -> None:
    """Look for signs of trouble and move the alerts accordingly. Run again, it tells nobody twice."""
    async with connection.transaction():
        await alert_signs.watch_tasks(connection)
        signs = [
            *_of_the_whole(snapshot),
            *_error_rates(snapshot),
            *await _of_rows(connection, halted=snapshot.around.halted_by is not None),
        ]
        standing, now = await alert.standing(connection)
        decided = moves(signs, standing, now)
        await alert.apply(connection, decided, now, channels)
    for _, seen in decided.raised:
        with concerning(**seen.subject):
            log.warning("alert %s: %s", seen.key, seen.what)
    for cleared in decided.cleared:
        with concerning(**cleared.subject):
            log.info("alert %s is over", cleared.key)


def _of_the_whole(snapshot: Snapshot) -> list[Sign]:
    around = snapshot.around
    found = []
    if around.live_workers < around.expected_workers:
        values = {"live": around.live_workers, "expected": around.expected_workers}
        found.append(sign("workers_missing", "workers_missing", values=values))
    if not around.temporal:
        found.append(sign("temporal_down", "temporal_down"))
    return found


def _error_rates(snapshot: Snapshot) -> list[Sign]:
    """Raised above the threshold and of enough deliveries, over below half of it, however few they are."""
    bound = snapshot.around.bad_error_rate
    return [
        sign(
            "error_rate", "error_rate", user_id, owner_id=user_id, subject={"userId": str(user_id)},
            strong=ended >= FEWEST_ENDED and pace["failed"] > bound * ended,
            values={"share": pace["failed"] / ended, "ended": ended},
        )
        for user_id, pace in snapshot.lately.paces().items()
        if user_id is not None
        if pace["failed"] * 2 > bound * (ended := pace["sent"] + pace["failed"])
    ]  # fmt: skip


async def _of_rows(connection: PoolConnection, *, halted: bool) -> list[Sign]:
    return [
        *(_stuck(row, halted=halted) for row in await alert_signs.stuck_tasks(connection)),
        *(_rested(row) for row in await alert_signs.rested_services(connection)),
        *(_quota(row) for row in await alert_signs.used_quotas(connection)),
        *(_unknown(row) for row in await alert_signs.unknown_waiting(connection)),
        *(_reputation(row) for row in await alert_signs.bad_reputations(connection)),
    ]


def _stuck(row: Row, *, halted: bool) -> Sign:
    """A task without progress; while nothing goes at all, what its allocator said last is no reason."""
    known = row["prepared"] and not halted and row["reason"] in LACKING
    code = f"stuck_task_{row['reason']}" if known else "stuck_task" if row["prepared"] else "stuck_task_unwritten"
    subject = {"taskId": str(row["id"]), "workflowId": f"task-{row['id']}"}
    values = {"id": row["id"], "name": row["name"], "since": f"{row['since']:%Y-%m-%d %H:%M}", "due": row["due"]}
    return sign("stuck_task", code, row["id"], owner_id=row["user_id"], subject=subject, values=values)


def _rested(row: Row) -> Sign:
    service_id = row["service_id"]
    return sign(
        "service_rested", "service_rested", service_id, owner_id=row["user_id"],
        subject={"serviceId": str(service_id)}, strong=row["rested"],
        values={"id": service_id, "name": row["name"], "why": row["rest_reason"] or "no reason was given"},
    )  # fmt: skip


def _quota(row: Row) -> Sign:
    values = {"name": row["name"], **{name: int(row[name]) for name in ("used", "quota", "waiting")}}
    return sign(
        "quota_nearly_used", "quota_nearly_used", row["id"], owner_id=row["user_id"],
        subject={"poolId": str(row["id"])}, strong=row["strong"], values=values,
    )  # fmt: skip


def _unknown(row: Row) -> Sign:
    values = {"id": row["id"], "name": row["name"], "unknown": row["unknown"]}
    subject = {"taskId": str(row["id"])}
    return sign(
        "unknown_waiting", "unknown_waiting", row["id"], owner_id=row["user_id"], subject=subject, values=values
    )


def _reputation(row: Row) -> Sign:
    """Warned and paused are two alerts: who was told of the first is told of the second too."""
    kind, state, subject_id = row["kind"], row["state"], row["subject_id"]
    many = row["bounced"] if row["cause"] == "bounces" else row["complained"]
    return sign(
        "reputation", f"{kind}_{state}_{row['cause']}", f"{kind}:{subject_id}:{state}", owner_id=row["user_id"],
        subject={f"{kind}Id": str(subject_id)},
        values={"name": row["name"], "many": many, "sent": row["sent"]},
    )  # fmt: skip
