"""People who change their minds while mails flow."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from uuid import UUID

from api.client_errors import ApiError
from api.schemas.campaign import CampaignOut
from api.schemas.task import TaskOut
from evidence.errors import EvidenceError
from evidence.prove.fault import Fault, Scene

Submit = Callable[[Mapping[str, object], str], Awaitable[TaskOut | CampaignOut]]
SLOWER = 2.0
"""Only slower than the services were registered: the journal is judged by that interval."""


async def _steer(scene: Scene) -> None:
    """Pause and resume both in quick succession, move the task up and down."""
    for _ in range(3):
        await _order(scene, "pause")
        await scene.pause(0, 1)
        with _unless_ended():
            await scene.api.change_task(scene.task.id, {"priority": scene.rng.choice((-1, 0, 1))})
        await _order(scene, "resume")
        await scene.pause(0, 1)


async def _cancel(scene: Scene) -> None:
    await _order(scene, "cancel")


async def _order(scene: Scene, order: str) -> None:
    with _unless_ended():
        await scene.api.order_task(scene.task.id, order)
    with _unless_ended():
        await scene.api.order_campaign(scene.campaign.id, order)


@contextmanager
def _unless_ended() -> Iterator[None]:
    """Forgive that there is nothing left to order: in the second round, the task is done."""
    try:
        yield
    except ApiError as error:
        if error.status != HTTPStatus.CONFLICT:
            raise


async def _edit(scene: Scene) -> None:
    """Change every service in one of several ways; some are left as they are."""
    api = scene.api

    async def interrupt(service_id: UUID) -> None:
        await api.order_service(service_id, "pause")
        await scene.pause(0, 2)
        await api.order_service(service_id, "resume")

    edits: tuple[Callable[[UUID], Awaitable[object]], ...] = (
        interrupt,
        api.delete_service,
        lambda id_: api.change_service(id_, {"sendingInterval": SLOWER}),
        lambda id_: api.change_service(id_, {"priority": scene.rng.randint(-5, 5)}),
        lambda id_: api.change_service(id_, {"dailyQuota": 3}),
        lambda id_: asyncio.sleep(0),
    )
    names = sorted(scene.services)
    scene.rng.shuffle(names)
    for place, name in enumerate(names):
        await edits[place % len(edits)](scene.services[name])


async def _ask_again(scene: Scene) -> None:
    """Send the requests that made both twice more, at once: the answer was lost, or a button pressed again."""

    async def ask(submit: Submit, order: Mapping[str, object], request_key: str) -> UUID:
        while True:
            try:
                return (await submit(order, request_key)).id
            except ApiError as error:
                if error.code != "still_running":  # the other of the two is being answered
                    raise
                await scene.pause(0.05, 0.2)

    task = scene.api.submit_once, scene.order, scene.request_key
    campaign = scene.api.submit_campaign_once, scene.campaign.order, scene.campaign.request_key
    again = await asyncio.gather(ask(*task), ask(*task), ask(*campaign), ask(*campaign))
    if list(again) != [scene.task.id, scene.task.id, scene.campaign.id, scene.campaign.id]:
        raise EvidenceError("the same request with the same Idempotency-Key made another task or campaign")


FAULTS = (
    Fault(name="pause-resume", strike=_steer),
    Fault(name="cancel", strike=_cancel, ends="cancelled", moments=("first",)),
    Fault(name="edit-services", strike=_edit),
    Fault(name="ask-again", strike=_ask_again),
)
