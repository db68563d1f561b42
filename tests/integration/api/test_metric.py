"""Metrics: noted each minute, read as series, exposed to Prometheus, forgotten in time."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from temporalio.testing import ActivityEnvironment

from activities.metric import MetricActivities
from api.prometheus import GAUGES
from contracts.metric import UNITS, Measure
from database.connect import PoolConnection
from database.queries import metric
from runtime.resources import Resources
from tests.integration.api.asker import Asker
from tests.integration.api.sending import Sending, sending

WAITED = "UPDATE deliveries SET due_at = ended_at - interval '8 seconds'"
AT_ONCE = "UPDATE deliveries SET ended_at = n.at FROM (SELECT max(ended_at) AS at FROM deliveries) n RETURNING n.at"


def now() -> datetime:
    return datetime.now(UTC)


def minute(at: datetime) -> datetime:
    """The end of its minute."""
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)


@pytest.fixture
def activities(resources: Resources) -> MetricActivities:
    """What the schedules' workflows call."""
    return MetricActivities(resources.ledger_pool)


@pytest.fixture
async def connection(resources: Resources) -> AsyncIterator[PoolConnection]:
    """A connection for what the test looks up."""
    async with resources.ledger_pool.acquire() as connection:
        yield connection


async def sent_just_now(asker: Asker, resources: Resources) -> tuple[Sending, datetime]:
    """A task of five with two mails sent, one failed, eight seconds after they were due; and when that was."""
    task = await sending(asker, resources, people=5, services=4)
    await task.send()
    await task.send()
    await task.send("failed", reason="policy")
    await resources.ledger_pool.execute(WAITED)
    return task, now()


async def values(asker: Asker, name: str, at: datetime, **more: str) -> list[float]:
    """The points of a series around a moment."""
    span = {"from": (at - timedelta(minutes=10)).isoformat(), "to": (at + timedelta(minutes=10)).isoformat()}
    response = await asker.get("/api/system/metrics", params={"name": name, "step": "60", **span, **more})
    assert response.status_code == 200, response.text
    return [point["value"] for point in response.json()["points"]]


async def test_a_minute_is_noted_once_with_true_figures(
    admin: Asker, resources: Resources, activities: MetricActivities
) -> None:
    _, at = await sent_just_now(admin, resources)

    for _ in range(2):
        await activities.measure(Measure(at=at))

    assert await values(admin, "queue_throughput", at) == [120]
    assert await values(admin, "error_rate", at) == [pytest.approx(1 / 3)]
    assert await values(admin, "service_utilization", at) == [0.75]
    assert await values(admin, "user_avg_wait_time", at) == [pytest.approx(8)]
    (delay,) = await values(admin, "first_email_delay", at)
    assert 0 <= delay < 60
    assert await values(admin, "task_completion_time", at) == []
    assert await values(admin, "queue_mails", at) == [2], "ready, retrying and under way together"
    assert await values(admin, "queue_mails", at, state="pending") == [0]


async def test_a_minute_in_which_nothing_happened_is_noted_too(
    admin: Asker, resources: Resources, activities: MetricActivities
) -> None:
    _, at = await sent_just_now(admin, resources)
    quiet = at + timedelta(minutes=1)
    await activities.measure(Measure(at=quiet))
    assert await values(admin, "queue_throughput", quiet) == [0]
    assert await values(admin, "user_avg_wait_time", quiet) == []


async def test_minutes_count_by_the_guards_clock(
    admin: Asker, resources: Resources, activities: MetricActivities
) -> None:
    await resources.ledger_pool.execute("UPDATE guard_clock SET ahead = interval '40 days'")
    task = await sending(admin, resources, people=1, services=1)
    await task.send()
    at = now()
    await activities.measure(Measure(at=at))
    assert await values(admin, "queue_throughput", at) == [60]
    noted = (await admin.get(f"{task.path}/metrics")).json()["points"]
    assert [point["status"] for point in noted] == ["created", "sending", "first_sent"]


async def test_a_step_is_the_mean_of_its_minutes(admin: Asker, connection: PoolConnection) -> None:
    begins = now().replace(second=0, microsecond=0) - timedelta(minutes=4)
    for number, value in enumerate((10, 20, 60, 80)):
        at = begins + timedelta(minutes=number)
        await metric.note(connection, at, [("error_rate", "{}", value)])
    span = {"name": "error_rate", "from": begins.isoformat(), "step": "120"}
    answer = (await admin.get("/api/system/metrics", params=span)).json()
    assert ([point["value"] for point in answer["points"]], answer["unit"]) == ([15, 70], "share")


@pytest.mark.unchecked_ledger("mails are moved into one quarter of an hour")
async def test_users_see_their_own_part_only(
    admin: Asker, ann: Asker, bob: Asker, resources: Resources, activities: MetricActivities
) -> None:
    task, _ = await sent_just_now(ann, resources)
    ends = minute(await resources.ledger_pool.fetchval(AT_ONCE))
    await resources.ledger_pool.execute(WAITED)
    quarter = ends + timedelta(minutes=-ends.minute % 15)
    await activities.measure(Measure(at=quarter))
    assert await values(ann, "user_avg_wait_time", quarter) == [pytest.approx(8)]
    assert await values(bob, "user_avg_wait_time", quarter) == []
    assert await values(ann, "queue_throughput", quarter) == [8], "two in a quarter of an hour"
    assert await values(ann, "error_rate", quarter) == [pytest.approx(1 / 3)]
    assert await values(ann, "service_utilization", quarter) == [0.75]
    assert await values(bob, "queue_throughput", quarter) == []
    assert (await bob.get(f"{task.path}/metrics")).status_code == 404


