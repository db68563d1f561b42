"""The proof of faults as a person starts it, small: what is survived is said to be, and what is not is found."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from database.connect import connected
from evidence.prove import runner, trial
from evidence.prove.fault import Fault, Scene

FORGETS_SENT_MAILS = """
    CREATE OR REPLACE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM deliveries WHERE task_id = NEW.task_id AND seq = NEW.seq) = 1 THEN
            NEW.status := 'pending';
        END IF;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER a_forget BEFORE UPDATE ON subtasks FOR EACH ROW
        WHEN (NEW.task_id = '{task}' AND NEW.seq % 5 = 0 AND NEW.status = 'sent')
        EXECUTE FUNCTION forget();
"""
KEEPS_NO_INTERVAL = """
    CREATE OR REPLACE FUNCTION hurry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.next_available_at := guard_now() - interval '1 hour';
        NEW.expected_at := NEW.next_available_at;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER a_hurry BEFORE UPDATE ON email_service_schedule FOR EACH ROW
        WHEN (NEW.service_id = ANY ('{{{services}}}')) EXECUTE FUNCTION hurry();
    UPDATE email_service_schedule SET updated_at = updated_at WHERE service_id = ANY ('{{{services}}}');
"""
SEED = "first"
"""Draws the campaign's first round as the moment to hit: mailings as small as these are over soon after."""
PLAIN_INTERVAL = timedelta(seconds=5)
"""Far longer than a busy machine takes from a final dot to the next mail, so that a breach shows at the wire."""


def proved(folder: Path, names: list[str], mails: int) -> tuple[int, dict[str, Any]]:
    """The exit status, and the report."""
    status = runner.run(runner.Options(names=names, seed=SEED, mails=mails), folder)
    return status, json.loads((folder / "reports" / "prove.json").read_text())


@pytest.mark.timeout(400)
def test_a_worker_that_is_killed_loses_and_doubles_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = proved(tmp_path, ["kill-worker"], mails=160)

    assert status == 0, capsys.readouterr()
    row = report["figures"]["faults"]["kill-worker"]
    assert (row["lost"], row["doubled"], row["ended"], report["figures"]["seed"]) == (0, 0, True, SEED)
    assert row["claimed"] > 0
    assert row["transmitting"] > 0


@pytest.mark.timeout(600)
def test_a_record_that_is_skipped_and_a_guard_that_keeps_no_interval_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [sabotage("skipped-record", FORGETS_SENT_MAILS), sabotage("broken-guard", KEEPS_NO_INTERVAL)]
    monkeypatch.setattr(runner, "FAULTS", {fault.name: fault for fault in faults})
    monkeypatch.setattr(trial, "FLOWING", 1)
    monkeypatch.setattr(trial, "BETWEEN", {**trial.BETWEEN, "first": (0.0, 0.1)})
    monkeypatch.setattr(trial, "MAILBOX", replace(trial.MAILBOX, interval=PLAIN_INTERVAL))

    status, report = proved(tmp_path, [fault.name for fault in faults], mails=60)

    rows = report["figures"]["faults"]
    assert status == 1
    assert rows["skipped-record"]["doubled"] > 0
    assert rows["broken-guard"]["too_early"] > 0


def sabotage(name: str, statement: str) -> Fault:
    """A fault that is never mended: the database no longer does what Tempost relies on, for one task."""

    async def strike(scene: Scene) -> None:
        services = ",".join(map(str, scene.services.values()))
        async with connected(scene.site.where.database_url) as connection:
            await connection.execute(statement.format(task=scene.task.id, services=services))

    return Fault(name=name, strike=strike, moments=("first",))
