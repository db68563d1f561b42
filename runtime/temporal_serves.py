"""Whether Temporal moves workflows, which is more than that it listens."""

from datetime import timedelta
from typing import Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

NOBODY: Final = "tempost-health"
"""A workflow that nobody starts. To say that there is none, Temporal's history looks into its database."""


async def temporal_serves(client: Client, task_queue: str, patience: timedelta) -> bool:
    """Ask its matching for the queue, and its history for a workflow; each has `patience` for its answer.

    Temporal's own health check speaks for the frontend alone. Seen with 1.32: for 50 s after a restart at another
    address it called itself well, while its services had not found each other and no workflow moved.
    """
    queue = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    workflow = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=NOBODY)
    )
    try:
        await client.workflow_service.describe_task_queue(queue, timeout=patience)
    except (RPCError, RuntimeError):  # RuntimeError: a lazy client cannot connect
        return False
    try:
        await client.workflow_service.describe_workflow_execution(workflow, timeout=patience)
    except RPCError as error:
        return error.status is RPCStatusCode.NOT_FOUND
    return True
