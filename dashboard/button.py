"""Buttons that do something: once at a time, with what went wrong told to the person."""

from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from dashboard.element import element
from dashboard.frame import Visit
from dashboard.problem import shown_as_notice

Act = Callable[[], Awaitable[None]]


def button(  # noqa: PLR0913 - what it says, does and asks
    visit: Visit, text: str, act: Act, *, classes: str = "", asks: str = "", about: str = ""
) -> TextElement:
    """Make a button that acts; with `asks`, after the person has said yes to that question.

    `about` says what it is for where many have the same text: a screen reader reads both.
    """
    made = element("button", text, classes=classes, type="button")
    if about:
        with made:
            element("span", f" {about}", classes="unseen")

    async def clicked() -> None:
        with visit.content, shown_as_notice(visit.say):  # the button's own place may be redrawn meanwhile
            if not asks or await _confirmed(visit, asks, text):
                await act()

    return made.on("click", once_at_a_time(visit, made, clicked))


def once_at_a_time(visit: Visit, made: Element, act: Act) -> Act:
    """Let a click do nothing while the one before is under way: both may come before the button is seen disabled.

    What nobody foresaw is told too, and noted in the log: a click without an effect would be pressed again.
    """

    async def clicked() -> None:
        if "aria-disabled" in made.props:
            return
        made.props["aria-disabled"] = "true"  # not `disabled`: that would take the focus away
        try:
            await act()
        except Exception:
            with visit.content:
                ui.notify(visit.say("This went wrong here, in the pages: their log says how."), type="negative")
            raise
        finally:
            if not made.is_deleted:
                del made.props["aria-disabled"]

    return clicked


async def _confirmed(visit: Visit, question: str, text: str) -> bool:
    """Ask in a dialog that keeps the keyboard's focus until it is answered; Escape is no."""
    with ui.dialog() as dialog, element("div", classes="dialog", role="alertdialog", aria_label=text):
        element("p", question)
        with element("div", classes="actions"):
            element("button", visit.say("No"), type="button", autofocus="").on("click", lambda: dialog.submit(False))  # noqa: FBT003 - NiceGUI's order
            element("button", text, classes="main", type="button").on("click", lambda: dialog.submit(True))  # noqa: FBT003 - NiceGUI's order
    answer = await dialog
    dialog.delete()
    return bool(answer)
