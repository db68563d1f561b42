"""Logs of a process, to standard error: a line of JSON each, with the ids of what it is about.

Addresses, bodies and secrets are never in them. What others say is such a line too: warnings, the Temporal SDK's core,
an error that ends the process.
"""

import json
import logging
import re
import sys
import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, NoReturn

from opentelemetry import trace
from pydantic.alias_generators import to_camel

from contracts.about import ids

log = logging.getLogger("process")

FORMAT = "%(asctime)sZ %(levelname)s %(name)s: %(message)s"
QUIET = ("httpx", "httpcore", "asyncio", "temporalio.activity")
"""Libraries that say at `info` what is of use only to their authors."""
FROM_TEMPORAL = {
    "workflow_id": "workflowId", "run_id": "workflowRunId", "workflow_run_id": "workflowRunId",
    "activity_type": "activity", "attempt": "attempt",
}  # fmt: skip
"""What the SDK's own loggers say of themselves, and how we call it."""
ADDRESS = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:=]+")
"""An error may quote what it failed at, such as a value that the database did not take."""


class JsonFormatter(logging.Formatter):
    """One object in one line: at, level, logger, message, ids in camelCase, and the trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{to_camel(name): value for name, value in ids().items()},
            **_of_temporal(record),
            **_of_trace(),
        }
        if record.exc_info:
            line["error"] = ADDRESS.sub("…", self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class LineHandler(logging.StreamHandler[Any]):
    """Writes to standard error. What cannot be written as it was meant is one line, too."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record, or where its text and values do not fit, its text."""
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001 - whatever it is, a line is written
            record.msg, record.args, record.exc_info = f"{record.msg} (not complete: {type(error).__name__})", (), None
            return super().format(record)


def _of_temporal(record: logging.LogRecord) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for source in ("temporal_workflow", "temporal_activity"):
        found = getattr(record, source, None)
        if isinstance(found, dict):
            said |= {ours: found[theirs] for theirs, ours in FROM_TEMPORAL.items() if theirs in found}
    return said


def _of_trace() -> dict[str, str]:
    context = trace.get_current_span().get_span_context()
    if not context.trace_flags.sampled:
        return {}
    return {"traceId": trace.format_trace_id(context.trace_id), "spanId": trace.format_span_id(context.span_id)}


def configure_logs(shape: Literal["json", "text"] = "json", level: int = logging.INFO) -> None:
    """Set up logging for the whole process; `text` is for a person who looks on."""
    formatter: logging.Formatter = JsonFormatter()
    if shape == "text":
        formatter = logging.Formatter(FORMAT, datefmt="%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
    stream = LineHandler()
    stream.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[stream], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def cannot_start(what: str, error: Exception) -> NoReturn:
    """End a process whose settings are not complete, with a line that says which."""
    configure_logs()
    log.critical("%s cannot start: %s", what, error)
    sys.exit(1)


def _uncaught(kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
    """Say what ends a process or a thread."""
    if error is not None and not isinstance(error, KeyboardInterrupt):
        log.critical("ended by an error that nobody expected", exc_info=(kind, error, traceback))
