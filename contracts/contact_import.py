"""Merging an uploaded contact file: the order and its result. No address is in either."""

from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel

ImportStatus = Literal["staging", "staged", "merging", "completed", "failed"]
FINAL_IMPORT_STATUSES: Final = ("completed", "failed")


class MergeImport(BaseModel, frozen=True):
    """Order: merge what is staged of this import."""

    import_id: UUID


class ImportTotals(BaseModel, frozen=True):
    """How an import ended. rows_read = rejected + merged + accepted."""

    status: ImportStatus
    rows_read: int
    rejected: int
    merged: int
    """Rows whose address stood elsewhere in the file."""
    accepted: int
    """Contacts that are on the list now because of this file."""
