"""A task in plain words, for who opens it in the Temporal Web UI."""

from collections.abc import Sequence

from contracts.task import Survey
from scheduling.permit import PermitRun
from scheduling.wait import Wait, WaitReason

REASONS = {
    WaitReason.NO_SERVICE: "there is no service to send through",
    WaitReason.NO_QUOTA: "the services' quota of the day is used up",
    WaitReason.RATE_LIMIT: "each service keeps its interval",
    WaitReason.TURN: "other tasks have their turns too",
    WaitReason.WINDOW: "the services' sending window is closed",
    WaitReason.SERVICE_RESTED: "failing services rest",
}


def deliver_summary(runs: Sequence[PermitRun]) -> str:
    """What one delivery activity is for."""
    mails = sum(run.count for run in runs)
    services = len({run.service_id for run in runs})
    if mails == 1:
        return "1 mail"
    return f"{mails} mails through {services} service{'s' if services > 1 else ''}"


def details(survey: Survey) -> str:
    """Where the task stands, as Markdown."""
    lines = [f"**{survey.name or 'Task'}** is {survey.status}: {survey.sent:,} of {survey.total:,} sent."]
    counts = [
        f"{count:,} {word}"
        for word, count in (
            ("ready", survey.ready),
            ("under way", survey.in_flight),
            ("to be tried again", survey.retrying),
            ("failed", survey.failed),
            ("suppressed", survey.suppressed),
            ("unknown", survey.unknown),
            ("cancelled", survey.cancelled),
        )
        if count
    ]
    lines += [", ".join(counts) + "."] if counts else []
    lines += [_wait(wait) for wait in survey.waits] if survey.ready and survey.status == "sending" else []
    return "\n\n".join(lines)


def _wait(wait: Wait) -> str:
    until = f" until {wait.retry_at:%Y-%m-%d %H:%M:%S} UTC" if wait.retry_at else ""
    names = f" ({', '.join(wait.service_names)}{'…' if wait.service_count > len(wait.service_names) else ''})"
    return f"Mails wait{until}: {REASONS[wait.reason]}{names if wait.service_names else ''}."
