"""Time-outs and retries, one constant per kind of activity. Attempts are unlimited: an outage ends, a task waits."""

from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig, LocalActivityConfig

_PATIENT: Final = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=15))
_BRISK: Final = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=5))

LEDGER: Final = ActivityConfig(start_to_close_timeout=timedelta(seconds=15), retry_policy=_PATIENT)
"""One short transaction, or one signal."""

LONG_LEDGER: Final = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=15), heartbeat_timeout=timedelta(minutes=2), retry_policy=_PATIENT
)
"""A move of up to a million mails."""

AT_ONCE: Final = LocalActivityConfig(
    start_to_close_timeout=timedelta(seconds=4), retry_policy=RetryPolicy(maximum_attempts=1)
)
"""A step tried once inside the workflow task, well within its ten seconds; one that fails is taken as `LEDGER`."""

EXCHANGE: Final = ActivityConfig(start_to_close_timeout=timedelta(seconds=15), retry_policy=_BRISK)
"""Up to forty signals and two queries, once a tick."""

DELIVERY: Final = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=3), heartbeat_timeout=timedelta(seconds=30), retry_policy=_PATIENT
)
"""A permit's wait (seconds), a dialogue up to its dot (`smtp.upload_limit`) and the patience for the answer."""


def told(config: ActivityConfig, summary: str) -> ActivityConfig:
    """The same, with a line for people who read the history."""
    return {**config, "summary": summary}
