"""What is wrong is told on every page, with what to do, and is over when it is mended."""

import pytest
from playwright.async_api import expect

from api.client import ApiClient
from tests.browser.person import PATIENCE_MS, Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
EXPECTED = "monitoring.expected_workers"


async def test_an_alert_is_counted_in_the_navigation_says_what_to_do_and_ends_by_itself(person: Person) -> None:
    page = person.page
    await person.sign_in()
    async with ApiClient(person.where.api_url, person.key) as api:
        await api.change_config(EXPECTED, 9)
        try:
            await person.open("/alerts")
            await person.sees("of 9 worker processes run")
            await person.sees("lower monitoring.expected_workers")
            await person.looks_around("alerts")
            await person.open("/")
            await expect(page.get_by_role("link", name="Alerts 1 open")).to_be_visible(timeout=PATIENCE_MS)
            await expect(page.get_by_role("heading", name="Alerts: 1 open")).to_be_visible(timeout=PATIENCE_MS)
        finally:
            await api.change_config(EXPECTED, 1)
    await person.open("/alerts")
    await person.sees("Nothing needs you now.")
    await person.follow("Over")
    await person.sees("of 9 worker processes run")
