"""What became of the mails that were sent, counted by the rule of `contracts.statistics`.

One pass over the ledger and `engagements` counts by what a mail carries itself: its task, its service, the domain of
its address. Names are joined to the sums, not to a million mails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.statistics import AccountGrouping, TaskGrouping

COUNTS = """
    count(*) AS sent, count(*) FILTER (WHERE e.bounced_at IS NULL) AS delivered, count(e.opened_at) AS opened,
    count(e.machine_opened_at) FILTER (WHERE e.opened_at IS NULL) AS machine_opened, count(e.clicked_at) AS clicked,
    count(e.machine_clicked_at) FILTER (WHERE e.clicked_at IS NULL) AS machine_clicked,
    count(e.replied_at) AS replied, count(e.auto_replied_at) AS auto_replied, count(e.bounced_at) AS hard_bounced,
    count(*) FILTER (WHERE e.soft_bounces > 0) AS soft_bounced, count(e.complained_at) AS complained,
    count(e.unsubscribed_at) AS unsubscribed
"""
SENT_MAILS = """
    FROM subtasks b LEFT JOIN engagements e ON e.task_id = b.task_id AND e.seq = b.seq
    WHERE b.task_id = ANY (CAST(:task_ids AS uuid[])) AND b.status = 'sent'
        AND (CAST(:since AS timestamptz) IS NULL OR b.sent_at >= :since)
        AND (CAST(:before AS timestamptz) IS NULL OR b.sent_at < :before)
"""
SUMS = """
    sum(sent)::bigint AS sent, sum(delivered)::bigint AS delivered, sum(opened)::bigint AS opened,
    sum(machine_opened)::bigint AS machine_opened, sum(clicked)::bigint AS clicked,
    sum(machine_clicked)::bigint AS machine_clicked, sum(replied)::bigint AS replied,
    sum(auto_replied)::bigint AS auto_replied, sum(hard_bounced)::bigint AS hard_bounced,
    sum(soft_bounced)::bigint AS soft_bounced, sum(complained)::bigint AS complained,
    sum(unsubscribed)::bigint AS unsubscribed
"""
LARGEST_FIRST = "ORDER BY sent DESC, 2"


@dataclass(frozen=True, slots=True)
class Division:
    """How mails are divided: by one thing they carry, and what that is called."""

    part: str
    """Of a mail, as `b`."""
    key: str
    """Of a counted part, as `c`."""
    name: str
    names: str = ""
    """Tables that hold the names."""
    order: str = LARGEST_FIRST
    grouped: str = "GROUP BY 1"
    """By the columns of `part`."""

    def statement(self) -> TextClause:
        """Count, then name."""
        counted = " ".join(("SELECT", self.part, ",", COUNTS, SENT_MAILS, self.grouped))
        named = " ".join(("SELECT", self.key, "AS key,", self.name, "AS name,", SUMS, "FROM counted c", self.names))
        return text(" ".join(("WITH counted AS MATERIALIZED (", counted, ")", named, "GROUP BY 1, 2", self.order)))


TASKS = "JOIN tasks t ON t.id = c.task_id"
DIVISIONS: Final[dict[TaskGrouping | AccountGrouping | None, Division]] = {
    None: Division("NULL::uuid AS task_id", "''", "'all'"),
    "task": Division("b.task_id AS task_id", "c.task_id::text", "t.name", TASKS),
    "round": Division(
        "b.task_id AS task_id", "coalesce(t.round_no::text, '')", "coalesce('round ' || t.round_no, 'no round')",
        TASKS, "ORDER BY length(coalesce(t.round_no::text, '')), 1",
    ),
    "variant": Division(
        "b.task_id AS task_id, b.variant AS variant",
        "concat_ws('.', t.round_no, coalesce(c.variant::text, '-'))",
        "concat_ws(': ', 'round ' || t.round_no, coalesce(t.variants -> c.variant ->> 'name', 'no variant'))",
        TASKS, "ORDER BY length(concat_ws('.', t.round_no, coalesce(c.variant::text, '-'))), 1",
        "GROUP BY 1, 2",
    ),
    "service": Division(
        "b.service_id AS service_id", "coalesce(c.service_id::text, '')", "coalesce(s.name, 'not known')",
        "LEFT JOIN email_services s ON s.id = c.service_id",
    ),
    "provider": Division(
        "split_part(b.email, '@', 2) AS domain", "coalesce(p.provider, 'other')", "coalesce(p.provider, 'other')",
        """LEFT JOIN unnest(CAST(:domains AS text[]), CAST(:providers AS text[])) AS p (domain, provider)
            ON p.domain = c.domain""",
    ),
    "day": Division(
        "date_trunc('day', b.sent_at, :zone) AS start", "to_char(c.start AT TIME ZONE :zone, 'YYYY-MM-DD')",
        "to_char(c.start AT TIME ZONE :zone, 'YYYY-MM-DD')", order="ORDER BY 1",
    ),
    "hour": Division(
        "date_trunc('hour', b.sent_at) AS start",
        """to_char(c.start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"')""",
        "to_char(c.start AT TIME ZONE :zone, 'YYYY-MM-DD HH24:MI')", order="ORDER BY 1",
    ),
}  # fmt: skip
STATEMENTS: Final = {grouping: division.statement() for grouping, division in DIVISIONS.items()}
OF_CAMPAIGN = text("""
    SELECT (SELECT array_agg(id) FROM tasks WHERE campaign_id = c.id) FROM campaigns c
    WHERE c.id = :campaign_id AND c.user_id = :user_id
""")
OF_ACCOUNT = text("""
    SELECT task_id FROM user_task_queues WHERE user_id = :user_id AND last_sent_at >= :since
""")
NOW = text("SELECT guard_now()")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which sent mails are counted, and the names of what they are divided by."""

    task_ids: Sequence[UUID]
    """Of one user: whoever makes a selection has checked that."""
    since: datetime | None = None
    before: datetime | None = None
    zone: str = "UTC"
    """In which a day begins."""
    providers: Mapping[str, str] = field(default_factory=dict)
    """Of domains."""

    def values(self) -> dict[str, object]:
        """Parameters of the statements."""
        return {
            "task_ids": list(self.task_ids), "since": self.since, "before": self.before, "zone": self.zone,
            "domains": list(self.providers), "providers": list(self.providers.values()),
        }  # fmt: skip


async def count(
    connection: AsyncConnection, selection: Selection, by: TaskGrouping | AccountGrouping | None
) -> list[RowMapping]:
    """Count each group of the selected mails: key, name, columns of `contracts.statistics`. Empty ones are no rows."""
    statement = STATEMENTS[by]
    wanted = statement.compile().params
    values = {name: value for name, value in selection.values().items() if name in wanted}
    return list((await connection.execute(statement, values)).mappings())


async def tasks_of_campaign(connection: AsyncConnection, user_id: UUID, campaign_id: UUID) -> list[UUID] | None:
    """List the tasks of one of the user's campaigns; None: they have no such campaign."""
    row = (await connection.execute(OF_CAMPAIGN, {"campaign_id": campaign_id, "user_id": user_id})).one_or_none()
    return None if row is None else list(row[0] or ())


async def tasks_that_sent(connection: AsyncConnection, user_id: UUID, since: datetime) -> list[UUID]:
    """List the user's tasks that sent something since then."""
    return list((await connection.execute(OF_ACCOUNT, {"user_id": user_id, "since": since})).scalars())


async def now(connection: AsyncConnection) -> datetime:
    """Read the clock by which mails are sent."""
    moment: datetime = (await connection.execute(NOW)).scalar_one()
    return moment
