"""Numbers that people look at first: large, what they are above, what they mean below."""

from typing import Final

from nicegui.element import Element

from dashboard.element import element

LONG: Final = 12
"""Letters; a moment has more, and would take two lines where it is as large as a number."""


def figures() -> Element:
    """Make the row that holds them: a description list, to be filled in a `with` block."""
    return element("dl", classes="figures")


def figure(name: str, value: str, meaning: str = "", *, state: str = "") -> None:
    """Show one; `state` is `good`, `warn` or `bad`, which the meaning says in words too."""
    with element("div", classes=f"figure {state}".rstrip()):
        element("dt", name)
        element("dd", value, classes="long" if len(value) > LONG else "")
        if meaning:
            element("dd", meaning, classes="meaning")
