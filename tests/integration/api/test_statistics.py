"""Statistics: every mail counts once in each column, whatever it is divided by."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.event import EventKind, NewEvent
from contracts.statistics import COLUMNS
from database.queries import event
from runtime.resources import Resources
from tests.integration.api.asker import Asker
from tests.integration.api.sending import Sending, sending

DOMAINS = ["gmail.com", "googlemail.com", "outlook.com", "example.org", "qq.com", "163.com"]
VARIANTS = [{"name": "=A", "share": 0.5, "subject": "a"}, {"name": "B", "share": 0.5, "subject": "b"}]
HAPPENED: list[tuple[int, EventKind, bool]] = [
    (1, "open", True), (1, "open", False), (1, "open", False), (1, "click", False), (1, "reply", False),
    (2, "open", True), (2, "click", True), (2, "open", True), (2, "auto_reply", False),
    (3, "soft_bounce", False), (3, "soft_bounce", False), (3, "hard_bounce", False),
    (4, "complaint", False), (4, "unsubscribe", False), (4, "click", False),
    (6, "open", False),
]  # fmt: skip
"""Mail 6 is never sent."""
EXPECTED = {
    "sent": 5, "delivered": 4, "opened": 1, "machineOpened": 1, "clicked": 2, "machineClicked": 1, "replied": 1,
    "autoReplied": 1, "hardBounced": 1, "softBounced": 1, "complained": 1, "unsubscribed": 1,
}  # fmt: skip
ROUND = """
    WITH c AS (
        INSERT INTO campaigns (id, user_id, pool_id, contact_list_id, name, status)
        SELECT $1, user_id, pool_id, contact_list_id, 'campaign', 'sending' FROM tasks WHERE id = $2
    ), r AS (
        INSERT INTO campaign_contacts (campaign_id, contact_id) SELECT $1, contact_id FROM subtasks WHERE task_id = $2
    ), t AS (
        UPDATE tasks SET campaign_id = $1, round_no = 2, variants = $3 WHERE id = $2
    )
    UPDATE subtasks SET round_no = 2, variant = seq % 2, email = 'p@' || ($4::text[])[seq] WHERE task_id = $2
"""


@dataclass
class Mailed:
    """A campaign of one round: five mails are sent, one waits."""

    asker: Asker
    sending: Sending
    campaign_id: UUID

    @property
    def task(self) -> str:
        return self.sending.path

    @property
    def campaign(self) -> str:
        return f"/api/campaigns/{self.campaign_id}"

    async def get(self, path: str, **parameters: str) -> Any:
        response = await self.asker.get(path, params=parameters)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
async def mailed(ann: Asker, resources: Resources) -> Mailed:
    """What came back for a campaign's mails."""
    task = await sending(ann, resources, people=6)
    campaign_id = uuid4()
    await resources.ledger_pool.execute(ROUND, campaign_id, task.task_id, VARIANTS, DOMAINS)
    for _ in range(5):
        await task.send()
    now = datetime.now(UTC)
    events = [
        NewEvent(task_id=task.task_id, seq=seq, kind=kind, key=str(number), machine=machine, occurred_at=now)
        for number, (seq, kind, machine) in enumerate(HAPPENED)
    ]
    async with resources.ledger_pool.acquire() as connection:
        assert await event.record(connection, events) == len(events)
    return Mailed(ann, task, campaign_id)


def counts(row: dict[str, Any]) -> dict[str, int]:
    return {column: row[column] for column in EXPECTED}


