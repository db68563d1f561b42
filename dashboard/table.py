"""Tables as browsers know them, a page of rows at a time: the API reads on from a cursor, however long the list is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from nicegui import ui

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


def table(caption: str, columns: Sequence[Column[Row]], rows: Iterable[Row], say: Words) -> None:
    """Show rows. The caption is for those who do not see the page; the first column names the row."""
    with element("div", classes="wide", tabindex="0", role="region", aria_label=say(caption)), element("table"):
        element("caption", say(caption), classes="unseen")
        with element("thead"), element("tr"):
            for column in columns:
                element("th", say(column.title), scope="col", classes="number" if column.numeric else "")
        with element("tbody"):
            for row in rows:
                with element("tr"):
                    _cells(columns, row)


def _cells(columns: Sequence[Column[Row]], row: Row) -> None:
    for place, column in enumerate(columns):
        attributes = {"scope": "row"} if place == 0 else {}
        with element("th" if place == 0 else "td", classes="number" if column.numeric else "", **attributes) as cell:
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


def nothing(text: str, action: str = "", path: str = "") -> None:
    """An empty state: what is not here, and what to do first."""
    with element("div", classes="nothing"):
        element("p", text)
        if action:
            link(action, path, classes="main")
