"""Imports of contact files."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Outgoing
from contracts.contact_import import ImportMode


class ContactImportOut(Outgoing):
    """An uploaded file. When it is completed: rowsRead = rejected + merged + skipped + accepted."""

    id: UUID
    contact_list_id: UUID
    file_name: str
    status: Literal["staging", "staged", "merging", "completed", "failed"]
    encoding: str | None
    delimiter: str | None
    columns: dict[str, str]
    """Title in the file → field that templates may use; empty: left out."""
    mode: ImportMode = "merge"
    tags: list[str] = Field(default_factory=list)
    """Put on every contact of the file."""
    rows_read: int
    rejected: int
    """Rows that were not taken; `/api/imports/{id}/errors.csv` says why."""
    merged: int
    """Rows whose address stood elsewhere in the file, in any case of its letters."""
    skipped: int = 0
    """Addresses that the mode leaves alone."""
    accepted: int
    """Contacts on the list because of this file; grows while it is merged."""
    error: str | None
    created_at: datetime
    completed_at: datetime | None
