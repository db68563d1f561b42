"""Contacts, the lists they stand on, and the addresses that are never written to."""

from sqlalchemy import BigInteger, Boolean, Column, Identity, UniqueConstraint, false
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, json_object, owner, uuid_key


class Contact(Table, table=True):
    """A person a user may write to; `email_key` (lower case) makes an address one contact per user."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("user_id", "email_key"),)
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    user_id: UUID = Field(foreign_key="users.id")
    email: str
    email_key: str
    fields: dict[str, object] = json_object()
    """What templates may use: identifiers to strings, numbers or booleans."""
    created_at: datetime = created()
    updated_at: datetime = created()


class ContactList(Table, table=True):
    """A named list of contacts. A hidden one holds the recipients that were given with a task itself."""

    __tablename__ = "contact_lists"
    id: UUID = uuid_key()
    user_id: UUID = owner()
    name: str
    hidden: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    created_at: datetime = created()


class ContactListMember(Table, table=True):
    """A contact's place on a list."""

    __tablename__ = "contact_list_members"
    contact_list_id: UUID = Field(foreign_key="contact_lists.id", primary_key=True, ondelete="CASCADE")
    contact_id: int = Field(
        primary_key=True, foreign_key="contacts.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )


class Suppression(Table, table=True):
    """An address this user never writes to again, in lower case."""

    __tablename__ = "suppressions"
    user_id: UUID = Field(foreign_key="users.id", primary_key=True)
    email: str = Field(primary_key=True)
    reason: str
    created_at: datetime = created()
