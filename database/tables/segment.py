"""Segments: saved filters on a user's contacts."""

from sqlalchemy import Column, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, owner, uuid_key


class Segment(Table, table=True):
    """A named rule; who is of it is found out anew whenever it is asked."""

    __tablename__ = "segments"
    __table_args__ = (UniqueConstraint("user_id", "name"),)
    id: UUID = uuid_key()
    user_id: UUID = owner()
    name: str
    rules: dict[str, object] = Field(sa_column=Column(JSONB(none_as_null=True), nullable=False))
    """In the language of `contracts.segment`."""
    created_at: datetime = created()
    updated_at: datetime = created()
