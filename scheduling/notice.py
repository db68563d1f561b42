"""Notices: what the waiting tasks are told, and when it is worth telling them again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from scheduling.availability import NEVER, Availability
from scheduling.fair_queue import Unmet
from scheduling.service import ServiceState
from scheduling.wait import Wait, WaitNotice, WaitReason

_NAMED = 10
_SOON = timedelta(seconds=5)
"""A turn nearer than this is "at any moment", and a moment that moves by less is no news."""


def task_waits(
    unmet: Mapping[UUID, Unmet], services: Sequence[Availability], known: Mapping[UUID, ServiceState], now: datetime
) -> dict[UUID, tuple[Wait, ...]]:
    """Say of every task that still needs permits what its mails wait for.

    Those that may go through any service wait for the whole pool, those that are pinned for their own services.
    """
    moving = WaitReason.TURN if len(unmet) > 1 else WaitReason.RATE_LIMIT
    by_id = {each.service.id: each for each in services}
    said: dict[tuple[bool, tuple[UUID, ...]], tuple[Wait, ...]] = {}
    for each in unmet.values():
        key = (each.need > 0, each.pins)
        if key not in said:
            candidates = services if each.need else [by_id[id_] for id_ in each.pins if id_ in by_id]
            gone = [id_ for id_ in each.pins if id_ not in by_id]
            if each.need and not services:
                gone = sorted({*gone, *(row.id for row in known.values() if row.paused)})
            said[key] = _waits(candidates, _gone(gone, known) if gone or not candidates else None, moving, now)
    return {task_id: said[each.need > 0, each.pins] for task_id, each in unmet.items()}


def _waits(services: Sequence[Availability], gone: Wait | None, moving: WaitReason, now: datetime) -> tuple[Wait, ...]:
    """Say why a mail that any of these services may take has to wait: the main reason, then what holds others of them.

    Main is what holds the service that is free first, but as long as one only paces itself the mails are moving.
    """
    held: dict[WaitReason, list[Availability]] = defaultdict(list)
    for each in services:
        held[each.reason].append(each)
    waits = [_held(reason, members) for reason, members in held.items() if reason is not WaitReason.RATE_LIMIT]
    waits.sort(key=lambda wait: (wait.retry_at or NEVER, wait.reason))
    if pacing := held.get(WaitReason.RATE_LIMIT):
        turn = min(each.at for each in pacing)
        waits.insert(0, Wait(moving, turn if turn > now + _SOON else None))
    return (*waits, gone) if gone else tuple(waits)


def notices(
    published: Sequence[WaitNotice], waits: Mapping[UUID, tuple[Wait, ...]]
) -> tuple[tuple[WaitNotice, ...], tuple[WaitNotice, ...]]:
    """Tell who must hear something new; and what every waiting task then has been told."""
    told = {task_id: notice.waits for notice in published for task_id in notice.task_ids}
    agreed: dict[tuple[int, int], tuple[Wait, ...]] = {}
    same: dict[tuple[Wait, ...], tuple[Wait, ...]] = {}
    now_told = {}
    for task_id, new in waits.items():
        old = told.get(task_id, ())
        pair = (id(old), id(new))  # the tasks share a few of them
        if pair not in agreed:
            said = next((each for each in (old, *(notice.waits for notice in published)) if _alike(each, new)), new)
            agreed[pair] = same.setdefault(said, said)
        now_told[task_id] = agreed[pair]
    news = {task_id: said for task_id, said in now_told.items() if told.get(task_id) is not said}
    ended = {task_id: () for task_id in told if task_id not in now_told}
    return (*_grouped(news), *_grouped(ended)), _grouped(now_told)


def _grouped(told: Mapping[UUID, tuple[Wait, ...]]) -> tuple[WaitNotice, ...]:
    """One notice to all tasks that are told the same."""
    groups: dict[int, tuple[tuple[Wait, ...], list[UUID]]] = {}
    for task_id, waits in told.items():
        groups.setdefault(id(waits), (waits, []))[1].append(task_id)
    return tuple(WaitNotice(tuple(sorted(ids, key=_number)), waits) for waits, ids in groups.values())


def _number(id_: UUID) -> int:
    """Compares quickly, and like the id."""
    return id_.int


def _held(reason: WaitReason, members: Sequence[Availability]) -> Wait:
    """Name the first few services that are held for one reason, and when the first is free."""
    at = min(each.at for each in members)
    return _wait(reason, None if at == NEVER else at, [each.service for each in members], len(members))


def _gone(ids: Sequence[UUID], known: Mapping[UUID, ServiceState]) -> Wait:
    """Name the services that are not at work; those that have left have no name any more."""
    return _wait(WaitReason.NO_SERVICE, None, [known[id_] for id_ in ids if id_ in known], len(ids))


def _wait(reason: WaitReason, retry_at: datetime | None, services: Iterable[ServiceState], count: int) -> Wait:
    named = sorted(services, key=lambda service: service.id.int)[:_NAMED]
    return Wait(reason, retry_at, tuple(row.id for row in named), tuple(row.name for row in named), count)


def _alike(old: Sequence[Wait], new: Sequence[Wait]) -> bool:
    """Whether two waits mean the same to a person."""
    return len(old) == len(new) and all(
        a.reason == b.reason and _near(a.retry_at, b.retry_at) and _about_as_many(a, b)
        for a, b in zip(old, new, strict=True)
    )


def _about_as_many(old: Wait, new: Wait) -> bool:
    """Whether the same services are concerned; of more than can be named, to within a tenth."""
    if max(old.service_count, new.service_count) <= _NAMED:
        return (old.service_ids, old.service_count) == (new.service_ids, new.service_count)
    return abs(old.service_count - new.service_count) * 10 <= max(old.service_count, new.service_count)


def _near(old: datetime | None, new: datetime | None) -> bool:
    """Whether a moment is the same, or moved too little to tell."""
    return old == new or (old is not None and new is not None and abs(new - old) <= _SOON)
