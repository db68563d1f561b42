"""What ends a demo or benchmark early."""


class DemoError(Exception):
    """It cannot go on; the text says why."""
