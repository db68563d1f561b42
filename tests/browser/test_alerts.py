"""What is wrong is told with what to do; what an administrator sets, and whom they let in and tell."""

import pytest
from playwright.async_api import expect

from api.client import ApiClient
from tests.browser.person import Person

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
            await person.follow("中文")
            await person.sees("应有 9 个工作进程")
            await person.follow("English")
            await person.open("/")
            await expect(page.get_by_role("link", name="Alerts 1 open")).to_be_visible()
            await expect(page.get_by_role("heading", name="Alerts: 1 open")).to_be_visible()
        finally:
            await api.change_config(EXPECTED, 1)
    await person.open("/alerts")
    await person.sees("Nothing needs you now.")
    await person.follow("Over")
    await person.sees("of 9 worker processes run")


async def test_a_setting_out_of_its_range_is_refused_at_its_field_and_a_good_one_is_kept_with_who_set_it(
    person: Person,
) -> None:
    page = person.page
    await person.sign_in()
    await person.follow("Settings")
    setting = page.get_by_role("group").filter(has=page.get_by_label("queue.central_batch_size"))
    await setting.get_by_role("spinbutton").fill("500")
    await setting.get_by_role("button", name="Save").click()
    await expect(setting.get_by_role("alert").filter(has_text="must be from 10 to 200, not 500")).to_be_visible()
    await person.looks_around("settings")
    await setting.get_by_role("spinbutton").fill("80")
    await setting.get_by_role("button", name="Save").click()
    await person.sees("Saved: it acts within 5 s.")

    await person.open("/settings")
    await expect(page.get_by_role("row", name="queue.central_batch_size 50 80")).to_be_visible()
    person.complaints = [each for each in person.complaints if "422" not in each]


async def test_an_administrator_lets_somebody_in_who_sees_only_their_own(person: Person) -> None:
    page = person.page
    await person.sign_in()
    await person.follow("Users and keys")
    users = page.get_by_role("group").filter(has=page.get_by_label("Role"))
    await users.get_by_label("Name").fill("Eva")
    await users.get_by_label("Address").fill("eva@example.org")
    await page.get_by_role("button", name="Add a user").click()
    await person.sees("Eva · eva@example.org")
    await page.get_by_label("What the new key is for").fill("laptop")
    await page.get_by_role("button", name="Make a key").click()
    shown = page.get_by_text("The new key, shown this once: ")
    await expect(shown).to_be_visible()
    key = (await shown.inner_text()).rpartition(" ")[2]
    await person.looks_around("user")

    await page.get_by_role("button", name="Sign out").click()
    person.key = key
    await person.sign_in()
    await person.open("/keys")
    await expect(page.get_by_role("rowheader", name="laptop")).to_be_visible()
    await expect(page.get_by_role("heading", name="Users", exact=True)).to_have_count(0)
    await person.open("/settings")
    await person.sees("Only administrators change these.")
    await expect(page.get_by_role("button", name="Save")).to_have_count(0)


async def test_a_webhook_is_told_of_what_was_chosen_and_says_what_went_wrong(person: Person) -> None:
    page = person.page
    await person.sign_in()
    await person.open("/webhooks")
    await page.get_by_label("Address").fill("http://127.0.0.1:9/news")
    for name in ("Opens", "Clicks"):
        await page.get_by_label(name).uncheck()
    await page.get_by_role("button", name="Add the webhook").click()
    await person.sees("Its secret, shown this once: whsec_")
    await person.open("/webhooks")
    await person.follow("http://127.0.0.1:9/news")
    await expect(page.get_by_label("Opens")).not_to_be_checked()
    await expect(page.get_by_label("Replies", exact=True)).to_be_checked()
    await page.get_by_role("button", name="Send a test message").click()
    await person.sees("It was not taken")
    await person.looks_around("webhook")
