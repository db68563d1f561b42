"""One upload of contacts: its state, its rows until they are merged, and what was wrong with the others."""

from sqlalchemy import BigInteger, Column, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from contracts.contact_import import IMPORT_MODES
from database.tables.base import UUID, Table, created, datetime, instant, json_object, one_of, owner, uuid_key

STATUSES = ("staging", "staged", "merging", "completed", "failed")


class ContactImport(Table, table=True):
    """An uploaded file. Sums: rows_read = rejected + merged + skipped + accepted.

    Merged: duplicates inside the file. Skipped: addresses the mode leaves alone.
    """

    __tablename__ = "contact_imports"
    __table_args__ = (one_of("status", STATUSES), one_of("mode", IMPORT_MODES))
    id: UUID = uuid_key()
    user_id: UUID = owner()
    contact_list_id: UUID = Field(foreign_key="contact_lists.id", ondelete="CASCADE", index=True)
    file_name: str
    status: str = Field(default="staging")
    mode: str = Field(default="merge", sa_column_kwargs={"server_default": "merge"})
    """What becomes of contacts that exist; see `contracts.contact_import.IMPORT_MODES`."""
    tags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    """Put on every contact of the file."""
    encoding: str | None = None
    delimiter: str | None = None
    columns: dict[str, object] = json_object()
    """Header in the file → field of a contact, as it was understood."""
    rows_read: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    rejected: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    merged: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    skipped: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    accepted: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    error: str | None = None
    created_at: datetime = created()
    merging_at: datetime | None = instant()
    """When merging began: `replace` keeps what was written to a contact since, by an earlier part of the file."""
    completed_at: datetime | None = instant()


class ContactImportRow(Table, table=True):
    """A staged row: what COPY wrote, before it is merged. Gone when the import has ended."""

    __tablename__ = "contact_import_rows"
    import_id: UUID = Field(foreign_key="contact_imports.id", primary_key=True, ondelete="CASCADE")
    line: int = Field(primary_key=True, sa_type=BigInteger)
    """Line of the file on which the row begins; the header is line 1."""
    email: str
    email_key: str
    fields: dict[str, object] = json_object()
    tags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))


class ContactImportError(Table, table=True):
    """A row that was not taken, with its line and why."""

    __tablename__ = "contact_import_errors"
    import_id: UUID = Field(foreign_key="contact_imports.id", primary_key=True, ondelete="CASCADE")
    line: int = Field(primary_key=True, sa_type=BigInteger)
    reason: str
    value: str = Field(sa_column_kwargs={"server_default": text("''")})
