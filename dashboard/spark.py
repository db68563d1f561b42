"""A chart as small as a word: bars beside each other, one path for all, so that a hundred of them cost little."""

from collections.abc import Sequence
from typing import Final

from dashboard.element import element

WIDTH: Final = 4
"""Of a bar with its gap, in units of the picture."""
HEIGHT: Final = 24


def spark(values: Sequence[int], said: str) -> None:
    """Draw values against the highest of them; `said` is what a screen reader tells instead."""
    box = f"0 0 {len(values) * WIDTH} {HEIGHT}"
    with element("svg", classes="spark", viewBox=box, preserveAspectRatio="none", role="img", aria_label=said):
        element("path", d=bars(values))


def bars(values: Sequence[int]) -> str:
    """The path of all bars: what is not 0 is at least a unit high."""
    highest = max(values, default=0)
    heights = [max(1, round(HEIGHT * value / highest)) if value else 0 for value in values]
    return "".join(
        f"M{place * WIDTH},{HEIGHT}v-{height}h{WIDTH - 1}v{height}z" for place, height in enumerate(heights) if height
    )
