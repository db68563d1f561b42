"""The first run, as a person lives it: from the sign-in to a mailing that has ended."""

import csv
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from evidence import playground
from tests.browser.person import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
PEOPLE = 12


def contacts_file(folder: Path) -> Path:
    path = folder / "friends.csv"
    rows = [(f"friend.{number}@example.org", f"Friend {number}") for number in range(PEOPLE)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("email", "first_name"), *rows, ("no address", "Nobody")])
    return path


async def test_a_person_signs_in_adds_a_service_imports_contacts_writes_sends_and_sees_it_finished(
    person: Person, tmp_path: Path
) -> None:
    page = person.page
    await page.goto(person.where.dashboard_url)
    await person.looks_around("sign-in")
    await person.sign_in()
    await person.sees("Nothing can be sent yet")

    await add_services(person, 3)
    await person.follow("Services")
    await person.sees("can send")
    await person.looks_around("services")
    await pause_and_resume_with_the_keyboard(page)

    await person.follow("Contacts")
    await page.get_by_label("Name of the new list").fill("Friends")
    await page.get_by_label("CSV file").set_input_files(contacts_file(tmp_path))
    await page.get_by_role("button", name="Import", exact=True).click()
    await person.is_told("completed")
    await person.sees("Refused rows as CSV")
    await person.looks_around("import")

    await person.follow("Templates")
    await person.follow("Write one")
    await page.get_by_label("Name").fill("Spring")
    await page.get_by_label("Subject").fill("Spring, {{ first_name }}")
    await page.get_by_label("HTML").fill("<p>Good day {{ first_name }}</p>")
    await page.get_by_role("button", name="Keep the template").click()
    await person.sees("Spring, First Name")
    await person.looks_around("template")

    await person.follow("Tasks")
    await person.follow("New task")
    await page.get_by_label("Name").fill("Spring letter")
    await page.get_by_role("button", name="What would it do?").click()
    await person.sees("would be sent")
    await person.looks_around("new-task")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("heading", name="Spring letter")).to_be_visible()
    await person.is_told("completed")
    await person.looks_around("task")
    await page.get_by_role("link", name="friend.3@example.org").click()
    await person.sees("Tries")
    await person.looks_around("mail")
    await person.follow("Overview")
    await person.sees("Throughput")
    await person.looks_around("overview")


async def test_what_the_api_refuses_is_told_at_the_field_it_is_about(person: Person) -> None:
    page = person.page
    await person.sign_in()
    await person.open("/services/new")
    await page.get_by_label("Name", exact=True).fill("broken")
    await page.get_by_label("SMTP host").fill("not a host")
    await page.get_by_label("From address").fill("me@example.org")

    await page.get_by_role("button", name="Add the service").click()

    await expect(page.get_by_label("SMTP host")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("SMTP host")).to_be_focused()
    await person.looks_around("refused")


async def test_a_key_that_is_unknown_is_refused_in_words_and_opens_nothing(person: Person) -> None:
    page = person.page
    await page.goto(f"{person.where.dashboard_url}/tasks")
    await page.get_by_label("API key").fill("tp_unknown")

    await page.get_by_role("button", name="Sign in").click()

    await expect(page.get_by_role("alert")).to_have_text("The API does not know this key. Was it revoked?")
    person.complaints = [each for each in person.complaints if "401" not in each]  # the browser notes the answer


async def test_the_pages_are_there_in_chinese_and_dark_and_for_the_keyboard(person: Person) -> None:
    page = person.page
    await person.sign_in()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.get_by_text("Theme").click()
    await person.follow("Dark")
    await expect(page.locator("body.body--dark")).to_be_visible()
    await person.looks_around("overview-dark")
    await expect(page.get_by_text("Times are those of Europe/Vienna")).to_be_visible()

    await person.follow("中文")

    await expect(page.get_by_role("heading", name="概览")).to_be_visible()
    await person.looks_around("overview-zh")


@pytest.mark.parametrize(
    "path",
    [
        "/tasks",
        "/contacts",
        "/templates",
        "/settings",
        "/keys",
        "/services/new",
        "/alerts",
        "/campaigns",
        "/people",
        "/segments",
        "/segments/new",
        "/webhooks",
        "/sending-domains",
    ],
)
async def test_every_page_can_be_read_aloud(person: Person, path: str) -> None:
    await person.sign_in()

    await person.open(path)

    await person.looks_around(re.sub(r"\W+", "-", path.strip("/")))


async def pause_and_resume_with_the_keyboard(page: Page) -> None:
    """The first of the grid: the focus stays on the button, whatever changes around it."""
    for text in ("Pause", "Resume"):
        button = page.get_by_role("button", name=re.compile(f"^{text} ")).first
        if text == "Pause":
            await button.focus()
        await expect(button).to_be_focused()
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=re.compile("^Resume "))).to_have_count(0)
    await expect(page.get_by_role("button", name=re.compile("^Pause ")).first).to_be_focused()


async def add_services(person: Person, count: int) -> None:
    """By the form, as many as there are simulated providers for."""
    page = person.page
    rows = list(csv.DictReader(playground.services_file(person.where.folder).read_text().splitlines()))
    for row in rows[:count]:
        await person.open("/services/new")
        await page.get_by_label("Name", exact=True).fill(row["name"])
        await page.get_by_label("SMTP host").fill(row["host"])
        await page.get_by_label("Port").fill(row["port"])
        await page.get_by_label("User name").fill(row["username"])
        await page.get_by_label("Password").fill(row["password"])
        await page.get_by_label("From address").fill(row["fromAddress"])
        await page.get_by_label("Seconds between two mails").fill("0.2")
        await page.get_by_role("button", name="Add the service").click()
        await expect(page.get_by_text(f"{row['name']} · can send")).to_be_visible()
