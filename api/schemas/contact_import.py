"""Imports of contact files."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from api.schemas.base import Outgoing


class ContactImportOut(Outgoing):
    """An uploaded file. When it is completed: rowsRead = rejected + merged + accepted."""

    id: UUID
    contact_list_id: UUID
    file_name: str
    status: Literal["staging", "staged", "merging", "completed", "failed"]
    encoding: str | None
    delimiter: str | None
    columns: dict[str, str]
    """Title in the file → field that templates may use."""
    rows_read: int
    rejected: int
    """Rows that were not taken; `/api/imports/{id}/errors.csv` says why."""
    merged: int
    """Rows whose address stood elsewhere in the file, in any case of its letters."""
    accepted: int
    """Contacts on the list because of this file; grows while it is merged."""
    error: str | None
    created_at: datetime
    completed_at: datetime | None
