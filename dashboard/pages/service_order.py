"""What can be ordered of a service, in the grid and on its page: pause, resume, try to sign in."""

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from api.schemas.service import ServiceOut
from dashboard.button import button
from dashboard.frame import Visit
from dashboard.words import Words


def toggle_text(service: ServiceOut, say: Words) -> str:
    """What the button does now that pauses or resumes."""
    return say("Resume") if service.status == "paused" else say("Pause")


def toggle_button(visit: Visit, service: ServiceOut) -> TextElement:
    """Make the button that pauses or resumes, by what stands on it: its text is changed, so that the focus stays."""

    async def toggle() -> None:
        changed = await visit.api.order_service(service.id, "resume" if made.text == visit.say("Resume") else "pause")
        made.text = toggle_text(changed, visit.say)

    made = button(visit, toggle_text(service, visit.say), toggle, about=service.name)
    return made


def trial_button(visit: Visit, service: ServiceOut, text: str) -> None:
    """Make the button that opens a connection, signs in and leaves."""

    async def test() -> None:
        answer = await visit.api.test_service(service.id)
        told = f"{service.name}: {visit.say.told(answer.detail)}"
        ui.notify(told, type="positive" if answer.ok else "negative", multi_line=True, timeout=10_000)

    button(visit, text, test, about=service.name)
