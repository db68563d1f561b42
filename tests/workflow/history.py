"""Recorded histories: what workflows did in real runs of our tests, kept to hold later versions of the code against.

`make record` writes them anew: `histories/NAME.json.gz`, in the format of Temporal's own tools, and beside it
`NAME.txt`, the fingerprint: every command that the workflow gave, one a line.
"""

import gzip
import json
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from runtime.registry import WORKFLOWS

FOLDER = Path(__file__).with_name("histories")


def recorded() -> list[str]:
    """Name all recorded histories."""
    return sorted(path.name.removesuffix(".json.gz") for path in FOLDER.glob("*.json.gz"))


def read(name: str) -> WorkflowHistory:
    """One of them."""
    history = WorkflowHistory.from_json("", gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()).decode())
    return WorkflowHistory(history.events[0].workflow_execution_started_event_attributes.workflow_id, history.events)


def fingerprint(name: str) -> list[str]:
    """The commands that were given when it was recorded."""
    return (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()


async def keep(name: str, history: WorkflowHistory) -> None:
    """Write a history and its fingerprint, without what names the machine it ran on."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(_anonymous(history.to_json_dict()), separators=(",", ":"))
    (FOLDER / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    (FOLDER / f"{name}.txt").write_text("\n".join(await commands(history)) + "\n", encoding="utf-8")


async def commands(history: WorkflowHistory) -> list[str]:
    """The commands that the workflow gives today when it is led through a history, equal ones in a row on one line.

    Runs it in the SDK's sandbox. Raises `NondeterminismError` where the history cannot be followed.
    """
    runner = _Listening()
    kind = history.events[0].workflow_execution_started_event_attributes.workflow_type.name
    replayer = Replayer(
        workflows=[each for each in WORKFLOWS if each.__name__ == kind],
        workflow_runner=runner,
        data_converter=pydantic_data_converter,
        build_id="test",
    )
    await replayer.replay_workflow(history)
    counted = ((line, len(list(equal))) for line, equal in groupby(runner.heard))
    return [line if count == 1 else f"{line} × {count}" for line, count in counted]


@dataclass(frozen=True)
class _Listening(SandboxedWorkflowRunner):
    """The SDK's sandbox, with every command of the workflow in it written down."""

    heard: list[str] = field(default_factory=list)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instance = super().create_instance(det)
        activate = instance.activate

        def listened(act: WorkflowActivation) -> WorkflowActivationCompletion:
            completion = activate(act)
            if not any(job.HasField("remove_from_cache") for job in act.jobs):
                self.heard.extend(_line(command) for command in completion.successful.commands)
            return completion

        instance.activate = listened  # type: ignore[method-assign] # the sandbox makes its instances itself
        return instance


def _line(command: WorkflowCommand) -> str:
    """A command's kind, and what it is about: an activity's type, what a timer waits for, a patch."""
    kind = str(command.WhichOneof("variant"))
    about = getattr(command, kind)
    if kind in ("schedule_activity", "schedule_local_activity"):
        name = about.activity_type
    elif kind == "start_timer":
        name = json.loads(command.user_metadata.summary.data or b'""')
    elif kind == "set_patch_marker":
        name = about.patch_id
    elif kind == "update_response":
        name = str(about.WhichOneof("response"))
    else:
        name = ""
    return f"{kind.replace('_', ' ')} {name}".rstrip()


def _anonymous(value: Any) -> Any:
    """The same without names of machines and folders: identities, workers' own queues, stack traces."""
    if isinstance(value, list):
        return [_anonymous(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("kind") == "TASK_QUEUE_KIND_STICKY":
        value = value | {"name": "sticky"}
    kept = {key: _anonymous(item) for key, item in value.items() if key != "stackTrace"}
    return kept | ({"identity": "recorder"} if "identity" in kept else {})
