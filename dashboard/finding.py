"""What checks found, of a template before it is sent or of a sending domain: the worst first, each with what to do."""

import re
from collections.abc import Iterable
from typing import Final

from api.schemas.finding import FindingOut
from dashboard.element import element
from dashboard.words import Words

SEVERITIES: Final = {"error": "must be mended", "warning": "costs readers", "hint": "could be better"}
STATES: Final = {"error": "critical", "warning": "warning", "hint": ""}
"""How each looks."""
LINE: Final = re.compile(r"(\w+), line (\d+)")


def findings(found: Iterable[FindingOut], say: Words) -> None:
    """Show them as a list; nothing where nothing was found."""
    found = list(found)
    if not found:
        return
    with element("ul", classes="alerts"):
        for each in found:
            with element("li", classes=f"alert {STATES[each.severity]}".rstrip()):
                _finding(each, say)


def _finding(told: FindingOut, say: Words) -> None:
    message, action = say.coded(told.code, told.params, told.message, told.action)
    element("p", message, classes="what")
    element("p", action)
    places = ", ".join(place(each, say) for each in told.where)
    element("p", " · ".join(filter(None, (say(SEVERITIES[told.severity]), places))), classes="faint")


def place(where: str, say: Words) -> str:
    """Say where something was found: a name of the DNS or a part of a mail as it is, a line of one in words."""
    line = LINE.fullmatch(where)
    return say("{part}, line {number}", part=line[1], number=line[2]) if line else where
