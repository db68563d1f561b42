"""A campaign, ordered at the pages and followed until its first round is out."""

import asyncio
import csv
import re

import pytest
from playwright.async_api import expect

from api.client import ApiClient
from database.connect import create_pool
from database.queries import task_moves
from evidence import playground
from tests.browser.person import PATIENCE_MS, Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
INTERVAL = 0.2
PEOPLE = 6
TRIED, REST = 40, 10
ALL_OF_B = """
    INSERT INTO engagements (task_id, seq, replied_at) SELECT task_id, seq, now() FROM subtasks
    WHERE task_id = $1 AND variant = 1 AND status = 'sent'
"""
QUICK_RETRIES = "UPDATE system_config SET value = '1' WHERE key = 'queue.pending_retry_interval'"
"""Providers put a few addresses off; nobody may set less than half a minute, which is long for a test."""
TRIAL_IS_OVER = "UPDATE tasks SET winner_at = guard_now() WHERE id = $1"


async def prepare(person: Person) -> None:
    """Services, a list and a template; the pages that make them have their own test."""
    rows = list(csv.DictReader(playground.services_file(person.where.folder).read_text().splitlines()))[10:13]
    services: list[dict[str, object]] = [{**row, "sendingInterval": INTERVAL} for row in rows]
    async with ApiClient(person.where.api_url, person.key) as api:
        assert (await api.create_services(services)).created == len(services)
        known = await api.create_list("Partners")
        people = [{"email": f"partner.{number}@example.org"} for number in range(PEOPLE)]
        await api.add_contacts(known.id, people)
        await api.create_template({"name": "Offer", "subject": "An offer", "html": "<p>Good day</p>"})


async def test_a_campaign_of_three_rounds_with_variants_is_ordered_and_seen_to_be_sent(person: Person) -> None:
    page = person.page
    await person.sign_in()
    await prepare(person)
    await person.follow("Campaigns")
    await person.sees("No campaign here yet")
    await person.looks_around("campaigns")

    await person.follow("New campaign")
    await page.get_by_label("Name").fill("Offers")
    await page.get_by_role("button", name="Add a round").click()
    second = page.get_by_role("group", name="Round 2")
    await expect(second.get_by_label("Template")).to_be_focused()
    await expect(page.get_by_label("Name")).to_have_value("Offers")
    await second.get_by_label("Delay", exact=True).fill("4")
    await expect(second.get_by_label("in the thread of the mail before")).to_be_checked()
    await page.get_by_role("button", name="Add a round").click()
    await expect(page.get_by_role("group", name="Round 3").get_by_label("Template")).to_be_focused()
    await page.get_by_role("group", name="Round 1").get_by_role("button", name="Compare variants").click()
    variant = page.get_by_role("group", name="Variant B")
    await expect(variant.get_by_label("Template")).to_be_focused()
    await variant.get_by_label("Subject").fill("OUR BEST OFFER!!!")
    await variant.get_by_label("in percent").fill("30")
    await page.get_by_label("An answer stops colleagues").check()
    await page.get_by_label("Not before").fill("00:00")
    await page.get_by_label("Not after").fill("00:00")
    await page.get_by_label("Time zone").fill("Europe/Vienna")
    await page.get_by_role("button", name="What would it do?").click()
    await person.sees("without a `winnerRule` they must sum to 1")
    await variant.get_by_label("in percent").fill("50")
    await page.get_by_role("button", name="What would it do?").click()
    await person.sees("of the first round would be sent")
    await person.sees("Round 1 B (subject)")
    await person.looks_around("new-campaign")
    await page.get_by_role("button", name="Begin", exact=True).click()

    await person.sees("Offers · sending")
    await person.sees("4 business days")
    await person.sees("OUR BEST OFFER!!!")
    await expect(page.get_by_role("cell", name=re.compile(rf"[1-{PEOPLE}] . {PEOPLE}"))).to_be_visible(
        timeout=PATIENCE_MS
    )
    await person.looks_around("campaign")
    await page.get_by_role("button", name="Pause").click()
    await person.sees("Offers · paused")
    person.complaints = [each for each in person.complaints if "422" not in each]


