"""What bounces and complaints say of services and tasks."""

from sqlalchemy import BigInteger, Column
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, instant, one_of


def count() -> Column[int]:
    """A counter that starts at 0."""
    return Column(BigInteger, nullable=False, server_default="0")


class Reputation(Table, table=True):
    """The last verdict on a service or task that had trouble; others have no row."""

    __tablename__ = "reputations"
    __table_args__ = (one_of("kind", ("service", "task")), one_of("state", ("good", "warned", "paused")))
    kind: str = Field(primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="users.id")
    state: str
    cause: str | None = None
    """`bounces` or `complaints`."""
    sent: int = Field(default=0, sa_column=count())
    """With the two below: what was judged. Of a service within the window, of a task all, since a person resumed it."""
    bounced: int = Field(default=0, sa_column=count())
    complained: int = Field(default=0, sa_column=count())
    counted_from: datetime | None = instant()
    """When a person resumed a paused service: what was before is forgiven."""
    forgiven_sent: int = Field(default=0, sa_column=count())
    """With the two below: what a task had when a person resumed it."""
    forgiven_bounced: int = Field(default=0, sa_column=count())
    forgiven_complained: int = Field(default=0, sa_column=count())
    since: datetime = created()
    """When the state began."""
    checked_at: datetime = created()
