"""What somebody does first who has sent nothing yet, and how far they are."""

import asyncio
from dataclasses import dataclass
from typing import Final

from api.schemas.base import Outgoing
from dashboard import paths
from dashboard.element import element, link
from dashboard.frame import Visit
from dashboard.live import live
from dashboard.words import Words

SECONDS: Final = 10.0
ONE: Final = {"limit": "1"}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, where, and what the API has once it is done."""

    todo: str
    why: str
    where: str
    found: str


STEPS: Final = (
    Step("Add a service", "Mails go out through your own mail accounts.", paths.NEW_SERVICE, "/api/services"),
    Step("Import contacts", "A CSV file with an address in each row.", paths.CONTACTS, "/api/contact-lists"),
    Step("Write a template", "With fields of the contacts in it, and a preview.", paths.NEW_TEMPLATE, "/api/templates"),
    Step("Send the first task", "It tells what it would do before anything goes out.", paths.NEW_TASK, "/api/tasks"),
)


async def first_steps(visit: Visit) -> None:
    """Show the steps until the first task was sent; to all others nothing."""
    if (await _done(visit))[-1]:
        return
    await live(visit, lambda: _done(visit), lambda done: _steps(done, visit.say), SECONDS)


async def _done(visit: Visit) -> list[bool]:
    parts = await asyncio.gather(*(visit.api.page(Outgoing, step.found, ONE) for step in STEPS))
    return [bool(part.data) for part in parts]


def _steps(done: list[bool], say: Words) -> None:
    element("h2", say("First steps"))
    if not done[0]:
        element("p", say("Nothing can be sent yet: add a service first."))
    following = next((place for place, over in enumerate(done) if not over), len(done))
    with element("ol", classes="steps"):
        for place, (step, over) in enumerate(zip(STEPS, done, strict=True)):
            with element("li", classes="over" if over else ""):
                link(say(step.todo), step.where, classes="main" if place == following else "")
                element("p", say("done") if over else say(step.why), classes="faint")
