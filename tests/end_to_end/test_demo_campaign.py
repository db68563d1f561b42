"""A campaign as a person tries it: every class of recipients lives through three rounds, and the counts agree."""

import json
from functools import partial
from pathlib import Path

import pytest

from evidence.campaign import run
from stack.surroundings import stack_ports


@pytest.mark.timeout(420)
def test_a_small_campaign_counts_every_class_of_recipients_as_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "stack_ports", partial(stack_ports, well_known=False))

    status = run.run(run.TOGETHER, tmp_path)

    assert status == 0, capsys.readouterr()
    figures = json.loads((tmp_path / "reports" / "demo-campaign.json").read_text())["figures"]
    assert (figures["classes"], figures["differences"], figures["doubled"]) == (55, 0, 0)
    assert (figures["wrong_shares"], figures["wrong_winner"]) == (0, 0)
