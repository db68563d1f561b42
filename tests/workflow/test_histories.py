"""What workflows did once they would do again today: recorded histories replay, and their commands are the same."""

import inspect
import re
from collections.abc import Iterable
from itertools import chain

import pytest
from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.workflow import NondeterminismError

from activities.allocator import AllocatorActivities
from activities.contact_import import ContactImportActivities
from activities.delivery import DeliveryActivities
from activities.metric import MetricActivities
from activities.task import TaskActivities
from runtime.registry import WORKFLOWS
from tests.workflow.history import commands, fingerprint, read, recorded

ACTIVITIES = (AllocatorActivities, ContactImportActivities, DeliveryActivities, MetricActivities, TaskActivities)

CHANGED = """
The commands of a workflow have changed: {name}.txt tells what they were.

A run that was begun before the change would end with a NondeterminismError at its next step; reconcile then begins
it anew from the ledger (worker.py, docs/decisions/0015). No mail is lost, but all such runs do it at once. So:

* Was a version released that gives the old commands? Keep them for its runs:
      if workflow.patched("WHAT-CHANGED"):  # since YYYY-MM-DD; remove when no run from before RELEASE is open
  Leave the recorded history as it is, and record one more, of the new commands, under a name of its own.
* Was none released? `make record` writes the histories anew. Read how the fingerprints differ before you commit them.
"""


@pytest.mark.parametrize("name", recorded())
async def test_a_recorded_history_replays_with_the_commands_of_its_fingerprint(name: str) -> None:
    try:
        now = await commands(read(name))
    except NondeterminismError as error:
        pytest.fail(f"{error}\n{CHANGED.format(name=name)}")
    assert now == fingerprint(name), CHANGED.format(name=name)


@pytest.fixture(scope="module")
def histories() -> list[WorkflowHistory]:
    """All that is recorded."""
    return [read(name) for name in recorded()]


def types(histories: Iterable[WorkflowHistory]) -> set[str]:
    """The types of the workflows whose histories these are."""
    starts = [history.events[0].workflow_execution_started_event_attributes for history in histories]
    return {start.workflow_type.name for start in starts}


def test_every_workflow_is_recorded(histories: list[WorkflowHistory]) -> None:
    assert types(histories) == {workflow.__name__ for workflow in WORKFLOWS}


def test_every_workflow_that_may_continue_as_new_is_recorded_doing_so(histories: list[WorkflowHistory]) -> None:
    may = {workflow.__name__ for workflow in WORKFLOWS if "continue_as_new" in inspect.getsource(workflow)}
    continued = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
    assert types(history for history in histories if history.events[-1].event_type == continued) == may


def test_every_activity_is_recorded() -> None:
    members = chain.from_iterable(vars(subject).values() for subject in ACTIVITIES)
    names = {found.name for member in members if (found := activity._Definition.from_callable(member))}
    lines = set(chain.from_iterable(fingerprint(name) for name in recorded()))
    assert names <= {line.split(" × ")[0].split()[-1] for line in lines if "activity" in line}


def test_every_signal_and_update_is_recorded(histories: list[WorkflowHistory]) -> None:
    signals, updates = set(), set()
    for event in chain.from_iterable(history.events for history in histories):
        if event.HasField("workflow_execution_signaled_event_attributes"):
            signals.add(event.workflow_execution_signaled_event_attributes.signal_name)
        if event.HasField("workflow_execution_update_accepted_event_attributes"):
            accepted = event.workflow_execution_update_accepted_event_attributes
            updates.add(accepted.accepted_request.input.name)
    definitions = [workflow._Definition.must_from_class(subject) for subject in WORKFLOWS]
    assert signals == set(chain.from_iterable(definition.signals for definition in definitions))
    assert updates == set(chain.from_iterable(definition.updates for definition in definitions))


def test_what_is_recorded_is_small_and_names_nobody(histories: list[WorkflowHistory]) -> None:
    whole = b"".join(event.SerializeToString() for history in histories for event in history.events)
    assert not re.findall(rb"[\w.]{2,}@[\w-]+[.\w]+|/\w+/\w+\.py", whole), "an address, or a path"
    assert len(whole) < 1_000_000
