"""Tables as browsers know them, a page of rows at a time: the API reads on from a cursor, however long the list is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from api.schemas.base import Page
from dashboard.element import element, link
from dashboard.words import Words

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its title, and what makes a cell of a row, as text or by building elements."""

    title: str
    cell: Callable[[Row], str | None]
    numeric: bool = False
    wraps: bool = False
    """Long texts may take several lines."""
    shows: Callable[[Row], object] = lambda row: row
    """What built elements depend on: while it stays the same they stay too, with the focus that may be in them."""


@dataclass
class Line(Generic[Row]):
    """A row that stands there."""

    row: Row
    cells: list[TextElement]


class Body(Generic[Row]):
    """The rows of a table, changed where newer ones differ."""

    def __init__(self, columns: Sequence[Column[Row]], rows: Iterable[Row]) -> None:
        self._columns = columns
        with element("tbody"):
            self._lines = [self._line(row) for row in rows]

    def _line(self, row: Row) -> Line[Row]:
        with element("tr"):
            return Line(row, [_cell(column, row, place) for place, column in enumerate(self._columns)])

    def show(self, rows: Sequence[Row], key: Callable[[Row], object]) -> bool:
        """Show newer values of the same rows; False, and nothing is changed, where they are others."""
        if [key(line.row) for line in self._lines] != [key(row) for row in rows]:
            return False
        for line, row in zip(self._lines, rows, strict=True):
            if line.row != row:
                for column, cell in zip(self._columns, line.cells, strict=True):
                    _change(column, cell, line.row, row)
                line.row = row
        return True


def table(caption: str, columns: Sequence[Column[Row]], rows: Iterable[Row], say: Words) -> Body[Row]:
    """Show rows. The caption is for those who do not see the page; the first column names the row."""
    with element("div", classes="wide", tabindex="0", role="region", aria_label=say(caption)), element("table"):
        element("caption", say(caption), classes="unseen")
        with element("thead"), element("tr"):
            for column in columns:
                element("th", say(column.title), scope="col", classes="number" if column.numeric else "")
        return Body(columns, rows)


def _cell(column: Column[Row], row: Row, place: int) -> TextElement:
    attributes = {"scope": "row"} if place == 0 else {}
    classes = "number" if column.numeric else "wraps" if column.wraps else ""
    with element("th" if place == 0 else "td", classes=classes, **attributes) as cell:
        text = column.cell(row)
    if text is not None:
        cell.text = text
    return cell


def _change(column: Column[Row], cell: TextElement, before: Row, row: Row) -> None:
    """A cell of elements is built anew where they would be others, a text is replaced."""
    if cell.default_slot.children:
        if column.shows(before) == column.shows(row):
            return
        cell.clear()
    with cell:
        text = column.cell(row)
    if text is not None:
        cell.text = text


def reading_on(page: Page[Row], say: Words, at: str = "", **filters: str) -> None:
    """Links to the beginning and to the next part of a list, with the filters that are set.

    `at` is where on the page the list stands, such as `#mails`.
    """
    path = ui.context.client.request.url.path
    cursor = ui.context.client.request.query_params.get("cursor")
    with element("nav", classes="reading-on", aria_label=say("Parts of the list")):
        if cursor:
            link(say("Back to the beginning"), f"{path}?{urlencode(filters)}{at}")
        if page.next_cursor:
            link(say("Read on"), f"{path}?{urlencode({**filters, 'cursor': page.next_cursor})}{at}")


def narrowing(label: str, search: str, statuses: Mapping[str, str], status: str, say: Words) -> None:
    """What narrows a list down: links for each status, the first for all, and a search that works without a script."""
    path = ui.context.client.request.url.path
    with element("div", classes="narrowing"):
        with element("nav", classes="tabs", aria_label=say("Status")):
            for value, text in statuses.items():
                current = {"aria_current": "page"} if value == status else {}
                link(text, f"{path}?{urlencode(set_only(status=value, search=search))}", **current)
        with element("form", method="get", action=path, role="search", classes="find"):
            if status:
                element("input", type="hidden", name="status", value=status)
            element("label", label, for_="find", classes="unseen")
            element("input", id="find", type="search", name="search", defaultValue=search, placeholder=label)
            element("button", say("Find"), type="submit")


def set_only(**filters: str) -> dict[str, str]:
    """Only filters that narrow something down."""
    return {name: value.strip() for name, value in filters.items() if value.strip()}


def nothing(text: str, action: str = "", path: str = "") -> None:
    """An empty state: what is not here, and what to do first."""
    with element("div", classes="nothing"):
        element("p", text)
        if action:
            link(action, path, classes="main")
