"""Whether Temporal moves workflows, which is more than that it listens."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

BUSY: Final = RPCStatusCode.RESOURCE_EXHAUSTED
NOBODY: Final = "tempost-health"
"""A workflow that nobody starts. To say that there is none, Temporal's history looks into its database."""


async def temporal_serves(client: Client, task_queue: str, patience: timedelta) -> bool:
    """Ask its matching for the queue and its history for a workflow, at once; both have `patience` to answer.

    Temporal's own health check speaks for the frontend alone. Seen with 1.32: for 50 s after a restart at another
    address it called itself well, while its services had not found each other and no workflow moved. A Temporal that
    asks for fewer requests has answered.
    """
    queue = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    workflow = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=NOBODY)
    )
    service = client.workflow_service
    return all(
        await asyncio.gather(
            _answers(service.describe_task_queue(queue, timeout=patience), BUSY),
            _answers(service.describe_workflow_execution(workflow, timeout=patience), BUSY, RPCStatusCode.NOT_FOUND),
        )
    )


async def _answers(question: Awaitable[object], *good: RPCStatusCode) -> bool:
    """Whether it is answered, if only by one of these refusals."""
    try:
        await question
    except RPCError as error:
        return error.status in good
    except RuntimeError:  # a lazy client cannot connect
        return False
    return True
