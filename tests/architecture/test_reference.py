"""The pages of reference say what the code does: `pytest --record tests/architecture/test_reference.py` writes them."""

import csv
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.operations import system_config
from api.schemas.system_config import ConfigOut
from commands.service import COLUMNS
from tests.architecture.reference_pages import api_page, cli_page, code, settings_page, table

FOLDER = Path(__file__).parents[2] / "docs/reference"
MARK = "<!-- from the code; `make reference` writes it anew -->\n"
PAGES = {"api": api_page, "settings": settings_page, "cli": cli_page}


def keep(name: str, made: str, *, record: bool) -> None:
    """Hold a page against what was made, or write it; what stands above the mark is people's."""
    page = FOLDER / f"{name}.md"
    before, mark, after = page.read_text("utf-8").partition(MARK)
    if record:
        page.write_text(f"{before}{MARK}\n{made.strip()}\n", "utf-8")
        return
    assert mark + after == f"{MARK}\n{made.strip()}\n", "run `make reference`"


def bounds(setting: ConfigOut) -> str:
    """From the least to the most."""
    return " to ".join(f"{each:g}" for each in sorted(setting.constraints.values()))


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_does(name: str, pytestconfig: pytest.Config) -> None:
    keep(name, PAGES[name](), record=pytestconfig.getoption("record"))


async def test_the_page_of_settings_while_running_is_what_the_database_holds(
    engine: AsyncEngine, pytestconfig: pytest.Config
) -> None:
    async with engine.connect() as connection:
        settings = await system_config.list_config(connection)
    rows = [(code(each.key), code(each.default_value), bounds(each), each.description) for each in settings]
    made = "\n".join(table(("key", "default", "allowed", "meaning"), rows))
    keep("configuration", made, record=pytestconfig.getoption("record"))


def test_the_table_of_services_that_people_begin_with_is_one_that_is_read() -> None:
    table = (FOLDER.parent / "services.md").read_text("utf-8").partition("```csv\n")[2].partition("```")[0]
    titles, *rows = csv.reader(table.splitlines())
    assert set(titles) <= set(COLUMNS)
    assert {len(row) for row in rows} == {len(titles)}
