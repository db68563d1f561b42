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
    start_to_close_timeout=timedelta(minutes=30), heartbeat_timeout=timedelta(minutes=2), retry_policy=_PATIENT
)
"""A move of up to a million mails: 40 s where nothing else is done, and many times that on a busy machine."""

AT_ONCE: Final = LocalActivityConfig(
    start_to_close_timeout=timedelta(seconds=4), retry_policy=RetryPolicy(maximum_attempts=1)
)
"""A step tried once inside the workflow task, well within its ten seconds; one that fails is taken as `LEDGER`."""

EXCHANGE: Final = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=20), heartbeat_timeout=timedelta(seconds=6), retry_policy=_BRISK
)
"""Some sixty signals, two queries and a rest, once a tick. Where its worker dies, all tasks wait for the time-out."""

DELIVERY: Final = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=3), heartbeat_timeout=timedelta(seconds=30), retry_policy=_PATIENT
)
"""A permit's wait (seconds), a dialogue up to its dot (`smtp.upload_limit`) and the patience for the answer."""

WEBHOOK: Final = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=5), heartbeat_timeout=timedelta(seconds=40), retry_policy=_PATIENT
)
"""Some messages to a strange server, 15 s each at most; a minute in all, then the next activity goes on."""


def told(config: ActivityConfig, summary: str) -> ActivityConfig:
    """The same, with a line for people who read the history."""
    return {**config, "summary": summary}
