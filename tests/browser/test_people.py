"""Contacts by themselves: found, changed, erased; a segment that is tried, kept and made a list of."""

import pytest
from playwright.async_api import expect

from api.client import ApiClient
from tests.browser.person import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def prepare(person: Person) -> None:
    async with ApiClient(person.where.api_url, person.key) as api:
        known = await api.create_list("Neighbours")
        people = [{"email": f"neighbour.{number}@example.org", "fields": {"city": "Graz"}} for number in range(3)]
        await api.add_contacts(known.id, [*people, {"email": "far@example.net", "fields": {"city": "Linz"}}])


async def test_a_contact_is_found_changed_and_erased(person: Person) -> None:
    page = person.page
    await person.sign_in()
    await prepare(person)
    await person.follow("Contacts")
    await person.follow("Find people")
    await page.get_by_label("The address begins with").fill("NEIGHBOUR.1")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_role("rowheader")).to_have_text(["neighbour.1@example.org"])
    await person.looks_around("people")

    await person.follow("neighbour.1@example.org")
    await page.get_by_label("city").fill("Wien")
    await page.get_by_label("Tags").fill("vip, friend")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Tags")).to_have_value("friend, vip")
    await expect(page.get_by_label("city")).to_have_value("Wien")
    await person.looks_around("contact")

    await page.get_by_role("button", name="Erase the person").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Erase the person").click()
    await expect(page.get_by_role("rowheader")).to_have_count(3)
    await expect(page.get_by_text("neighbour.1@example.org")).to_have_count(0)


async def test_a_file_is_looked_at_its_columns_are_named_and_one_that_is_none_is_refused(person: Person) -> None:
    page = person.page
    await person.sign_in()
    await person.open("/contacts")
    file = page.get_by_label("CSV file")
    await file.set_input_files({"name": "a.xlsx", "mimeType": "text/csv", "buffer": b"PK\x03\x04 a spreadsheet"})
    await person.sees("save it as CSV")
    await expect(file).to_have_attribute("aria-invalid", "true")

    rows = b"who;where;note\nann@example.net;Graz;x\nnobody;Linz;y\n"
    await file.set_input_files({"name": "visitors.csv", "mimeType": "text/csv", "buffer": rows})
    await page.get_by_label("Column with the addresses").select_option("who")
    await page.get_by_label("where").fill("city")
    await page.get_by_label("note").fill("")
    await person.looks_around("upload")
    await page.get_by_role("button", name="Import", exact=True).click()
    await person.sees("must not be empty")
    await page.get_by_label("Name of the new list").fill("Visitors")
    await page.get_by_role("button", name="Import", exact=True).click()

    await expect(page.get_by_role("heading", name="visitors.csv")).to_be_visible()
    await person.is_told("completed")
    await expect(page.get_by_role("row", name="note")).to_contain_text("left out")
    await expect(page.get_by_role("row", name="where")).to_contain_text("city")
    await expect(page.get_by_role("link", name="Refused rows as CSV")).to_be_visible()


async def test_a_segment_is_tried_kept_and_made_a_list_of(person: Person) -> None:
    page = person.page
    await person.sign_in()
    await prepare(person)
    await person.open("/segments/new")
    await page.get_by_label("Name").fill("Of Graz")
    await page.get_by_role("button", name="Take it away").first.click()
    only = page.get_by_role("group", name="Condition")
    await expect(only).to_have_count(1)
    await only.get_by_label("What", exact=True).select_option("a field has a value")
    await only.get_by_label("Whether").select_option("must be true")
    await only.get_by_label("Its value").fill("graz")
    await page.get_by_role("button", name="Who is of it?").click()
    await expect(only.get_by_label("Field")).to_have_attribute("aria-invalid", "true")
    await only.get_by_label("Field").fill("city")
    await page.get_by_role("button", name="Who is of it?").click()
    await person.sees("3 contacts")
    await page.get_by_role("button", name="Add a condition").click()
    await only.nth(1).get_by_label("What", exact=True).select_option("the address is of the domain")
    await only.nth(1).get_by_label("Domain").fill("example.org")
    await page.get_by_role("button", name="Save").click()

    await person.sees("Make a list of them")
    await person.looks_around("segment")
    await page.get_by_role("button", name="As JSON").click()
    await page.get_by_label("Rules, as JSON").fill('{"field": "city"')
    await page.get_by_role("button", name="Who is of it?").click()
    await expect(page.get_by_label("Rules, as JSON")).to_have_attribute("aria-invalid", "true")
    await page.get_by_role("button", name="As conditions").click()
    await person.sees("Fields cannot say these rules")
    await page.get_by_label("Rules, as JSON").fill('{"not": {"tag": "vip"}}')
    await page.get_by_role("button", name="As conditions").click()
    await expect(page.get_by_label("Tag")).to_have_value("vip")
    await expect(only.get_by_label("Whether")).to_have_value("no")
    await page.get_by_label("Name of the new list").fill("Graz today")
    await page.get_by_role("button", name="Make the list").click()

    await expect(page.get_by_role("heading", name="Graz today")).to_be_visible()
    await person.sees("3 contacts")
