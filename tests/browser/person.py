"""What a person does at the pages, and what they would complain of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import ConsoleMessage, Locator, Page, expect

from stack.surroundings import Surroundings

PATIENCE_MS = 60_000
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}


@dataclass
class Person:
    """One person at one browser."""

    page: Page
    where: Surroundings
    key: str
    complaints: list[str] = field(default_factory=list)
    """Errors of the console, requests to other hosts, pages that cannot be read aloud."""

    def __post_init__(self) -> None:
        """Watch from the beginning on."""
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", lambda request: self._watch(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def _watch(self, url: str) -> None:
        if not url.startswith((self.where.dashboard_url, "data:", "blob:", "about:")):
            self.complaints.append(f"asked another host: {url}")

    async def open(self, path: str) -> None:
        """Go to a page and wait until it stands."""
        await self.page.goto(self.where.dashboard_url + path)
        await expect(self.page.locator("h1")).to_be_visible()

    async def sign_in(self) -> None:
        """With their key."""
        await self.page.goto(self.where.dashboard_url)
        await self.page.get_by_label("API key").fill(self.key)
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_role("heading", name="Overview")).to_be_visible()

    async def follow(self, name: str) -> None:
        """Click a link and wait for its page."""
        await self.page.get_by_role("link", name=name, exact=True).first.click()

    @asynccontextmanager
    async def presses(self, wanted: Locator) -> AsyncIterator[None]:
        """Let the pointer go down, something happen that draws it anew, and the pointer go up."""
        await wanted.hover()
        old = await wanted.element_handle()
        await self.page.mouse.down()
        yield
        await self.page.wait_for_function("old => !old.isConnected", arg=old)
        await self.page.mouse.up()

    async def sees(self, text: str) -> None:
        """Wait until it stands there."""
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def is_told(self, status: str) -> None:
        """Wait until a screen reader would say so."""
        await expect(self.page.get_by_role("status").filter(has_text=status)).to_be_visible()

    async def looks_around(self, name: str) -> None:
        """Have the page judged by axe; the name is for whoever reads the complaint."""
        found = await Axe().run(self.page, options=AXE)
        for violation in found.response["violations"]:
            nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            self.complaints.append(f"{name}: {violation['id']}: {violation['help']}: {nodes}")
