"""Lets log lines of activities carry the ids of what they are about."""

from typing import Any
from uuid import UUID

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from contracts.about import about

NAMED = ("task_id", "pool_id", "import_id")
"""Ids that orders to activities have; a bare id is the task's."""


class ActivityIds(Interceptor):
    """Notes them as each activity begins."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Stand before the next one."""
        return _Noting(next)


class _Noting(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        """Note what it is about, then do it."""
        info = activity.info()
        about(workflow_id=info.workflow_id, workflow_run_id=info.workflow_run_id, activity=info.activity_type)
        for order in input.args:
            if isinstance(order, UUID):
                about(task_id=order)
            else:
                about(**{name: getattr(order, name, None) for name in NAMED})
        return await super().execute_activity(input)
