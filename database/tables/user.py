"""Users, their API keys, and the pools of services they share."""

from sqlalchemy import ARRAY, Boolean, Column, LargeBinary, Text, false, text
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, instant, one_of, owner, uuid_key

ROLES = ("admin", "member")


class User(Table, table=True):
    """A person or program that owns services, contacts and tasks."""

    __tablename__ = "users"
    __table_args__ = (one_of("role", ROLES),)
    id: UUID = uuid_key()
    email: str = Field(unique=True)
    name: str
    role: str = Field(default="member")
    created_at: datetime = created()


class ApiKey(Table, table=True):
    """A bearer key. Only its SHA-256 is kept: a key is 256 random bits, so a slow hash would add nothing."""

    __tablename__ = "api_keys"
    id: UUID = uuid_key()
    user_id: UUID = owner()
    name: str
    prefix: str
    """The first characters, shown so that a person can tell keys apart."""
    key_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'")))
    created_at: datetime = created()
    expires_at: datetime | None = instant()
    last_used_at: datetime | None = instant()
    revoked_at: datetime | None = instant()


class Pool(Table, table=True):
    """Services that may serve the same tasks. Every user starts with one of their own, named `default`."""

    __tablename__ = "pools"
    id: UUID = uuid_key()
    user_id: UUID = owner()
    """The owner; others come in as members."""
    name: str
    created_at: datetime = created()


class PoolMember(Table, table=True):
    """A user who may send through a pool; in a shared one priority 1 needs `may_prioritise`."""

    __tablename__ = "pool_members"
    pool_id: UUID = Field(foreign_key="pools.id", primary_key=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", primary_key=True, index=True)
    may_prioritise: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()), default=False)