async def test_a_round_that_has_not_begun_is_changed_and_what_is_wrong_is_told_at_its_field(person: Person) -> None:
    page = person.page
    await person.sign_in()
    await prepare(person)
    async with ApiClient(person.where.api_url, person.key) as api:
        known = (await anext(api.lists())).id
        template = (await anext(api.templates())).id
        variants = [{"name": name, "share": 0.5, "subject": f"Offer {name}", "text": name} for name in ("A", "B")]
        rounds = [{"templateId": str(template)}, {"variants": variants, "delay": 2}]
        order = {"name": "Later", "contactListId": str(known), "rounds": rounds, "startAt": "2100-01-01T00:00:00Z"}
        made = await api.submit_campaign(order)
    await person.open(f"/campaigns/{made.id}/rounds/2")

    await page.get_by_label("Delay", exact=True).fill("1000")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Delay", exact=True)).to_have_attribute("aria-invalid", "true")
    await person.looks_around("round")
    await page.get_by_label("Delay", exact=True).fill("9")
    second = page.get_by_role("group", name="Variant B")
    await expect(second.get_by_label("Subject")).to_have_value("Offer B")
    await page.get_by_role("button", name="Add a variant").click()
    third = page.get_by_role("group", name="Variant C")
    await third.get_by_label("Template").select_option("Offer")
    await third.get_by_label("Subject").fill("{{")
    await third.get_by_label("in percent").fill("30")
    await page.get_by_role("button", name="Take it away Variant A").click()
    await expect(page.get_by_role("group", name="Variant A")).to_have_count(0)
    await second.get_by_label("in percent").fill("30")
    await page.get_by_label("The rest gets the one").select_option("with the most replies")
    await page.get_by_role("button", name="Save").click()
    await expect(third.get_by_label("Subject")).to_have_attribute("aria-invalid", "true")
    await third.get_by_label("Subject").fill("A new offer")
    await third.get_by_label("in percent").fill("70")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("a `winnerRule` needs a rest to send to")).to_be_focused()
    await third.get_by_label("in percent").fill("30")
    await page.get_by_role("button", name="Save").click()

    await person.sees("9 days")
    await expect(page.get_by_role("row", name=re.compile("^B Offer B 30.0%"))).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("^C A new offer 30.0%"))).to_be_visible()
    await person.sees("After 2 d the rest gets the one with the most replies")
    await person.follow("Change")
    await page.get_by_label("Not before").fill("09:00")
    await page.get_by_label("Not after").fill("17:00")
    await page.get_by_label("Saturday").uncheck()
    await page.get_by_label("Holidays").fill("Christmas")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Holidays")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Holidays").fill("2100-12-25")
    await person.looks_around("change-campaign")
    await page.get_by_role("button", name="Save").click()
    await person.sees("09:00 – 17:00")
    person.complaints = [each for each in person.complaints if "422" not in each]


async def test_who_won_among_variants_is_seen_with_the_figures_by_which_it_was_decided(person: Person) -> None:
    await person.sign_in()
    await prepare(person)
    part = TRIED / 2 / (TRIED + REST)
    variants = [{"name": name, "share": part, "subject": f"Offer {name}", "text": name} for name in ("A", "B")]
    rule = {"measure": "replies", "after": "PT48H"}
    async with await create_pool(person.where.database_url) as pool:
        await pool.execute(QUICK_RETRIES)
    async with ApiClient(person.where.api_url, person.key) as api:
        known = await api.create_list("Many")
        await api.add_contacts(known.id, [{"email": f"one.{number}@example.org"} for number in range(TRIED + REST)])
        rounds = [{"variants": variants, "winnerRule": rule}]
        made = await api.submit_campaign({"name": "Trial", "contactListId": str(known.id), "rounds": rounds})
        await person.open(f"/campaigns/{made.id}")
        await person.sees("After 2 d the rest gets the one with the most replies")
        while (first := (await api.campaign(made.id)).rounds[0]).by_status.sent < TRIED:  # noqa: ASYNC110 - others send
            await asyncio.sleep(0.2)
    await person.sees("By what is known now, no winner can be told, and the rest would get the first, A.")

    async with await create_pool(person.where.database_url) as pool, pool.acquire() as connection:
        await connection.execute(ALL_OF_B, first.task_id)
        await connection.execute(TRIAL_IS_OVER, first.task_id)
        assert first.task_id is not None
        await task_moves.release_retries(connection, first.task_id)

    await person.sees("B has won")
    won = person.page.get_by_role("row", name=re.compile("^B "))
    await expect(won).to_contain_text("20 / 20 (100.0%)")
    await expect(won).to_contain_text("won: the rest gets it")
    await person.looks_around("variants")
