"""The whole product as a person starts it: stack, API, worker, a hundred providers, and the journal as judge."""

import json
from functools import partial
from pathlib import Path

import pytest

from evidence import demo
from stack.surroundings import stack_ports


@pytest.mark.timeout(300)
def test_a_small_demo_ends_with_ledger_and_journal_in_agreement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "stack_ports", partial(stack_ports, well_known=False))

    status = demo.run(40, 1.0, tmp_path)

    report = json.loads((tmp_path / "reports" / "demo.json").read_text())
    broken = {bound["name"] for bound in report["bounds"] if not bound["ok"]}
    assert broken <= {"first_mail_seconds"}, capsys.readouterr()  # a busy machine's, and no test's matter
    assert status == bool(broken)
    figures = report["figures"]
    assert (figures["lost"], figures["doubled"], figures["over_quota"]) == (0, 0, 0)
    assert figures["sent"] + figures["failed"] + figures["suppressed"] + figures["rejected"] + figures["merged"] == 40
