"""What a task sends."""

from dataclasses import dataclass
from uuid import UUID

from database.connect import PoolConnection
from database.queries.survey import TaskGoneError


@dataclass(frozen=True, slots=True)
class TaskContent:
    """The task's own copy of its template, and what its mails tell us."""

    subject: str
    html: str | None
    text: str | None
    tracks_opens: bool
    tracks_clicks: bool


CONTENT = "SELECT subject, html, text, tracks_opens, tracks_clicks FROM tasks WHERE id = $1"


async def task_content(connection: PoolConnection, task_id: UUID) -> TaskContent:
    """Read it. Raises `TaskGoneError`."""
    row = await connection.fetchrow(CONTENT, task_id)
    if row is None:
        raise TaskGoneError(f"task {task_id} does not exist")
    return TaskContent(**row)
