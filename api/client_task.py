"""The client's calls about tasks, their mails, and what came back for these."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from api.client_transport import Body, Transport, given
from api.schemas.contact import ContactListOut
from api.schemas.event import EventOut
from api.schemas.evidence import EvidenceOut, UnknownOut
from api.schemas.forecast import ForecastOut
from api.schemas.subtask import ReasonOut, ResolveOut, SubtaskHistoryOut, SubtaskOut
from api.schemas.task import DryRunOut, RealtimeStatus, TaskOut, WaitingSumOut
from contracts.delivery import Decision


class TaskCalls(Transport):
    """Tasks, mails, events."""

    async def submit_task(self, order: Body, key: str | None = None) -> TaskOut:
        """Start a task; with the same `key` and order once only, however often it is called."""
        return await self._post(TaskOut, "/api/tasks", order, key=key)

    async def dry_run(self, order: Body) -> DryRunOut:
        """What a task would do."""
        return await self._post(DryRunOut, "/api/tasks", order, {"dryRun": "true"})

    def tasks(self) -> AsyncIterator[TaskOut]:
        """All tasks, the newest first."""
        return self._all(TaskOut, "/api/tasks")

    async def waiting(self) -> list[WaitingSumOut]:
        """Why the mails of all tasks wait, the reason that holds most first."""
        return (await self.page(WaitingSumOut, "/api/tasks/waiting", {})).data

    async def task(self, task_id: UUID) -> TaskOut:
        """One task."""
        return await self._get(TaskOut, f"/api/tasks/{task_id}")

    async def task_status(self, task_id: UUID) -> RealtimeStatus:
        """Where a task stands now."""
        return await self._get(RealtimeStatus, f"/api/tasks/{task_id}/realtime-status")

    async def forecast(self, task_id: UUID, by: datetime | None = None) -> ForecastOut:
        """When a task ends, what limits it, and what is needed to end by a given time."""
        return await self._get(ForecastOut, f"/api/tasks/{task_id}/forecast", given(by=by))

    async def change_task(self, task_id: UUID, change: Body) -> TaskOut:
        """Change a task's name, priority, weight or what its pinned mails do; what is not named stays."""
        return await self._patch(TaskOut, f"/api/tasks/{task_id}", change)

    async def order_task(self, task_id: UUID, order: str) -> TaskOut:
        """`pause`, `resume` or `cancel`; each may be given twice."""
        return await self._post(TaskOut, f"/api/tasks/{task_id}/{order}", {})

    def subtasks(self, task_id: UUID, **filters: str) -> AsyncIterator[SubtaskOut]:
        """Mails of a task; `status` and `reason` narrow them down."""
        return self._all(SubtaskOut, f"/api/tasks/{task_id}/subtasks", filters)

    async def reasons(self, task_id: UUID) -> list[ReasonOut]:
        """Why mails of a task were not sent, the most frequent reason first."""
        return (await self.page(ReasonOut, f"/api/tasks/{task_id}/subtasks/reasons", {})).data

    async def subtask(self, task_id: UUID, seq: int) -> SubtaskHistoryOut:
        """One mail with every try of it."""
        return await self._get(SubtaskHistoryOut, f"/api/tasks/{task_id}/subtasks/{seq}")

    def unknown(self, task_id: UUID) -> AsyncIterator[UnknownOut]:
        """Mails of a task that nobody knows the outcome of."""
        return self._all(UnknownOut, f"/api/tasks/{task_id}/subtasks/unknown")

    async def decide(self, task_id: UUID, decision: Decision, seqs: list[int] | None = None) -> ResolveOut:
        """What becomes of those: `resend`, `sent` or `failed`; all of them unless numbers are given."""
        order: dict[str, object] = {"decision": decision, **({"seqs": seqs} if seqs else {})}
        return await self._post(ResolveOut, f"/api/tasks/{task_id}/subtasks/resolve", order)

    async def list_of_mails(self, task_id: UUID, order: Body) -> ContactListOut:
        """Make a list of those whose mails failed or were cancelled; `reason` narrows them down."""
        return await self._post(ContactListOut, f"/api/tasks/{task_id}/subtasks/list", order)

    async def evidence(self, order: Body) -> EvidenceOut:
        """Take mails as sent that were seen, at most 1,000 at a time."""
        return await self._post(EvidenceOut, "/api/tasks/evidence", order)

    def events(self, **filters: str) -> AsyncIterator[EventOut]:
        """What came back, in the order it was recorded; `taskId`, `seq` and `kind` narrow it down."""
        return self._all(EventOut, "/api/events", filters)
