"""A whole stack with its pages, and a browser that a person might sit at."""

import shutil
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from api.operations.admin_key import make_admin_key
from evidence import playground
from stack.files import open_folder
from stack.local import LocalStack
from stack.surroundings import stack_ports
from tests.browser.person import PATIENCE_MS, Person

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
expect.set_options(timeout=PATIENCE_MS)  # its own five seconds are few on a busy machine
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""What keeps a browser from asking the world for updates while it is tested."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        absent = pytest.mark.skip(reason="no Chromium here: apt-get install chromium")
        for item in items:
            if "tests/browser" in str(item.path):
                item.add_marker(absent)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    """Everything that `make up` starts, on ports of its own; for each file, for administrators see what others made."""
    folder = open_folder(tmp_path_factory.mktemp("stack"))
    stack_ports(folder, well_known=False)  # two stacks that start at once must not want the same
    async with LocalStack(folder, programs=playground.programs) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET), timeout=2 * PATIENCE_MS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def person(stack: LocalStack, browser: Browser) -> AsyncIterator[Person]:
    """Somebody with a key of a new administrator. At the end nothing may have gone wrong in the browser."""
    where = stack.surroundings
    key = await make_admin_key(where.database_url, f"{uuid4().hex}@tempost.example", "browser")
    context = await browser.new_context(
        viewport={"width": 1280, "height": 860}, locale="en-GB", timezone_id="Europe/Vienna"
    )
    page: Page = await context.new_page()
    someone = Person(page, where, key)
    yield someone
    await context.close()
    assert not someone.complaints, "\n".join(someone.complaints)
