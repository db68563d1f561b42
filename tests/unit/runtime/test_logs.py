"""Log lines are one object each, and say what they are about."""

import json
import logging
import os
import subprocess
import sys
from contextvars import copy_context

import pytest
from opentelemetry.sdk.trace import TracerProvider

from contracts.about import about, concerning
from runtime.logs import JsonFormatter


def line(message: str, *values: object, **more: object) -> dict[str, object]:
    """A record as it is written."""
    record = logging.getLogger("worker").makeRecord("worker", logging.WARNING, __file__, 1, message, values, None)
    record.__dict__.update(more)
    written = JsonFormatter().format(record)
    assert "\n" not in written
    found: dict[str, object] = json.loads(written)
    return found


def test_a_line_tells_when_how_bad_who_and_what() -> None:
    found = line("permit %s\nlapses", 7)
    assert (found["level"], found["logger"], found["message"]) == ("warning", "worker", "permit 7\nlapses")
    assert str(found["at"]).endswith("+00:00")


def test_a_line_carries_the_ids_of_what_it_is_about() -> None:
    def run() -> dict[str, object]:
        about(user_id="u", task_id="t", workflow_id="task-t")
        about(seq=3, service_id="s", pool_id=None)
        return line("x")

    found = copy_context().run(run)
    assert {name: found.get(name) for name in ("userId", "taskId", "seq", "serviceId", "workflowId", "poolId")} == {
        "userId": "u", "taskId": "t", "seq": "3", "serviceId": "s", "workflowId": "task-t", "poolId": None
    }  # fmt: skip
    assert "taskId" not in line("x"), "what comes after is about something else"


def test_who_does_one_thing_after_the_other_names_each_in_its_lines_only() -> None:
    with concerning(taskId="t", seq=3):
        found = line("x")

    assert (found["taskId"], found["seq"]) == ("t", "3")
    assert "taskId" not in line("x")


def test_a_line_of_a_workflow_names_it() -> None:
    found = line("x", temporal_workflow={"workflow_id": "task-t", "run_id": "r"})
    assert (found["workflowId"], found["workflowRunId"]) == ("task-t", "r")


def test_a_line_inside_a_trace_names_it() -> None:
    with TracerProvider().get_tracer("test").start_as_current_span("x") as span:
        found = line("x")
    assert found["traceId"] == f"{span.get_span_context().trace_id:032x}"
    assert "traceId" not in line("x")


def test_an_error_is_in_its_line() -> None:
    error = ValueError("odd")
    found = line("x", exc_info=(ValueError, error, None))
    assert found["error"] == "ValueError: odd"


def test_an_error_does_not_show_an_address_that_it_quotes() -> None:
    error = ValueError("invalid input for query argument $1: 'eva@example.org' (a str)")
    assert "eva" not in str(line("x", exc_info=(ValueError, error, None))["error"])


SPEAKS = """
import logging, sys, threading, warnings
from runtime.logs import configure_logs
configure_logs()
warnings.warn("old")
logging.getLogger("x").info("%d mails", "no number")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
raise RuntimeError("two\\nlines")
"""


def test_warnings_faults_and_what_ends_a_process_are_lines_too() -> None:
    done = subprocess.run([sys.executable, "-c", SPEAKS], capture_output=True, text=True, check=False)
    said = [json.loads(each) for each in done.stderr.splitlines()]
    assert [each["level"] for each in said] == ["warning", "info", "critical", "critical"]
    assert "ZeroDivisionError" in said[2]["error"]
    assert "two\nlines" in said[3]["error"]
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("module", ["api.serve", "worker", "runtime.receive", "dashboard.serve"])
def test_a_process_without_its_settings_says_so_in_one_line(module: str) -> None:
    bare = {"PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-m", module], capture_output=True, text=True, check=False, env=bare)
    (said,) = [json.loads(each) for each in done.stderr.splitlines()]
    assert (said["level"], done.returncode) == ("critical", 1)
    assert "cannot start: TEMPOST_" in said["message"]
