"""Numbers, shares and moments as people read them."""

from datetime import datetime, timedelta, tzinfo

from nicegui import ui

from dashboard.session import UTC, Session
from dashboard.words import Words


def count(number: float) -> str:
    """`1,234`."""
    return f"{number:,.0f}"


def share(part: float) -> str:
    """`12.3 %` of one; below a tenth of a percent `0.05 %`."""
    return f"{part:.2%}" if 0 < part < 0.001 else f"{part:.1%}"


def moment(at: datetime | None) -> str:
    """`2026-07-01 14:30` by the clock of whom the page is for; a dash where there is none."""
    return "–" if at is None else f"{at.astimezone(_zone()):%Y-%m-%d %H:%M}"


def typable(at: datetime | None) -> str:
    """How a field of kind `datetime-local` holds a moment."""
    return "" if at is None else f"{at.astimezone(_zone()):%Y-%m-%dT%H:%M}"


def typed_moment(text: str) -> str:
    """What was typed into a field of kind `datetime-local`, as the API reads it."""
    return datetime.fromisoformat(text).replace(tzinfo=_zone()).isoformat()


def _zone() -> tzinfo:
    """Of the page that is being built or acted in; UTC outside of all."""
    try:
        session: Session = ui.context.client.request.state.session
    except RuntimeError:
        return UTC
    return session.zone


def exact(at: datetime) -> str:
    """`2026-07-01 14:30:05`, for what follows each other closely."""
    return f"{at.astimezone(_zone()):%Y-%m-%d %H:%M:%S}"


def span(length: timedelta, say: Words) -> str:
    """The two largest units: `2 d 3 h`, `4 min 10 s`."""
    seconds = max(0, round(length.total_seconds()))
    parts = ((seconds // 86_400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    first = next((place for place, (number, _) in enumerate(parts) if number), len(parts) - 1)
    return " ".join(f"{number} {say(unit)}" for number, unit in parts[first : first + 2] if number or unit == "s")
