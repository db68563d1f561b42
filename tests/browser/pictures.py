"""The pictures of the dashboard that the documentation shows, anew: `make pictures`.

One story on a stack of its own, the same each time: a hundred services, two lists, a mailing under way, a campaign
whose first round is out. It waits for what a picture shows, then takes it.
"""

import asyncio
import csv
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from playwright.async_api import Page, async_playwright

from api.client import ApiClient
from api.operations.admin_key import make_admin_key
from evidence import playground
from stack.local import LocalStack
from stack.surroundings import Surroundings, stack_ports
from tests.browser.conftest import CHROMIUM, QUIET
from tests.browser.person import Person

FOLDER = Path(__file__).parents[2] / "docs/pictures"
NAMES = ("overview", "task", "mail", "services", "campaign")
"""As the files are called; each is on some page, and no other is (`tests/architecture/test_site.py`)."""
SIZE = (1200, 600)
PEOPLE, PARTNERS = 12_000, 40
INTERVAL = 5.0
MINUTES = 6
"""Of measuring: the curves of the overview join five minutes each."""
PAUSE = 1.0
READERS = (("Ann", "Graz"), ("Bob", "Linz"), ("Chiara", "Turin"), ("Dong", "Xiamen"), ("Eva", "Malmö"))
LETTER = "<p>Good day {{ first_name }},</p><p>our garden opens in April. Will you come to {{ city }}?</p>"


async def order(api: ApiClient, where: Surroundings) -> tuple[UUID, UUID]:
    """What a person would have ordered: a mailing and a campaign."""
    rows = csv.DictReader(playground.services_file(where.folder).read_text().splitlines())
    services: list[dict[str, object]] = [{**row, "sendingInterval": INTERVAL} for row in rows]
    await api.create_services(services)
    readers, partners = await api.create_list("Readers"), await api.create_list("Partners")
    people = [
        {"email": f"reader.{number}@example.org", "fields": {"first_name": name, "city": city}}
        for number, (name, city) in zip(range(PEOPLE), READERS * PEOPLE, strict=False)
    ]
    for first in range(0, PEOPLE, 1_000):
        await api.add_contacts(readers.id, people[first : first + 1_000])
    await api.add_contacts(partners.id, [{"email": f"partner.{number}@example.com"} for number in range(PARTNERS)])
    letter = await api.create_template({"name": "Letter", "subject": "Spring, {{ first_name }}", "html": LETTER})
    offer = await api.create_template({"name": "Offer", "subject": "An offer", "html": "<p>Good day</p>"})
    again = await api.create_template({"name": "Again", "subject": "Did you see it?", "html": "<p>Good day</p>"})
    rounds = [
        {"templateId": str(offer.id)},
        {"templateId": str(again.id), "delay": 3, "delayUnit": "business_days"},
        {"templateId": str(again.id), "delay": 7, "audience": "not_opened"},
    ]
    campaign = await api.submit_campaign(
        {"name": "Spring outreach", "contactListId": str(partners.id), "rounds": rounds, "priority": 1}
    )
    task = await api.submit_task(
        {"name": "Spring letter", "contactListId": str(readers.id), "templateId": str(letter.id)}
    )
    return task.id, campaign.id


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again."""
    while not await done():  # noqa: ASYNC110 - another process measures
        await asyncio.sleep(PAUSE)


async def measured(api: ApiClient) -> bool:
    """Whether the curves have something to show."""
    since = datetime.now(UTC) - timedelta(hours=1)
    return len((await api.metric("queue_throughput", since, 60)).points) >= MINUTES


@asynccontextmanager
async def visitor(where: Surroundings, key: str) -> AsyncIterator[Person]:
    """Somebody who has signed in, at a window of the pictures' size."""
    width, height = SIZE
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page: Page = await browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
        someone = Person(page, where, key)
        await someone.sign_in()
        yield someone
        await browser.close()


async def take(person: Person, name: str, path: str, sign: str) -> None:
    """Open a page, wait until it tells this, unfold it if it is folded, and keep the picture."""
    page = person.page
    await person.open(path)
    await person.sees(sign)
    if await (folded := page.locator("summary", has_text=sign)).count():
        await folded.click()
    await page.mouse.move(*SIZE)
    await page.screenshot(path=FOLDER / f"{name}.png")


async def main() -> None:
    """Start everything, wait for some minutes of mails, take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        stack_ports(Path(folder), well_known=False)
        async with LocalStack(Path(folder), programs=playground.programs) as stack:
            where = stack.surroundings
            key = await make_admin_key(where.database_url, "ann@tempost.example", "pictures")
            async with ApiClient(where.api_url, key) as api, visitor(where, key) as person:
                task_id, campaign_id = await order(api, where)
                await until(lambda: measured(api))
                await take(person, "overview", "/", "Mails an hour")
                await take(person, "task", f"/tasks/{task_id}", "Why mails wait")
                await take(person, "mail", f"/tasks/{task_id}/mails/1", "Why this service")
                await take(person, "services", "/services", "service-001")
                await take(person, "campaign", f"/campaigns/{campaign_id}", "Spring outreach")


if __name__ == "__main__":
    asyncio.run(main())
