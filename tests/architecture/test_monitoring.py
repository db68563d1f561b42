"""The page of metrics says what the code exposes; dashboard and rules ask for nothing else, and load."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.prometheus import GAUGES
from contracts.metric import MEANINGS, UNITS

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "monitoring"
PAGE = ROOT / "docs/metrics.md"
DASHBOARD = json.loads((MONITORING / "grafana/tempost.json").read_text("utf-8"))
RULES = yaml.safe_load((MONITORING / "prometheus/alerts.yml").read_text("utf-8"))
MARK = "<!-- from the code; `pytest --record tests/architecture/test_monitoring.py` writes it anew -->\n"
FROM_OTHERS = {"up", "process_cpu_seconds_total"}
NOT_A_NAME = {"by", "on", "and", "or", "sum", "max", "min", "rate", "vector", "time", "label_values"}
promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not here (Debian: prometheus)")


def reference() -> str:
    """The tables of the page."""
    series = [f"| `{name}` | {UNITS[name]} | {MEANINGS[name]} |" for name in UNITS]
    gauges = [
        f"| `{gauge.name}` | {', '.join(f'`{label}`' for label in gauge.labels) or '–'} | {gauge.help} |"
        for gauge in GAUGES
    ]
    return "\n".join(
        [
            "## Series of the API", "", "| name | unit | meaning |", "|---|---|---|", *series, "",
            "## Names for Prometheus", "", "| name | labels | meaning |", "|---|---|---|", *gauges, "",
        ]
    )  # fmt: skip


def panels() -> list[dict[str, Any]]:
    """Those that show something."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> dict[str, str]:
    """Everything that is asked for, by where."""
    asked = {
        f"panel {panel['title']} {target['refId']}": target["expr"] for panel in panels() for target in panel["targets"]
    }
    variables = [each for each in DASHBOARD["templating"]["list"] if each["type"] == "query"]
    asked |= {f"variable {each['name']}": each["query"]["query"] for each in variables}
    return asked | {f"rule {rule['alert']}": rule["expr"] for rule in RULES["groups"][0]["rules"]}


def test_the_page_of_metrics_is_what_the_code_exposes(pytestconfig: pytest.Config) -> None:
    before, mark, after = PAGE.read_text("utf-8").partition(MARK)
    if pytestconfig.getoption("record"):
        PAGE.write_text(before + MARK + reference(), "utf-8")
        return
    assert mark + after == MARK + reference()


@pytest.mark.parametrize("where", expressions())
def test_only_names_that_are_exposed_are_asked_for(where: str) -> None:
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"|\b(by|on)\b\s*\([^)]*\)", "", expressions()[where])
    names = set(re.findall(r"[a-z_]{2,}", bare)) - NOT_A_NAME - {"job", "instance"}
    assert names
    assert names <= {gauge.name for gauge in GAUGES} | FROM_OTHERS


def test_every_name_is_shown_or_watched() -> None:
    asked = " ".join(expressions().values())
    assert [gauge.name for gauge in GAUGES if gauge.name not in asked] == []


def test_the_dashboard_is_one_that_grafana_imports() -> None:
    assert {"title", "uid", "schemaVersion", "panels", "templating", "time"} <= DASHBOARD.keys()
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in panels():
        assert {"title", "description", "gridPos", "targets", "fieldConfig", "options"} <= panel.keys()
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


def test_no_two_panels_lie_over_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def run_promtool(*arguments: str | Path) -> str:
    """Run Prometheus' own tool."""
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@promtool
def test_prometheus_loads_configuration_and_rules() -> None:
    assert "SUCCESS" in run_promtool("check", "config", MONITORING / "prometheus/prometheus.yml")


@promtool
def test_the_rules_fire_when_they_should() -> None:
    run_promtool("test", "rules", MONITORING / "prometheus/alerts-test.yml")


@promtool
def test_prometheus_parses_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    rules = [
        {"record": f"panel_{number}", "expr": expr.replace("$__rate_interval", "5m")}
        for number, expr in enumerate(asked)
    ]
    written = tmp_path / "panels.yml"
    written.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}), "utf-8")
    run_promtool("check", "rules", written)
