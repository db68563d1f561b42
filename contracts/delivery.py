"""Deliveries: permits out, outcomes back."""

from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel

from contracts.task import Survey
from scheduling.permit import PermitRun

DELIVERY_PHASES: Final = ("claimed", "transmitting", "ended")
Outcome = Literal["sent", "failed", "unknown", "returned"]
DELIVERY_OUTCOMES: Final = ("sent", "failed", "unknown", "returned")
Decision = Literal["resend", "sent", "failed"]
DECISIONS: Final = ("resend", "sent", "failed")
"""What a person may decide of a mail whose outcome nobody knows."""


class DeliverBatch(BaseModel, frozen=True):
    """Permits to use for one task. Names no mail: those are claimed in the ledger."""

    task_id: UUID
    runs: tuple[PermitRun, ...]


class BatchOutcome(BaseModel, frozen=True):
    """What became of a batch's permits, and what the ledger says now."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    returned: int = 0
    waiting: int = 0
    """The dot is out and the answer has not come; the worker goes on waiting by itself."""
    lapsed: dict[str, int] = {}
    """Permits that sent nothing, by reason."""
    survey: Survey | None = None
