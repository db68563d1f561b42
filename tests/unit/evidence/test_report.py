import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from evidence.report import Bound, Relation, Report


def report(*bounds: Bound) -> Report:
    figures = {"lost": 0, "rate": 111_851.5, "nothing": None}
    started_at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Report(name="demo", started_at=started_at, seconds=1.5, figures=figures, bounds=bounds)


@pytest.mark.parametrize(
    ("value", "relation", "limit", "ok"),
    [
        (0, "=", 0, True), (1, "=", 0, False), (4.9, "<", 5, True), (5, "<", 5, False), (5, "≤", 5, True),
        (5.1, "≤", 5, False), (-50, "≥", -50, True), (-50.1, "≥", -50, False),
    ],
)  # fmt: skip
def test_a_bound_says_whether_its_figure_holds(value: float, relation: Relation, limit: float, ok: bool) -> None:
    assert Bound("x", value, relation, limit).ok is ok


def test_a_figure_that_could_not_be_measured_breaks_its_bound() -> None:
    assert not Bound("x", None, "<", 5).ok


def test_one_broken_bound_breaks_the_report() -> None:
    assert report(Bound("a", 0, "=", 0)).ok
    assert not report(Bound("a", 0, "=", 0), Bound("b", 1, "=", 0)).ok


def test_the_file_holds_figures_bounds_and_machine(tmp_path: Path) -> None:
    path = report(Bound("lost", 0, "=", 0)).write(tmp_path / "reports")

    written = json.loads(path.read_text("utf-8"))
    assert path.name == "demo.json"
    assert list(written) == ["name", "startedAt", "seconds", "machine", "figures", "bounds", "ok"]
    assert written["bounds"] == [{"name": "lost", "value": 0, "bound": "= 0", "ok": True}]
    assert written["figures"]["rate"] == 111_851.5
    assert written["machine"]["cores"] >= 1


def test_people_see_each_figure_with_its_bound_and_what_is_broken() -> None:
    console = Console(record=True, width=100, file=io.StringIO())
    report(Bound("lost", 1, "=", 0)).show(console)
    lines = console.export_text().splitlines()
    assert any("lost" in line and "= 0" in line and "broken" in line for line in lines)
    assert any("rate" in line and "111,851.5" in line for line in lines)
