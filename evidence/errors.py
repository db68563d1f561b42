"""What ends a demo or benchmark early."""


class EvidenceError(Exception):
    """It cannot go on; the text says why."""
