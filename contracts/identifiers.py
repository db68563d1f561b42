"""Names and ids shared by every process, built from the row alone."""

from typing import Final
from uuid import UUID

from temporalio.common import SearchAttributeKey

USER: Final = SearchAttributeKey.for_keyword("TempostUser")
CAMPAIGN: Final = SearchAttributeKey.for_keyword("TempostCampaign")
TASK_STATUS: Final = SearchAttributeKey.for_keyword("TempostTaskStatus")
PRIORITY: Final = SearchAttributeKey.for_int("TempostPriority")
POOL: Final = SearchAttributeKey.for_keyword("TempostPool")

SEARCH_ATTRIBUTES: Final = (USER, CAMPAIGN, TASK_STATUS, PRIORITY, POOL)
"""What a namespace must know before the first workflow starts."""


def task_workflow_id(task_id: UUID) -> str:
    """`task-{id}`. Nothing random in it, so starting a task twice is harmless."""
    return f"task-{task_id}"


def campaign_workflow_id(campaign_id: UUID) -> str:
    """`campaign-{id}`: its rounds are children of it, each the `task-{id}` of its task."""
    return f"campaign-{campaign_id}"


def allocator_workflow_id(pool_id: UUID) -> str:
    """`allocator-{pool}`: one allocator decides for a pool."""
    return f"allocator-{pool_id}"


def contact_import_workflow_id(import_id: UUID) -> str:
    """`contact-import-{id}`."""
    return f"contact-import-{import_id}"


def webhook_workflow_id(webhook_id: UUID) -> str:
    """`webhook-{id}`: one workflow tells a receiver, so that it is told in order."""
    return f"webhook-{webhook_id}"


TASK_WORKFLOW: Final = "TaskWorkflow"
CAMPAIGN_WORKFLOW: Final = "CampaignWorkflow"
ALLOCATOR_WORKFLOW: Final = "ServiceAllocatorWorkflow"
WEBHOOK_WORKFLOW: Final = "WebhookWorkflow"
