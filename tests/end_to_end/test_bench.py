"""A benchmark as a person starts it, small: the same stack, the same judge, the same report."""

import json
from pathlib import Path

import pytest

from evidence.bench.runner import run
from evidence.bench.site import Options


@pytest.mark.timeout(300)
def test_a_small_benchmark_reports_its_figures_and_what_every_process_cost(tmp_path: Path) -> None:
    run("relay", Options(mails=200), tmp_path)  # whether it is fast enough is not for a test to say

    report = json.loads((tmp_path / "reports" / "bench-relay.json").read_text())
    figures = report["figures"]
    assert (figures["mails_taken"], figures["lost"], figures["doubled"], figures["unaccounted"]) == (200, 0, 0, 0)
    assert figures["tasks_completed_share"] == 1
    assert {"worker", "api", "temporal", "postgres", "simulator", "evidence"} <= figures["processes"].keys()
