"""What can go wrong with the local stack. The text is for the person who started it."""

from pathlib import Path


class StackError(Exception):
    """The stack cannot run here; the text says what failed, where, and what to do."""


class StackRunningError(StackError):
    """Another process already runs the stack of this folder."""


class ChildFailedError(StackError):
    """A child ended, or never became ready. Carries its log's path and last lines."""

    def __init__(self, name: str, reason: str, log: Path) -> None:
        self.name = name
        self.log = log
        super().__init__("\n".join([f"{name} {reason}. Its log: {log}", *(f"  {line}" for line in last_lines(log))]))


def last_lines(log: Path, count: int = 8) -> list[str]:
    """Return the end of a log, each line cut at 300 characters; nothing when there is no log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return [line[:300] for line in text.splitlines() if line.strip()][-count:]
