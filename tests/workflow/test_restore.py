"""A backup, more mails, a disaster, a restore with the journal as evidence: the task goes on, and nobody gets two."""

import asyncio
from pathlib import Path

from database import backup
from database.backup import Programs
from database.client_programs import client_programs
from database.queries import task_moves
from mail.sent_folder import read_sent
from runtime.resources import open_resources
from runtime.restore import restore
from tests.integration.ledger.world import World
from tests.workflow.conftest import settings_for
from tests.workflow.flow import Flow
from tests.workflow.process import PATIENCE, all_poll, running

MAILS = 120


async def test_a_task_that_is_restored_with_the_journal_as_evidence_loses_and_doubles_nothing(
    database_url: str, temporal_address: str, tmp_path: Path
) -> None:
    """Temporal keeps what it had, and believes for a while what the database has forgotten."""
    settings = settings_for(database_url, temporal_address)
    programs, file = Programs(client_programs(), database_url), tmp_path / "tempost.backup"
    async with open_resources(settings, asyncio.Event()) as resources:
        flow = Flow(resources, World(resources.ledger_pool), tmp_path)
        await flow.world.begin()
        for _ in range(8):
            await flow.service(interval=0.5, latency_ms=20)
        task = await flow.world.task(mails=MAILS)
        with running(settings) as process:
            await flow.start(task)
            await flow.until(task, lambda survey: survey.sent >= 20)
            await backup.write(programs, file)
            known = (await flow.survey(task)).sent
            await flow.until(task, lambda survey: survey.sent >= known + 20)
            process.kill()
            await asyncio.to_thread(process.wait, PATIENCE)

    found = await restore(programs, file, read_sent(flow.journal), replace=True)

    assert [each.id for each in found.tasks] == [task]
    assert found.evidence.verdicts["sent"] >= 20
    async with open_resources(settings, asyncio.Event()) as resources:
        flow.resources, flow.world.pool = resources, resources.ledger_pool
        assert (await flow.survey(task)).sent == len(flow.taken()), "the ledger knows what the providers took"
        with running(settings) as again:
            await flow.until_true(lambda: all_poll(settings, [again]))
            async with resources.ledger_pool.acquire() as connection:
                await task_moves.resume(connection, task)
            await flow.start(task)
            await resources.orders.ledger_changed(task)
            await flow.until(task, lambda survey: survey.ended)

        survey = await flow.survey(task)
        taken = flow.taken()
        assert (survey.sent, survey.unknown, survey.failed) == (MAILS, 0, 0)
        assert len(taken) == len(set(taken)) == MAILS
        await flow.close()
