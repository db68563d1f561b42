"""The dashboard ends while a person looks: it keeps nothing, so who was signed in still is when it is back."""

import asyncio
import signal
from collections.abc import Sequence
from http import HTTPStatus

import httpx

from evidence.errors import EvidenceError
from evidence.prove.fault import Fault, Scene
from evidence.prove.rig import Rig
from stack.child import Child
from stack.programs import dashboard_program
from stack.surroundings import Surroundings

BACK_WITHIN = 180.0
"""Seconds; far longer than it takes."""


def _with_dashboard(where: Surroundings, children: Sequence[Child]) -> Sequence[Child]:
    return [*children, dashboard_program(where)]


async def _end_dashboard(scene: Scene) -> None:
    """Sign in, see a page, and see it again with the same cookie when the process was killed and is back."""
    page = {"Accept": "text/html"}
    async with httpx.AsyncClient(
        base_url=scene.site.where.dashboard_url, trust_env=False, timeout=60, headers=page
    ) as person:
        await person.post("/sign-in", data={"key": scene.site.key})
        await _see(person, "signed in")
        scene.site.stack.supervisor.strike("dashboard", signal.SIGKILL)
        async with asyncio.timeout(BACK_WITHIN):
            await scene.site.stack.supervisor.whole()
        await _see(person, "after its end")


async def _see(person: httpx.AsyncClient, when: str) -> None:
    answer = await person.get("/")
    if answer.status_code != HTTPStatus.OK:
        raise EvidenceError(f"the dashboard answered {answer.status_code} to who has a session, {when}")


DASHBOARD = Rig(name="dashboard", fitted=_with_dashboard)
FAULTS = (Fault(name="kill-dashboard", strike=_end_dashboard, moments=("first",), rig=DASHBOARD),)
