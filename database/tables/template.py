"""Templates as people write them."""

from sqlalchemy import ARRAY, Column, Text
from sqlalchemy import text as sql
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, owner, uuid_key


class Template(Table, table=True):
    """Subject and bodies with variables; a task keeps its own copy, so an edit changes no running task."""

    __tablename__ = "templates"
    id: UUID = uuid_key()
    user_id: UUID = owner()
    name: str
    subject: str
    html: str | None = None
    text: str | None = None
    variables: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default=sql("'{}'"))
    )
    """The variables it cannot do without."""
    created_at: datetime = created()
    updated_at: datetime = created()
