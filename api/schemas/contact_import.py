"""Imports of contact files."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Outgoing
from contracts.contact_import import ImportMode


class ColumnOut(Outgoing):
    """A column of a file."""

    title: str
    field: str
    """Under which it would be kept; that of the addresses is `email`."""
    examples: list[str]
    """Its first cells that are not empty."""


class ImportLookOut(Outgoing):
    """How a file would be read. Nothing was kept."""

    encoding: str
    delimiter: str
    email_column: str | None
    """Its title; empty where no title says which one it is: name it when you import."""
    columns: list[ColumnOut]
    max_upload_bytes: int
    """Larger files are refused."""


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
