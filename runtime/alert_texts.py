"""What alerts say: by code what is wrong and what to do. The codes are told beside the sentences and never changed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from contracts.finding import params
from scheduling.alert import AlertKind, Sign

LOOK_AT_TASK: Final = (
    "See why its mails wait (GET /api/tasks/{id}/realtime-status), and its workflow task-{id} in the Temporal Web UI; "
    "`tempost repair` starts workflows that are missing."
)
STANDS: Final = "Task {name!r} stands still since {since} UTC: "
DUE: Final = STANDS + "{due:,} mails are due."
ADDRESSES: Final = "Find out where these addresses come from and stop writing to them, before you resume or go on."
BOUNCED: Final = "{many:,} of {sent:,} mails bounced."
COMPLAINED: Final = "{many:,} of {sent:,} mails brought a complaint."

ALERTS: Final[Mapping[str, tuple[str, str]]] = {
    "workers_missing": (
        "{live} of {expected} worker processes run: mails wait for them.",
        "Start the missing ones, or lower monitoring.expected_workers.",
    ),
    "temporal_down": (
        "Temporal does not answer: nothing is sent until it is back.",
        "Bring the Temporal server back; nothing is lost.",
    ),
    "error_rate": (
        "{share:.0%} of {ended:,} deliveries of the last 5 minutes failed or are unknown.",
        "See the reasons of failed mails: GET /api/tasks/{{id}}/subtasks?status=failed.",
    ),
    "stuck_task": (DUE, LOOK_AT_TASK),
    "stuck_task_unwritten": (STANDS + "its mails were not written.", LOOK_AT_TASK),
    "stuck_task_no_service": (DUE, "No service can take them: add one to the task's pool, or resume one."),
    "stuck_task_no_quota": (DUE, "Every service's quota is used up: raise dailyQuota, or add services."),
    "stuck_task_service_rested": (
        DUE,
        "Every service is rested after failures: see restReason of each, mend it, then test the service.",
    ),
    "service_rested": (
        "Service {name!r} fails and is rested: {why}",
        "Mend what the reason names (password, host, the provider's limits), then POST /api/services/{id}/test.",
    ),
    "quota_nearly_used": (
        "Pool {name!r} has used {used:,} of {quota:,} mails of its day; {waiting:,} wait.",
        "Add services, raise dailyQuota where the provider allows it, or let the rest go tomorrow.",
    ),
    "unknown_waiting": (
        "{unknown:,} mails of task {name!r} have no known outcome and wait for a decision.",
        "`tempost tasks unknown {id}` shows them; give evidence, or decide: sent, failed or resend.",
    ),
    "service_warned_bounces": ("Service {name!r} is about to be paused: " + BOUNCED, ADDRESSES),
    "service_warned_complaints": ("Service {name!r} is about to be paused: " + COMPLAINED, ADDRESSES),
    "service_paused_bounces": ("Service {name!r} is paused: " + BOUNCED, ADDRESSES),
    "service_paused_complaints": ("Service {name!r} is paused: " + COMPLAINED, ADDRESSES),
    "task_warned_bounces": ("Task {name!r} is about to be paused: " + BOUNCED, ADDRESSES),
    "task_warned_complaints": ("Task {name!r} is about to be paused: " + COMPLAINED, ADDRESSES),
    "task_paused_bounces": ("Task {name!r} is paused: " + BOUNCED, ADDRESSES),
    "task_paused_complaints": ("Task {name!r} is paused: " + COMPLAINED, ADDRESSES),
}


def sign(  # noqa: PLR0913 - of whom, of what, how sure, and what the sentences hold
    kind: AlertKind,
    code: str,
    about: UUID | str | None = None,
    *,
    owner_id: UUID | None = None,
    subject: dict[str, str] | None = None,
    strong: bool = True,
    values: Mapping[str, object] = MappingProxyType({}),
) -> Sign:
    """Put a sign of trouble into words. `about` makes its key that of this one thing among those of its kind."""
    what, to_do = ALERTS[code]
    return Sign(
        key=kind if about is None else f"{kind}:{about}",
        kind=kind,
        code=code,
        what=what.format(**values),
        to_do=to_do.format(**values),
        owner_id=owner_id,
        subject=subject or {},
        params=params(values),
        strong=strong,
    )
