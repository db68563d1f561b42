"""What an invariant is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """One thing that must hold. What foreign keys and check constraints keep is not asked again."""

    name: str
    rule: str
    """What must hold, for people."""
    remedy: str
    """What to do where it does not."""
    statement: str
    """Gives a row for each row that was looked at, with one column `broken`: NULL, or what is wrong, with its ids."""


RECOUNT = (
    "Stop sending, keep a backup for whoever looks for the cause, and write the counted numbers into the row; "
    "some path has changed mails past the triggers."
)
INSPECT = (
    "Keep the rows that are named and the workers' logs of that time: a delivery was written past the ledger's "
    "functions. Hold the mail against the provider's log before it is sent again."
)
PAUSE_SERVICE = (
    "Pause the services that are named until their next day, and hold their deliveries against the provider."
)
