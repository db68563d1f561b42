"""What every table shares: naming of constraints, aware times, and the defaults of ids."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, DateTime, MetaData, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention

NOW = text("clock_timestamp()")


class Table(SQLModel):
    """The common ancestor of all tables; holds nothing of its own."""


def uuid_key() -> Any:
    """Primary key made by the program, so that a row's id is known before it is written."""
    return Field(default_factory=uuid4, primary_key=True)


def owner() -> Any:
    """Whose row it is; every query a person causes is bound to it."""
    return Field(foreign_key="users.id", index=True)


def created() -> Any:
    """When the row was written, by the database's clock."""
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=NOW))


def instant(*, nullable: bool = True) -> Any:
    """An aware point in time."""
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=nullable))


def json_object() -> Any:
    """A JSON object, empty unless given."""
    return Field(
        default_factory=dict, sa_column=Column(JSONB(none_as_null=True), nullable=False, server_default=text("'{}'"))
    )


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """Allow only these words in a column; named after the column."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


__all__ = ["NOW", "UUID", "Table", "created", "datetime", "instant", "json_object", "one_of", "owner", "uuid_key"]
