"""A task that goes wrong is told and decided; pages stay whole whatever they hold and whatever is away."""

import asyncio
import csv
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from api.client import ApiClient
from api.operations.admin_key import make_admin_key
from api.schemas.api_key import ApiKeyOut
from api.schemas.contact import ContactListOut
from evidence import playground
from stack.local import LocalStack
from tests.browser.person import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
HOSTILE = '<img src=x onerror="window.struck=1"></script><script>window.struck=2</script>{{7*7}}`${window.struck=3}`'
MAIL = """
    <script>top.struck = 4</script><body onload="top.struck = 5">{{ first_name }}
    <a id="away" href="https://outside.example/">away</a><img src="https://outside.example/dot.png" alt="dot">
"""


async def prepare(person: Person, emails: list[str], name: str = "Partners", html: str = "<p>Hello</p>") -> str:
    """Services, a list and a template; the template's id."""
    rows = list(csv.DictReader(playground.services_file(person.where.folder).read_text().splitlines()))[20:22]
    async with ApiClient(person.where.api_url, person.key) as api:
        await api.create_services([{**row, "sendingInterval": 0.2} for row in rows])
        known = await api.create_list(name)
        await api.add_contacts(known.id, [{"email": each, "fields": {"first_name": name}} for each in emails])
        return str((await api.create_template({"name": name, "subject": f"{name[:9]}!", "html": html})).id)


async def test_a_button_pressed_twice_orders_once_and_what_did_not_arrive_is_decided_in_plain_words(
    person: Person,
) -> None:
    page = person.page
    await person.sign_in()
    await prepare(person, ["ann@silent.example", "bob@refused.example", "eva@example.org"])
    await person.open("/tasks/new")
    await page.get_by_label("Name", exact=True).fill("Letter")

    await page.get_by_role("button", name="Send", exact=True).dblclick()

    await expect(page.get_by_role("heading", name="Letter")).to_be_visible()
    async with ApiClient(person.where.api_url, person.key) as api:
        assert [task.name async for task in api.tasks()] == ["Letter"]
    await person.is_told("completed")
    await person.follow("Look at them and decide")
    await page.get_by_role("button", name="Send again").click()
    question = page.get_by_role("alertdialog")
    await expect(question).to_contain_text("Who did get it gets it a second time.")
    await question.get_by_role("button", name="No").click()
    await person.looks_around("unknown")
    await page.get_by_role("button", name="Take as sent").click()
    await question.get_by_role("button", name="Take as sent").click()
    await person.sees("1 mails count as sent now; 0 are still undecided.")
    await expect(page.get_by_role("link", name="Look at them and decide")).to_have_count(0)

    await person.follow("the address takes no mail")
    await page.get_by_role("button", name="Write to these people anew").click()
    await question.get_by_role("button", name="Write to these people anew").click()
    await expect(page.get_by_label("To", exact=True)).to_contain_text("Letter: failed")
    await page.get_by_role("button", name="What would it do?").click()
    await person.sees("must not be empty")
    await page.get_by_label("Name", exact=True).fill("Once more")
    await page.get_by_role("button", name="What would it do?").click()
    await person.sees("would be sent")


async def test_a_press_counts_though_what_is_pressed_is_drawn_anew_meanwhile(person: Person) -> None:
    page = person.page
    template = await prepare(person, ["ann@example.org"], name="Press")
    async with ApiClient(person.where.api_url, person.key) as api:
        known = (await api.page(ContactListOut, "/api/contact-lists", {})).data[0]
        order = {"name": "Letter", "contactListId": str(known.id), "templateId": template, "startAt": TOMORROW}
        task = await api.submit_task(order)
        await person.sign_in()
        await person.open("/tasks")

        async with person.presses(page.get_by_role("link", name="Letter")):
            await api.change_task(task.id, {"name": "Invitation"})

        await expect(page.get_by_role("heading", name="Invitation")).to_be_visible()
        async with person.presses(page.get_by_role("button", name="Pause", exact=True)):
            await api.change_task(task.id, {"priority": 1})
        await person.is_told("paused")

        async with person.presses(page.get_by_role("button", name="Resume", exact=True)):
            await api.change_task(task.id, {"priority": 0})
            await page.mouse.move(0, 0)
        await person.sees("priority as others")
        assert (await api.task(task.id)).status == "paused", "who has left what they pressed has not pressed it"


async def test_whatever_a_name_or_a_mail_holds_is_shown_and_never_run_nor_loaded(person: Person) -> None:
    page = person.page
    await person.sign_in()
    template = await prepare(person, ["ann@example.org"], HOSTILE, MAIL)
    await person.open("/tasks/none-such")
    await person.sees("No page has this address.")
    for path in ("/contacts", "/people", "/tasks/new", f"/templates/{template}"):
        await person.open(path)
        await expect(page.locator("h1")).to_be_visible()

    await page.get_by_label("As this contact gets it").fill("ann@")
    await person.sees("As ann@example.org gets it.")
    mail = page.frame_locator("iframe.mail")
    await expect(mail.locator("body")).to_contain_text("onerror")
    await mail.get_by_text("away").click()

    await expect(mail.get_by_text("away")).to_be_visible()
    assert await page.evaluate("window.struck") is None
    assert any("outside.example" in each and "Content Security Policy" in each for each in person.complaints)
    expected = ("outside.example", "sandbox", "404")
    person.complaints = [each for each in person.complaints if not any(word in each for word in expected)]


async def test_a_page_waits_for_an_api_that_is_slow(person: Person, stack: LocalStack) -> None:
    await person.sign_in()
    api = stack.supervisor.pid("api")
    os.kill(api, signal.SIGSTOP)
    opening = asyncio.create_task(person.open("/templates"))
    await asyncio.sleep(4)
    os.kill(api, signal.SIGCONT)
    await opening
    await expect(person.page.get_by_role("heading", name="Templates")).to_be_visible()


async def test_a_page_says_that_the_api_is_away_or_the_key_revoked_and_comes_back(
    person: Person, stack: LocalStack
) -> None:
    page = person.page
    await person.sign_in()
    await person.open("/tasks")
    await stack.supervisor.hold("api")
    await person.sees("The API cannot be reached.")
    await person.open("/templates?cursor=")
    await person.sees("This cannot be shown")
    await stack.supervisor.release("api")
    await person.sees("No template yet")

    other = await make_admin_key(person.where.database_url, "other@tempost.example", "browser")
    async with ApiClient(person.where.api_url, person.key) as api:
        mine = (await api.page(ApiKeyOut, "/api/api-keys", {})).data
        await person.open("/tasks?status=paused")
        await api.revoke_key(mine[0].id)
    await person.follow("Sign in again")
    await page.get_by_label("API key").fill(other)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{person.where.dashboard_url}/tasks?status=paused")
