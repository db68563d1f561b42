"""Turns off the SDK's watch for deadlocks in workflows, which has no setting of its own.

It fails whatever takes over two seconds, throws an exception into the thread that is at it, and cannot clear away what
that leaves behind: the workflow belongs to this process then and never goes on, until the process is killed. Two
seconds pass where a machine is overloaded, paused or moved. Our workflows have nothing of what it looks for, code that
waits for others; one without an end shows itself by the server's own time-out of workflow tasks.
"""

from temporalio.worker import Worker

LIMIT = "_deadlock_timeout_seconds"


def without_deadlock_watch(worker: Worker) -> Worker:
    """Return the same worker, which lets every step of a workflow come to its end."""
    workflows = worker._workflow_worker  # there is no other way but the debug mode, which blocks the loop
    if not hasattr(workflows, LIMIT):
        raise RuntimeError(f"temporalio has no {LIMIT} any more: look for its new setting, see docs/decisions/0031")
    setattr(workflows, LIMIT, None)
    return worker
