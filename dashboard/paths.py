"""Where each page is: written once, for routes and links."""

from typing import Final
from uuid import UUID

OVERVIEW: Final = "/"
TASKS: Final = "/tasks"
NEW_TASK: Final = "/tasks/new"
TASK: Final = "/tasks/{task_id}"
MAIL: Final = "/tasks/{task_id}/mails/{seq}"
TASK_EXPORT: Final = "/tasks/{task_id}/export.csv"
CAMPAIGNS: Final = "/campaigns"
CONTACTS: Final = "/contacts"
TEMPLATES: Final = "/templates"
SERVICES: Final = "/services"
ALERTS: Final = "/alerts"
SETTINGS: Final = "/settings"
KEYS: Final = "/keys"


def task(task_id: UUID) -> str:
    """The page of one task."""
    return TASK.format(task_id=task_id)


def task_export(task_id: UUID) -> str:
    """All mails of a task as a file."""
    return TASK_EXPORT.format(task_id=task_id)


def mail(task_id: UUID, seq: int) -> str:
    """The page of one mail of a task."""
    return MAIL.format(task_id=task_id, seq=seq)
