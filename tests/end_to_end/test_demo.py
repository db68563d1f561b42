"""The whole product as a person starts it: stack, API, worker, a hundred providers, and the journal as judge."""

import json
from pathlib import Path

import pytest

from evidence import demo


@pytest.mark.timeout(300)
def test_a_small_demo_ends_with_ledger_and_journal_in_agreement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = demo.run(40, 1.0, tmp_path)

    assert status == 0, capsys.readouterr()
    figures = json.loads((tmp_path / "reports" / "demo.json").read_text())["figures"]
    assert (figures["lost"], figures["doubled"], figures["over_quota"]) == (0, 0, 0)
    assert figures["sent"] + figures["failed"] + figures["suppressed"] + figures["rejected"] + figures["merged"] == 40
