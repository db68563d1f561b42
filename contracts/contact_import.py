"""Merging an uploaded contact file: the order and its result. No address is in either."""

from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel

ImportStatus = Literal["staging", "staged", "merging", "completed", "failed"]
ImportMode = Literal["merge", "replace", "insert", "update"]
IMPORT_MODES: Final = ("merge", "replace", "insert", "update")
"""`merge` writes all and keeps the fields that the file does not have; `replace` writes all and drops those; `insert`
writes new contacts only, `update` only those that exist, keeping fields as `merge` does."""
FINAL_IMPORT_STATUSES: Final = ("completed", "failed")


class MergeImport(BaseModel, frozen=True):
    """Order: merge what is staged of this import."""

    import_id: UUID


class ImportTotals(BaseModel, frozen=True):
    """How an import ended. rows_read = rejected + merged + skipped + accepted."""

    status: ImportStatus
    rows_read: int
    rejected: int
    merged: int
    """Rows whose address stood elsewhere in the file."""
    skipped: int = 0
    """Addresses that the mode leaves alone. Runs started before there were modes decode to 0."""
    accepted: int
    """Contacts that are on the list now because of this file."""
