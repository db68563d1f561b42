"""Charts: drawn as SVG in the page's own colours, told in words to who does not see them, and as a table to who asks.

Nothing in them moves. Colours are the style sheet's variables, so that a change of theme needs no new drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nicegui import ui

from dashboard.element import element
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import moment

COLOURS: Final = ("var(--accent)", "var(--good)", "var(--warn)", "var(--bad)", "var(--faint)")
"""Each has contrast with the surface in both themes; a series also has a line or a place of its own."""
LINES: Final = ("solid", "dashed", "dotted")
GAP: Final = 2.5
"""Steps without a value after which a line is broken."""
Row = tuple[str, list[float]]
"""Of the table: what is measured, and the value of each series."""
HALF_HOUR_MS: Final = 1_800_000
NAME: Final = 96
"""Pixels for a name beside its bars; a longer one takes several lines."""
LEAST_HEIGHT: Final = 15.0
"""Of a chart, in rem."""
FEW: Final = 6
"""Rows that are told whole."""


@dataclass(frozen=True)
class Series:
    """One line, or one bar of each group. Names are said already."""

    name: str
    values: Sequence[float]


def over_time(title: str, at: Sequence[datetime], series: Sequence[Series], say: Words, *, step: float = 0.0) -> None:
    """Draw lines over time; `step` is the seconds between two points, where longer gaps are to be seen."""
    axes = {
        "xAxis": {"type": "time", **_axis(), "splitLine": {"show": False}, **_bounds(at)},
        "yAxis": {"type": "value", "min": 0, **_axis()},
    }
    lines = [
        {
            "type": "line",
            "name": each.name,
            "data": _with_gaps(at, each.values, step),
            "showSymbol": len(at) == 1,
            "lineStyle": {"type": LINES[place % len(LINES)], "width": 2},
            "areaStyle": {"opacity": 0.12} if len(series) == 1 else None,
            "emphasis": {"disabled": True},
        }
        for place, each in enumerate(series)
    ]
    rows = [(moment(when), [each.values[place] for each in series]) for place, when in enumerate(at)]
    _chart(title, {**axes, "series": lines}, "Time", rows, series, say)


def by_group(title: str, groups: Sequence[str], series: Sequence[Series], say: Words, *, first: str = "Name") -> None:
    """Draw bars beside each other for each group; `first` says what the groups are."""
    axes = {
        "xAxis": {"type": "category", "data": list(groups), **_axis()},
        "yAxis": {"type": "value", "min": 0, **_axis()},
    }
    _chart(title, {**axes, "series": _bars(series)}, first, _grouped(groups, series), series, say)


def by_name(title: str, names: Sequence[str], series: Sequence[Series], say: Words, *, first: str = "Name") -> None:
    """Draw lying bars for each name, the first at the top: every name is read, however narrow the page is."""
    label = {"color": "var(--faint)", "interval": 0, "overflow": "break", "width": NAME}
    axes = {
        "xAxis": {"type": "value", "min": 0, **_axis()},
        "yAxis": {"type": "category", "data": list(names), "inverse": True, **_axis(), "axisLabel": label},
    }
    height = max(LEAST_HEIGHT, 4 + len(names) * (1 + 0.7 * len(series)))
    rows = _grouped(names, series)
    _chart(title, {**axes, "series": _bars(series)}, first, rows, series, say, height=height)


def _bars(series: Sequence[Series]) -> list[dict[str, object]]:
    return [
        {"type": "bar", "name": each.name, "data": list(each.values), "barMaxWidth": 28, "emphasis": {"disabled": True}}
        for each in series
    ]


def _grouped(names: Sequence[str], series: Sequence[Series]) -> list[Row]:
    return [(name, [each.values[place] for each in series]) for place, name in enumerate(names)]


def _chart(  # noqa: PLR0913, PLR0917 - what is drawn, and the same as a table
    title: str,
    options: dict[str, object],
    first: str,
    rows: Sequence[Row],
    series: Sequence[Series],
    say: Words,
    *,
    height: float = LEAST_HEIGHT,
) -> None:
    shared = {
        "animation": False,
        "color": list(COLOURS),
        "textStyle": {"fontFamily": "inherit"},
        "grid": {"left": 8, "right": 32, "top": 36 if len(series) > 1 else 16, "bottom": 8, "containLabel": True},
        "legend": {
            "show": len(series) > 1,
            "type": "scroll",
            "top": 0,
            "left": 0,
            "textStyle": {"color": "var(--text)"},
            "pageTextStyle": {"color": "var(--text)"},
            "pageIconColor": "var(--accent)",
        },
        "tooltip": {
            "trigger": "axis",
            "backgroundColor": "var(--surface)",
            "borderColor": "var(--line)",
            "textStyle": {"color": "var(--text)"},
        },
    }
    with element("figure", classes="chart"):
        element("figcaption", title)
        with element("div", role="img", aria_label=f"{title}: {_in_words(rows, series)}"):
            ui.echart({**shared, **options}, renderer="svg").style(f"height:{height:g}rem")
        with element("details"):
            element("summary", say("As a table"))
            columns = [Column[Row](first, lambda row: row[0]), *(_column(n, each) for n, each in enumerate(series))]
            table(title, columns, rows, say)


def _column(place: int, series: Series) -> Column[Row]:
    return Column(series.name, lambda row: f"{row[1][place]:,.6g}", numeric=True)


def _in_words(rows: Sequence[Row], series: Sequence[Series]) -> str:
    """The first, the highest and the last of each series; few rows are told whole."""
    told = []
    for place, each in enumerate(series if rows else ()):
        highest = max(rows, key=lambda row: row[1][place])
        chosen = rows if len(rows) <= FEW else (rows[0], highest, rows[-1])
        told.append(f"{each.name} " + ", ".join(f"{name}: {numbers[place]:,.6g}" for name, numbers in chosen))
    return "; ".join(told)


def _axis() -> dict[str, object]:
    return {
        "axisLabel": {"color": "var(--faint)", "hideOverlap": True},
        "axisLine": {"lineStyle": {"color": "var(--line)"}},
        "splitLine": {"lineStyle": {"color": "var(--line)"}},
    }


def _bounds(at: Sequence[datetime]) -> dict[str, float]:
    """A single point stands within its hour: the library would show days."""
    if len(at) != 1:
        return {}
    middle = at[0].timestamp() * 1000
    return {"min": middle - HALF_HOUR_MS, "max": middle + HALF_HOUR_MS}


def _with_gaps(at: Sequence[datetime], values: Sequence[float], step: float) -> list[list[float | None]]:
    """Points as the library takes them: milliseconds and value, none where nothing was measured for long."""
    found: list[list[float | None]] = []
    for when, value in zip(at, values, strict=True):
        milliseconds = when.timestamp() * 1000
        if step and found and milliseconds - (found[-1][0] or 0) > GAP * step * 1000:
            found.append([milliseconds - 1, None])
        found.append([milliseconds, value])
    return found
