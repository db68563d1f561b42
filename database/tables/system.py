"""Configuration that an operator changes while running, and what makes requests repeatable."""

from datetime import timedelta

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Identity, Interval, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, json_object


class SystemConfig(Table, table=True):
    """One setting with its default, bounds and meaning (seed: system_config)."""

    __tablename__ = "system_config"
    key: str = Field(primary_key=True)
    value: str
    category: str
    description: str
    value_type: str
    constraints: dict[str, object] = json_object()
    """`{"minimum": …, "maximum": …}` for numbers."""
    default_value: str
    updated_at: datetime = created()


class SystemConfigChange(Table, table=True):
    """One change of a setting: who, when, from what, to what. Kept for ever."""

    __tablename__ = "system_config_changes"
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    key: str = Field(foreign_key="system_config.key", index=True)
    old_value: str
    new_value: str
    changed_at: datetime = created()
    key_id: UUID | None = None
    """The API key that was used. No foreign key, and the names beside it: they tell who it was when both are gone."""
    key_name: str
    user_email: str


class IdempotencyKey(Table, table=True):
    """What a creating request answered, so that the same request sent again gets the same answer.

    Written in the transaction that creates: there is a row only once there is an answer.
    """

    __tablename__ = "idempotency_keys"
    user_id: UUID = Field(foreign_key="users.id", primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status_code: int | None = None
    response: dict[str, object] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    created_at: datetime = created()


class GuardClock(Table, table=True):
    """One row: how far the guard's clock runs ahead of the database's. Only a local stack moves it."""

    __tablename__ = "guard_clock"
    __table_args__ = (CheckConstraint("singleton", name="singleton"),)
    singleton: bool = Field(default=True, sa_column=Column(Boolean, primary_key=True, server_default=text("true")))
    ahead: timedelta = Field(sa_column=Column(Interval, nullable=False, server_default=text("'0'")))
