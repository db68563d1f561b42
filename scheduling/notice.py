"""Notices: what the waiting tasks are told, and when it is worth telling them again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from scheduling.availability import NEVER, Availability
from scheduling.service import ServiceState
from scheduling.wait import Wait, WaitNotice, WaitReason

_NAMED = 10
_SOON = timedelta(seconds=5)
"""A turn nearer than this is "at any moment", and a moment that moves by less is no news."""


def pool_waits(services: Sequence[Availability], now: datetime) -> tuple[Wait, ...]:
    """Why a mail that any of these services may take has to wait: the main reason, then what rests besides.

    Main is what holds the service that is free first, but as long as one only paces itself the mails are moving.
    """
    if not services:
        return (Wait(WaitReason.NO_SERVICE, None),)
    rested = [each.service for each in services if _rests(each.service, now)]
    rest_end = min((service.rested_until for service in rested if service.rested_until), default=None)
    besides = (_wait(WaitReason.SERVICE_RESTED, rest_end, rested),) if rested else ()
    turn = min((each.at for each in services if each.reason is WaitReason.RATE_LIMIT), default=None)
    if turn is not None:
        return (Wait(WaitReason.RATE_LIMIT, turn if turn > now + _SOON else None), *besides)
    first = min(services, key=lambda each: (each.at, each.service.id))
    if first.reason is WaitReason.SERVICE_RESTED:
        return besides
    alike = [each.service for each in services if each.reason is first.reason]
    return (_wait(first.reason, None if first.at == NEVER else first.at, alike), *besides)


def notices(
    published: Sequence[WaitNotice], waits: tuple[Wait, ...], waiting: Collection[UUID]
) -> tuple[tuple[WaitNotice, ...], tuple[WaitNotice, ...]]:
    """Tell who must hear something new; and what every waiting task then has been told."""
    told = {task_id: notice.waits for notice in published for task_id in notice.task_ids}
    waits = next((notice.waits for notice in published if _alike(notice.waits, waits)), waits)
    news = _notice((task_id for task_id in waiting if told.get(task_id) != waits), waits)
    ended = _notice((task_id for task_id in told if task_id not in waiting), ())
    return (*news, *ended), _notice(waiting, waits)


def _notice(task_ids: Iterable[UUID], waits: tuple[Wait, ...]) -> tuple[WaitNotice, ...]:
    """One notice to all of these tasks, if there are any."""
    ids = tuple(sorted(task_ids))
    return (WaitNotice(ids, waits),) if ids else ()


def _rests(service: ServiceState, now: datetime) -> bool:
    """Whether a service is rested now, whatever else holds it."""
    return service.rested_until is not None and service.rested_until > now


def _wait(reason: WaitReason, retry_at: datetime | None, services: Sequence[ServiceState]) -> Wait:
    """Name the first few services concerned."""
    named = sorted(services, key=lambda service: service.id)[:_NAMED]
    ids = tuple(service.id for service in named)
    return Wait(reason, retry_at, ids, tuple(service.name for service in named), len(services))


def _alike(old: Sequence[Wait], new: Sequence[Wait]) -> bool:
    """Whether two waits mean the same to a person."""
    return len(old) == len(new) and all(
        (a.reason, a.service_ids, a.service_count) == (b.reason, b.service_ids, b.service_count)
        and _near(a.retry_at, b.retry_at)
        for a, b in zip(old, new, strict=True)
    )


def _near(old: datetime | None, new: datetime | None) -> bool:
    """Whether a moment is the same, or moved too little to tell."""
    return old == new or (old is not None and new is not None and abs(new - old) <= _SOON)
