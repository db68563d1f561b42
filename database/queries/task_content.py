"""What a task sends."""

from dataclasses import dataclass
from uuid import UUID

from contracts.variant import Variant
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
    variants: tuple[Variant, ...] = ()
    thread_subjects: tuple[str, ...] = ()
    """Of the first mail of the thread it belongs to, one for each variant of that."""


# The thread of a round begins with the last one before it that answers none.
CONTENT = """
    SELECT t.subject, t.html, t.text, t.tracks_opens, t.tracks_clicks, t.variants, f.subjects
    FROM tasks t LEFT JOIN LATERAL (
        SELECT CASE WHEN o.variants IS NULL THEN ARRAY[o.subject]
            ELSE ARRAY(SELECT v ->> 'subject' FROM jsonb_array_elements(o.variants) v) END AS subjects
        FROM rounds r
        JOIN rounds q ON q.campaign_id = r.campaign_id AND q.round_no < r.round_no
            AND (q.round_no = 1 OR NOT q.threaded)
        JOIN tasks o ON o.id = q.task_id
        WHERE r.campaign_id = t.campaign_id AND r.round_no = t.round_no AND r.threaded
        ORDER BY q.round_no DESC LIMIT 1
    ) f ON true
    WHERE t.id = $1
"""


async def task_content(connection: PoolConnection, task_id: UUID) -> TaskContent:
    """Read it. Raises `TaskGoneError`."""
    row = await connection.fetchrow(CONTENT, task_id)
    if row is None:
        raise TaskGoneError(f"task {task_id} does not exist")
    variants = tuple(Variant.model_validate(variant) for variant in row["variants"] or ())
    values = {name: value for name, value in row.items() if name not in ("variants", "subjects")}
    return TaskContent(**values, variants=variants, thread_subjects=tuple(row["subjects"] or ()))
