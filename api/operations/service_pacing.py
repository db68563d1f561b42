"""How a service is paced: between what people write and the guard's columns, and why one cannot be used now."""

import math
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import RowMapping

from api.problems import invalid
from api.schemas.service import WEEKDAYS, ServiceChange, ServiceIn, ServiceOut, ServiceWait, WarmUp, Window
from scheduling.pacing import SendingWindow
from scheduling.score import score
from scheduling.service import ServiceKind, ServiceState

PACING = {"sending_interval", "rate_per_second", "window", "warm_up"}
"""Fields that are not columns as they come."""


def pacing(order: ServiceIn | ServiceChange, kind: str) -> dict[str, Any]:
    """Columns for what was given of interval, rate, window and warm-up; `kind`: what the service is, or becomes."""
    given = order.model_fields_set
    columns: dict[str, Any] = {}
    if "sending_interval" in given or "rate_per_second" in given:
        columns["sending_interval"] = _interval(order, kind)
    if "window" in given:
        columns |= window_columns(order.window)
    if "warm_up" in given:
        columns |= _warm_up(order.warm_up)
    return columns


def _interval(order: ServiceIn | ServiceChange, kind: str) -> float | None:
    """Seconds from mail to mail; of a rate rounded up to the guard's microseconds, so that it is never passed."""
    rate = order.rate_per_second
    if rate is None:
        return order.sending_interval
    if kind != "relay":
        raise invalid("#/ratePerSecond", "only a relay has a rate; say the `sendingInterval` of a mailbox")
    if order.sending_interval is not None:
        raise invalid("#/ratePerSecond", "says the same as `sendingInterval`: give one of them")
    return math.ceil(1e6 / rate) / 1e6


def window_columns(window: Window | None) -> dict[str, Any]:
    """Columns of a window; all empty without one."""
    if window is None:
        return {"window_opens": None, "window_closes": None, "window_weekdays": None}
    return {
        "window_opens": time.fromisoformat(window.opens),
        "window_closes": time.fromisoformat(window.closes),
        "window_weekdays": sorted({WEEKDAYS.index(day) for day in window.weekdays}),
    }


def _warm_up(warm_up: WarmUp | None) -> dict[str, Any]:
    """Without a first day, that of the present warm-up stays, or it begins today."""
    if warm_up is None:
        return {"first_day_quota": None, "daily_step": None, "warm_up_from": None}
    first_day = {} if warm_up.first_day is None else {"warm_up_from": warm_up.first_day}
    return {"first_day_quota": warm_up.first_day_quota, "daily_step": warm_up.daily_step, **first_day}


UNPACED = window_columns(None) | _warm_up(None)
"""Columns of a service with neither window nor warm-up."""


def shown(row: RowMapping) -> ServiceOut:
    """Show a service as people read it."""
    made = {"window": _window_out(row), "warm_up": _warm_up_out(row), "waiting": _waiting(row), "score": _score(row)}
    return ServiceOut.model_validate({**row, **made})


def _score(row: RowMapping) -> float:
    """By the allocator's own rule; the day's quota is what a warm-up allows already."""
    as_seen = ServiceState(
        id=row["id"],
        name=row["name"],
        kind=ServiceKind(row["kind"]),
        sending_interval=timedelta(seconds=row["sending_interval"]),
        daily_quota=row["day_quota"],
        success_rate=row["success_rate"],
        **{each: row[each] for each in ("remaining_quota", "quota_reset_at", "next_available_at", "last_sent_at")},
    )
    return round(score(as_seen, row["now"], as_seen.remaining_quota, as_seen.last_sent_at).total, 3)


def _window_out(row: RowMapping) -> dict[str, Any] | None:
    if row["window_opens"] is None:
        return None
    weekdays: Sequence[int] = row["window_weekdays"]
    opens, closes = (f"{row[name]:%H:%M}" for name in ("window_opens", "window_closes"))
    return {"opens": opens, "closes": closes, "weekdays": [WEEKDAYS[day] for day in weekdays]}


def _warm_up_out(row: RowMapping) -> dict[str, Any] | None:
    if row["first_day_quota"] is None:
        return None
    return {name: row[name] for name in ("first_day_quota", "daily_step")} | {"first_day": row["warm_up_from"]}


def _waiting(row: RowMapping) -> ServiceWait | None:
    """Move from now on past each reason; the last that held it is named."""
    if row["status"] == "paused":
        guarded = row["reputation"] is not None and row["reputation"]["state"] == "paused"
        return ServiceWait(reason="reputation" if guarded else "paused", retry_at=None)
    if row["daily_quota"] == 0:
        return ServiceWait(reason="no_quota", retry_at=None)
    at: datetime = row["now"]
    wait = None
    if row["rested_until"] is not None:
        at = row["rested_until"]
        wait = ServiceWait(reason="service_rested", retry_at=at)
    if row["remaining_quota"] <= 0 and row["quota_reset_at"] > at:
        at = row["quota_reset_at"]
        wait = ServiceWait(reason="no_quota", retry_at=at)
    opens_at = _next_open(row, at)
    return wait if opens_at == at else ServiceWait(reason="window", retry_at=opens_at)


def _next_open(row: RowMapping, at: datetime) -> datetime | None:
    if row["window_opens"] is None:
        return at
    opens, closes, weekdays = (row[f"window_{name}"] for name in ("opens", "closes", "weekdays"))
    return SendingWindow(row["time_zone"], opens, closes, tuple(weekdays)).next_open(at)
