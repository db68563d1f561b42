"""Raises and clears alerts, beside the API's requests: what a dead worker cannot report, someone else must.

Of several API processes one does it at a time, by a lock of PostgreSQL. Telling people is work of its own, for each
channel: whoever is slow to take notices holds up neither what is seen nor the others.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial

from database.connect import PoolConnection, Row
from database.errors import UNREACHABLE
from database.queries import alert, alert_signs
from database.queries.advisory_lock import advisory_lock
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
TO_DO_BY_WAIT = {
    "no_service": "No service can take them: add one to the task's pool, or resume one.",
    "no_quota": "Every service's quota is used up: raise dailyQuota, or add services.",
    "service_rested": "Every service is rested after failures: see restReason of each, mend it, then test the service.",
}
LOOK_AT_TASK = (
    "See why its mails wait (GET /api/tasks/{id}/realtime-status), and its workflow task-{id} in the Temporal Web UI; "
    "`tempost repair` starts workflows that are missing."
)


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
        try:
            async with resources.ledger_pool.acquire() as connection, advisory_lock(connection, name) as ours:
                if ours:
                    await work(connection)
        except UNREACHABLE as error:
            log.warning("%s are not looked after, trying again: %s", name, str(error) or type(error).__name__)
        except Exception:  # an outermost loop: without it nobody would be told of anything any more
            log.exception("%s are not looked after, trying again", name)
        await asyncio.sleep(EVERY)


async def evaluate(connection: PoolConnection, snapshot: Snapshot, channels: tuple[str, ...] = ()) -> None:
    """Look for signs of trouble and move the alerts accordingly. Run again, it tells nobody twice."""
    async with connection.transaction():
        await alert_signs.watch_tasks(connection)
        signs = [*_of_the_whole(snapshot), *_error_rates(snapshot), *await _of_rows(connection)]
        standing, now = await alert.standing(connection)
        decided = moves(signs, standing, now)
        await alert.apply(connection, decided, now, channels)
    for _, sign in decided.raised:
        log.warning("alert %s: %s", sign.key, sign.what)
    for cleared in decided.cleared:
        log.info("alert %s is over", cleared.key)


def _of_the_whole(snapshot: Snapshot) -> list[Sign]:
    around = snapshot.around
    found = []
    if around.live_workers < around.expected_workers:
        what = f"{around.live_workers} of {around.expected_workers} worker processes run: mails wait for them."
        to_do = "Start the missing ones, or lower monitoring.expected_workers."
        found.append(Sign("workers_missing", "workers_missing", what, to_do))
    if not around.temporal:
        what = "Temporal cannot be reached: nothing is sent until it is back."
        found.append(Sign("temporal_down", "temporal_down", what, "Bring the Temporal server back; nothing is lost."))
    return found


def _error_rates(snapshot: Snapshot) -> list[Sign]:
    """Raised above the threshold and of enough deliveries, over below half of it, however few they are."""
    bound = snapshot.around.bad_error_rate
    return [
        Sign(
            f"error_rate:{user_id}", "error_rate",
            f"{pace['failed'] / ended:.0%} of {ended:,} deliveries of the last 5 minutes failed or are unknown.",
            "See the reasons of failed mails: GET /api/tasks/{id}/subtasks?status=failed.",
            owner_id=user_id, subject={"userId": str(user_id)},
            strong=ended >= FEWEST_ENDED and pace["failed"] > bound * ended,
        )
        for user_id, pace in snapshot.lately.paces().items()
        if user_id is not None
        if pace["failed"] * 2 > bound * (ended := pace["sent"] + pace["failed"])
    ]  # fmt: skip


async def _of_rows(connection: PoolConnection) -> list[Sign]:
    return [
        *(_stuck(row) for row in await alert_signs.stuck_tasks(connection)),
        *(_rested(row) for row in await alert_signs.rested_services(connection)),
        *(_quota(row) for row in await alert_signs.used_quotas(connection)),
        *(_unknown(row) for row in await alert_signs.unknown_waiting(connection)),
        *(_reputation(row) for row in await alert_signs.bad_reputations(connection)),
    ]


def _stuck(row: Row) -> Sign:
    stands = f"Task {row['name']!r} stands still since {row['since']:%Y-%m-%d %H:%M} UTC"
    what = f"{stands}: {row['due']:,} mails are due." if row["prepared"] else f"{stands}: its mails were not written."
    to_do = TO_DO_BY_WAIT.get(row["reason"], LOOK_AT_TASK.replace("{id}", str(row["id"])))
    subject = {"taskId": str(row["id"]), "workflowId": f"task-{row['id']}"}
    return Sign(f"stuck_task:{row['id']}", "stuck_task", what, to_do, row["user_id"], subject)


def _rested(row: Row) -> Sign:
    what = f"Service {row['name']!r} fails and is rested: {row['rest_reason'] or 'no reason was given'}"
    to_do = "Mend what the reason names (password, host, the provider's limits), then POST /api/services/{id}/test."
    subject = {"serviceId": str(row["service_id"])}
    key = f"service_rested:{row['service_id']}"
    return Sign(key, "service_rested", what, to_do, row["user_id"], subject, strong=row["rested"])


def _quota(row: Row) -> Sign:
    what = (
        f"Pool {row['name']!r} has used {row['used']:,} of {row['quota']:,} mails of its day; {row['waiting']:,} wait."
    )
    to_do = "Add services, raise dailyQuota where the provider allows it, or let the rest go tomorrow."
    subject = {"poolId": str(row["id"])}
    return Sign(
        f"quota_nearly_used:{row['id']}",
        "quota_nearly_used",
        what,
        to_do,
        row["user_id"],
        subject,
        strong=row["strong"],
    )


def _unknown(row: Row) -> Sign:
    what = f"{row['unknown']:,} mails of task {row['name']!r} have no known outcome and wait for a decision."
    to_do = f"`tempost tasks unknown {row['id']}` shows them; give evidence, or decide: sent, failed or resend."
    return Sign(
        f"unknown_waiting:{row['id']}", "unknown_waiting", what, to_do, row["user_id"], {"taskId": str(row["id"])}
    )


def _reputation(row: Row) -> Sign:
    """Warned and paused are two alerts: who was told of the first is told of the second too."""
    kind, state, subject_id = row["kind"], row["state"], str(row["subject_id"])
    many, word = (
        (row["bounced"], "bounced") if row["cause"] == "bounces" else (row["complained"], "brought a complaint")
    )
    follows = "is paused" if state == "paused" else "is about to be paused"
    what = f"{kind.capitalize()} {row['name']!r} {follows}: {many:,} of {row['sent']:,} mails {word}."
    to_do = "Find out where these addresses come from and stop writing to them, before you resume or go on."
    key = f"reputation:{kind}:{subject_id}:{state}"
    return Sign(key, "reputation", what, to_do, row["user_id"], {f"{kind}Id": subject_id})
