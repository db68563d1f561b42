"""Choices: why the allocator gave permits of a service to a task; kept for a while, for people who ask."""

from sqlalchemy import BigInteger, Column, Index, Integer, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REAL
from sqlmodel import Field

from database.tables.base import UUID, Table, datetime, instant


def part() -> Column[float]:
    """A part of a score, between 0 and 1."""
    return Column(REAL, nullable=False)


class Choice(Table, table=True):
    """One run of permits. A delivery's is found by its service and permit number: `first_no` and `count` say which."""

    __tablename__ = "choices"
    __table_args__ = (Index("ix_choices_decided_at", "decided_at", postgresql_using="brin"),)
    service_id: UUID = Field(primary_key=True)
    first_no: int = Field(sa_type=BigInteger, primary_key=True)
    count: int
    task_id: UUID
    decided_at: datetime = instant(nullable=False)
    score: float = Field(sa_column=part())
    quota: float = Field(sa_column=part())
    rest: float = Field(sa_column=part())
    success: float = Field(sa_column=part())
    runners_up: list[dict[str, object]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'"))
    )
    """`[{service_id, score}]`, the best first."""
    waiting: list[UUID] = Field(
        default_factory=list, sa_column=Column(ARRAY(Uuid), nullable=False, server_default=text("'{}'"))
    )
    """The first few other tasks that had mail ready."""
    waiting_count: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
