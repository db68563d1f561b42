"""Contacts, the lists they stand on, and the addresses that are never written to."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from contracts.tag import MAX_TAGS
from database.tables.base import UUID, Table, created, datetime, json_object, owner, uuid_key


class Contact(Table, table=True):
    """A person a user may write to; `email_key` (lower case) makes an address one contact per user."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("user_id", "email_key"),
        Index("ix_contacts_user", "user_id", "id"),
        # Of tagged contacts only: GIN would note each of the others too, at every import.
        Index("ix_contacts_tags", "tags", postgresql_using="gin", postgresql_where=text("tags <> '{}'")),
        CheckConstraint(f"cardinality(tags) <= {MAX_TAGS}", name="tags"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    user_id: UUID = Field(foreign_key="users.id")
    email: str
    email_key: str
    fields: dict[str, object] = json_object()
    """What templates may use: identifiers to strings, numbers or booleans."""
    tags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    """Sorted, each once, in the form of `contracts.tag`."""
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


class Erasure(Table, table=True):
    """A person who was erased: what is left of the address is a keyed hash, so that no later import writes to it.

    See docs/decisions/0022.
    """

    __tablename__ = "erasures"
    user_id: UUID = Field(foreign_key="users.id", primary_key=True)
    email_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """HMAC-SHA-256 of the address in lower case, under the installation's secret and bound to the user."""
    erased_at: datetime = created()
    key_id: UUID | None = None
    """The API key that was used."""
    erased: dict[str, object] = json_object()
    """How many rows of each kind."""