async def test_a_mail_counts_once_in_each_column_and_only_if_it_was_sent(mailed: Mailed) -> None:
    for path in (mailed.task, mailed.campaign):
        answer = await mailed.get(f"{path}/statistics")
        assert counts(answer["total"]) == EXPECTED
        assert answer["groups"] == []

    rates = answer["total"]["rates"]
    assert rates["delivered"] == {"value": 0.8, "of": "sent"}
    assert rates["clicked"] == {"value": 0.5, "of": "delivered"}


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("round", [("2", "round 2", 5)]),
        ("variant", [("2.0", "round 2: =A", 2), ("2.1", "round 2: B", 3)]),
        ("provider", [("Google", "Google", 2), ("Microsoft", "Microsoft", 1), ("Tencent", "Tencent", 1),
                      ("other", "other", 1)]),
    ],
)  # fmt: skip
async def test_groups_have_names_and_sum_up(mailed: Mailed, by: str, groups: list[tuple[str, str, int]]) -> None:
    answer = await mailed.get(f"{mailed.campaign}/statistics", by=by)

    assert [(row["key"], row["name"], row["sent"]) for row in answer["groups"]] == groups
    sums = {column: sum(row[column] for row in answer["groups"]) for column in EXPECTED}
    assert sums == counts(answer["total"]) == EXPECTED


async def test_services_and_times_divide_the_same_mails(mailed: Mailed) -> None:
    for by, size in (("service", 5), ("day", 1), ("hour", 1)):
        answer = await mailed.get(f"{mailed.task}/statistics", by=by, timeZone="Pacific/Kiritimati")
        assert len(answer["groups"]) == size or by != "service"
        assert sum(row["sent"] for row in answer["groups"]) == 5
        assert counts(answer["total"]) == EXPECTED


async def test_the_timeline_holds_each_mail_once_in_each_column(mailed: Mailed) -> None:
    for path, per in ((mailed.task, "hour"), (mailed.campaign, "day")):
        answer = await mailed.get(f"{path}/statistics/timeline", per=per, timeZone="Asia/Shanghai")
        columns = set(EXPECTED) - {"delivered"}
        sums = {column: sum(row[column] for row in answer["data"]) for column in columns}
        assert sums == {column: EXPECTED[column] for column in columns}


async def test_a_table_for_spreadsheets_runs_nothing(mailed: Mailed) -> None:
    await mailed.sending.world.pool.execute("UPDATE tasks SET name = '=1+1'")
    answer = await mailed.asker.get(f"{mailed.campaign}/statistics.csv", params={"by": "variant"})

    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["name"] for row in rows] == ["round 2: =A", "round 2: B"]
    assert sum(int(row["sent"]) for row in rows) == 5
    assert set(COLUMNS) < set(rows[0])
    (row,) = csv.DictReader((await mailed.asker.get(f"{mailed.task}/statistics.csv")).text.splitlines())
    assert (row["sent"], row["delivered_per_sent"]) == ("5", "0.8")


async def test_the_account_counts_what_was_sent_within_a_time(mailed: Mailed) -> None:
    answer = await mailed.get("/api/statistics", by="task")
    assert [(row["key"], row["sent"]) for row in answer["groups"]] == [(str(mailed.sending.task_id), 5)]

    past = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    assert (await mailed.get("/api/statistics", to=past))["total"]["sent"] == 0
    wrong = await mailed.asker.get("/api/statistics", params={"from": past, "to": past})
    assert wrong.status_code == 422
    assert "?from" in wrong.text


async def test_nobody_elses_figures_are_seen(mailed: Mailed, bob: Asker) -> None:
    for path in (mailed.task, mailed.campaign):
        for end in ("statistics", "statistics.csv", "statistics/timeline"):
            assert (await bob.get(f"{path}/{end}")).status_code == 404
    assert (await bob.get(f"{mailed.campaign}/funnel")).status_code == 404
    assert (await bob.get("/api/statistics")).json()["total"]["sent"] == 0


async def test_the_funnel_of_a_round_counts_its_mails(mailed: Mailed) -> None:
    answer = await mailed.get(f"{mailed.campaign}/funnel")

    stages = {"contacts": 6, "mailed": 5, "delivered": 4, "opened": 1, "clicked": 2, "replied": 1}
    assert answer == stages | {"rounds": [stages | {"round": 2}]}
