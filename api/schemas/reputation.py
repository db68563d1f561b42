"""What bounces and complaints say of a service or task."""

from datetime import datetime

from api.schemas.base import Outgoing
from scheduling.reputation import Cause, State


class ReputationOut(Outgoing):
    """The guard's last verdict."""

    state: State
    """`paused`: too many; whoever resumes it forgives what was before."""
    cause: Cause | None
    sent: int
    """Accepted mails, and those refused because there is no such address."""
    bounced: int
    complained: int
    since: datetime
    checked_at: datetime