@pytest.mark.parametrize(
    "span", [{"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, {"name": "x"}, {"step": "1"},
             {"state": "central"},
             {"from": "2026-01-01T00:00:00Z", "to": "2026-01-03T00:00:00Z", "step": "60"}],
)  # fmt: skip
async def test_a_series_that_makes_no_sense_is_refused(admin: Asker, span: dict[str, str]) -> None:
    answer = await admin.get("/api/system/metrics", params={"name": "error_rate", **span})
    assert answer.status_code == 422


async def test_a_task_tells_how_it_went(ann: Asker, resources: Resources, activities: MetricActivities) -> None:
    task, at = await sent_just_now(ann, resources)
    for later in range(3):
        await activities.measure(Measure(at=at + timedelta(minutes=later)))
    answer = (await ann.get(f"{task.path}/metrics")).json()
    noted = [(point["status"], point["sent"], point["total"]) for point in answer["points"]]
    assert noted == [("created", 0, 5), ("first_sent", 1, 5), ("sending", 2, 5)], "unchanged, it is not noted again"
    assert answer["firstEmailDelay"] >= 0
    assert (answer["taskCompletionTime"], answer["stuckSince"]) == (None, None)


async def test_the_end_of_a_task_is_noted(ann: Asker, resources: Resources, activities: MetricActivities) -> None:
    task = await sending(ann, resources, people=1, services=1)
    await task.send()
    await task.close()
    at = now()
    await activities.measure(Measure(at=at))
    answer = (await ann.get(f"{task.path}/metrics")).json()
    assert {point["status"] for point in answer["points"]} == {"created", "first_sent", "sending", "completed"}
    assert answer["taskCompletionTime"] >= 0


async def partitions(connection: PoolConnection) -> set[str]:
    rows = await connection.fetch("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")
    return {row["relname"] for row in rows}


async def test_next_months_partitions_are_made_ahead(connection: PoolConnection, activities: MetricActivities) -> None:
    late = datetime(2031, 12, 31, 23, 59, tzinfo=UTC)
    assert (await activities.upkeep(Measure(at=late))).made == 4
    names = {f"{table}_p{month}" for table in ("task_processing_metrics", "system_performance_metrics")
             for month in ("203112", "203201")}  # fmt: skip
    assert names <= await partitions(connection)
    assert (await activities.upkeep(Measure(at=late))).made == 0


async def test_what_is_older_than_its_retention_is_forgotten(
    connection: PoolConnection, activities: MetricActivities
) -> None:
    ages = {timedelta(days=200): "dropped", timedelta(days=31): "deleted", timedelta(days=29): "kept"}
    for age in ages:
        await metric.note(connection, now() - age, [("error_rate", "{}", 1)])
        await connection.execute("INSERT INTO health_records (minute, status) VALUES ($1, 'healthy')", now() - age)
    kept = await ActivityEnvironment().run(activities.upkeep, Measure(at=now()))
    assert kept.dropped >= 2
    assert await connection.fetchval("SELECT count(*) FROM system_performance_metrics") == 1
    assert await connection.fetchval("SELECT count(*) FROM health_records") == 1
    await connection.execute("UPDATE system_config SET value = '7' WHERE key = 'monitoring.metrics_retention_days'")
    await ActivityEnvironment().run(activities.upkeep, Measure(at=now()))
    assert await connection.fetchval("SELECT count(*) FROM system_performance_metrics") == 0
    assert await connection.fetchval("SELECT count(*) FROM health_records") == 1, "availability is told of 30 days"


async def exposed(http: httpx.AsyncClient, **headers: str) -> dict[str, dict[tuple[str, ...], float]]:
    """What Prometheus would read: values by name and labels."""
    response = await http.get("/metrics", headers=headers)
    assert response.status_code == 200, response.text
    families = text_string_to_metric_families(response.text)
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples} for family in families
    }


async def test_prometheus_reads_the_key_figures_under_their_names(
    ann: Asker, http: httpx.AsyncClient, resources: Resources
) -> None:
    await sent_just_now(ann, resources)
    found: Any = await exposed(http)
    assert {name: found[name][()] for name in ("queue_throughput", "service_utilization", "stuck_task_alert")} == {
        "queue_throughput": 24, "service_utilization": 0.75, "stuck_task_alert": 0
    }  # fmt: skip
    assert found["error_rate"][()] == pytest.approx(1 / 3)
    assert found["user_avg_wait_time"][()] == pytest.approx(8)
    assert found["queue_mails"] == {("central",): 2, ("pending",): 0, ("processing",): 0}
    assert found["tempost_health"] == {("healthy",): 0, ("degraded",): 0, ("unhealthy",): 1}
    assert found["tempost_fault"] == {("temporal_down",): 1, ("workers_missing",): 1, ("error_rate",): 1}
    assert {gauge.name for gauge in GAUGES} <= found.keys()
    assert set(UNITS) <= found.keys()


async def test_where_a_token_is_set_prometheus_must_send_it(http: httpx.AsyncClient, resources: Resources) -> None:
    api = resources.settings.api.model_copy(update={"metrics_token": SecretStr("only-prometheus")})
    object.__setattr__(resources, "settings", resources.settings.model_copy(update={"api": api}))
    for given in ({}, {"Authorization": "Bearer other"}):
        assert (await http.get("/metrics", headers=given)).status_code == 401
    assert await exposed(http, Authorization="Bearer only-prometheus")


def test_task_ids_are_no_labels() -> None:
    assert {label for gauge in GAUGES for label in gauge.labels} <= {
        "state",
        "status",
        "cause",
        "span",
        "kind",
        "severity",
    }
