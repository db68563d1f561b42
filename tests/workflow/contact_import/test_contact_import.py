"""The import's workflow on a real server: merged by a worker, whatever state the upload or a dead worker left."""

from collections.abc import AsyncIterator
from typing import TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.contact_import import ContactImportActivities
from contracts.contact_import import ImportTotals
from contracts.identifiers import contact_import_workflow_id
from database.queries import contact_merge
from database.queries.contact_merge import UnfinishedImport
from runtime.task_orders import TaskOrders
from tests.workflow.conftest import Replays
from workflows.contact_import import ContactImportWorkflow

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@pytest.fixture
async def orders(temporal_client: Client, pool: Pool) -> AsyncIterator[TaskOrders]:
    """A worker that serves nothing but imports, and the way to start them."""
    queue = f"test-{uuid4().hex}"
    activities = ContactImportActivities(pool)
    async with Worker(
        temporal_client, task_queue=queue, workflows=[ContactImportWorkflow], activities=[activities.merge],
        workflow_runner=UnsandboxedWorkflowRunner(), build_id="test",
    ):  # fmt: skip
        yield TaskOrders(temporal_client, queue)


async def staged(pool: Pool, addresses: list[str]) -> UnfinishedImport:
    """An upload that was staged, of a user of its own."""
    user_id, list_id, import_id = uuid4(), uuid4(), uuid4()
    await pool.execute(
        "INSERT INTO users (id, email, name, role) VALUES ($1, $2, 'A', 'member')", user_id, str(user_id)
    )
    await pool.execute("INSERT INTO contact_lists (id, user_id, name) VALUES ($1, $2, 'People')", list_id, user_id)
    await pool.execute(
        """INSERT INTO contact_imports (id, user_id, contact_list_id, file_name, status, rows_read)
           VALUES ($1, $2, $3, 'people.csv', 'staged', $4)""",
        import_id, user_id, list_id, len(addresses),
    )  # fmt: skip
    await pool.executemany(
        "INSERT INTO contact_import_rows (import_id, line, email, email_key) VALUES ($1, $2, $3, $4)",
        [(import_id, line, address, address.lower()) for line, address in enumerate(addresses, start=2)],
    )
    return UnfinishedImport(import_id, user_id, "people.csv")


async def result(client: Client, import_id: UUID) -> ImportTotals | None:
    """What the workflow of an import came to."""
    handle = client.get_workflow_handle(contact_import_workflow_id(import_id), result_type=ImportTotals)
    totals: ImportTotals | None = await handle.result()
    return totals


async def test_a_staged_import_is_merged(orders: TaskOrders, temporal_client: Client, pool: Pool) -> None:
    upload = await staged(pool, ["a@example.com", "b@example.com", "A@example.com"])
    await orders.start_import(upload)
    assert await result(temporal_client, upload.id) == ImportTotals(
        status="completed", rows_read=3, rejected=0, merged=1, accepted=2
    )


async def test_starting_it_twice_does_no_harm(orders: TaskOrders, temporal_client: Client, pool: Pool) -> None:
    upload = await staged(pool, [f"user{number}@example.com" for number in range(50)])
    for _ in range(2):
        await orders.start_import(upload)
    first = await result(temporal_client, upload.id)
    await orders.start_import(upload)
    assert await result(temporal_client, upload.id) == first
    assert await pool.fetchval("SELECT count(*) FROM contact_list_members") == 50


async def test_one_that_a_dead_worker_had_begun_is_ended(
    orders: TaskOrders, temporal_client: Client, pool: Pool
) -> None:
    upload = await staged(pool, ["a@example.com", "b@example.com", "B@example.com"])
    async with pool.acquire() as connection, connection.transaction():
        await contact_merge.begin_merge(connection, upload.id)
        await contact_merge.merge_chunk(connection, upload.id, 0, 1)
    await orders.start_import(upload)
    totals = await result(temporal_client, upload.id)
    assert totals is not None
    assert (totals.merged, totals.accepted) == (1, 2)


async def test_one_whose_list_was_deleted_ends_without_totals(
    orders: TaskOrders, temporal_client: Client, pool: Pool
) -> None:
    upload = await staged(pool, ["a@example.com"])
    await pool.execute("DELETE FROM contact_lists")
    await orders.start_import(upload)
    assert await result(temporal_client, upload.id) is None


async def test_people_read_in_the_web_ui_how_it_ended(orders: TaskOrders, temporal_client: Client, pool: Pool) -> None:
    upload = await staged(pool, ["a@example.com"])
    await orders.start_import(upload)
    await result(temporal_client, upload.id)
    handle = temporal_client.get_workflow_handle(contact_import_workflow_id(upload.id))
    description = await handle.describe()
    assert await description.static_summary() == "Import: people.csv"
    assert "1 contacts on the list" in str(await handle.query("__temporal_workflow_metadata"))


async def test_its_history_replays(orders: TaskOrders, temporal_client: Client, pool: Pool, replays: Replays) -> None:
    upload = await staged(pool, ["a@example.com"])
    await orders.start_import(upload)
    await result(temporal_client, upload.id)
    await replays("contact-import", contact_import_workflow_id(upload.id))
