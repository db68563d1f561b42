"""A bar of parts: how much of a whole stands where, in words too."""

from collections.abc import Sequence
from typing import Final

from dashboard.element import element
from dashboard.words import Words
from dashboard.written import count

STATUSES: Final = ("sent", "transmitting", "claimed", "pending", "unknown", "failed", "suppressed", "cancelled")
"""Of mails, in the order of the bar."""


def bar(parts: Sequence[tuple[str, int]], say: Words) -> None:
    """Show parts as `(status, number)`; empty ones are left out. A screen reader hears the numbers."""
    whole = sum(number for _, number in parts) or 1
    words = ", ".join(f"{count(number)} {say(status)}" for status, number in parts if number)
    with element("div", classes="bar", role="img", aria_label=words or say("no mails")):
        for status, number in parts:
            if number:
                element("span", classes=f"part {status}", style=f"width:{number / whole:.3%}")


def legend(parts: Sequence[tuple[str, int]], say: Words) -> None:
    """Say what the colours of a bar are, with the numbers."""
    with element("ul", classes="legend"):
        for status, number in parts:
            if number:
                with element("li"):
                    element("span", classes=f"dot {status}", aria_hidden="true")
                    element("span", f"{say(status)} {count(number)}")
