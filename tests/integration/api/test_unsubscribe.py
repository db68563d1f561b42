"""The links in a mail: a person needs no key, one POST is enough (RFC 8058), and a GET changes nothing."""

from uuid import UUID

import httpx
import pytest

from mail.links import MailLinks, Purpose
from runtime.resources import Resources
from runtime.settings import ApiSettings, Settings
from stack.postgres_outage import closed
from tests.integration.ledger.campaign import Correspondence
from tests.integration.ledger.world import World

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BODIES = [
    {"data": ONE_CLICK},
    {"files": {"List-Unsubscribe": (None, "One-Click")}},
    {"content": b""},
]
SAME_PERSON = """
    UPDATE subtasks b SET email = a.email, contact_id = a.contact_id FROM subtasks a
    WHERE a.task_id = $1 AND a.seq = 1 AND b.task_id = $2
"""
MEMBERS = "SELECT count(*) FROM contact_list_members m JOIN tasks t USING (contact_list_id) WHERE t.id = $1"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same, with a base URL people can reach."""
    return settings.model_copy(update={"api": ApiSettings(public_url="http://test")})


@pytest.fixture
async def mails(resources: Resources) -> Correspondence:
    """A task of two mails to a list, in a campaign."""
    world = World(resources.ledger_pool)
    await world.begin()
    found = Correspondence(world, await world.task(mails=2))
    await found.in_campaign()
    return found


def link_of(resources: Resources, mails: Correspondence, purpose: Purpose = "unsubscribe") -> str:
    """A link in the first mail of the task."""
    return str(resources.mail_links.link(purpose, mails.task_id, 1))


async def events(mails: Correspondence) -> list[tuple[str, str]]:
    rows = await mails.world.pool.fetch("SELECT kind, detail ->> 'by' AS by FROM events ORDER BY id")
    return [(row["kind"], row["by"]) for row in rows]


async def stop_reason(mails: Correspondence) -> str | None:
    reason: str | None = (await mails.contact())["stop_reason"]
    return reason


@pytest.mark.parametrize("body", BODIES)
async def test_a_post_alone_unsubscribes_and_twice_is_harmless(
    resources: Resources, mails: Correspondence, http: httpx.AsyncClient, body: dict[str, object]
) -> None:
    link = link_of(resources, mails)

    answers = [await http.post(link, **body) for _ in range(2)]  # type: ignore[arg-type] # each is a kind of body

    assert [(answer.status_code, "Set-Cookie" in answer.headers) for answer in answers] == [(200, False)] * 2
    assert await mails.suppressions() == {1: "unsubscribed"}
    assert await events(mails) == [("unsubscribe", "page" if "content" in body else "one_click")]
    assert await stop_reason(mails) == "unsubscribed"


async def test_opening_the_link_only_asks(resources: Resources, mails: Correspondence, http: httpx.AsyncClient) -> None:
    answer = await http.get(link_of(resources, mails))

    assert "<button>Unsubscribe</button>" in answer.text
    assert link_of(resources, mails, "preferences") in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert await mails.suppressions() == {}


async def test_a_link_nobody_made_is_not_found(
    resources: Resources, mails: Correspondence, http: httpx.AsyncClient
) -> None:
    forged = str(MailLinks("eA" * 21 + "eA==", "http://test").link("unsubscribe", mails.task_id, 1))
    gone = str(resources.mail_links.link("unsubscribe", UUID(int=1), 1))
    for_clicks = link_of(resources, mails, "open").replace("/o/", "/preferences/").removesuffix(".gif")

    assert [(await http.post(link)).status_code for link in (forged, gone)] == [404, 404]
    assert [(await http.get(link)).status_code for link in (forged, for_clicks)] == [404, 404]
    assert await mails.suppressions() == {}


async def choose(http: httpx.AsyncClient, link: str, choice: str) -> str:
    """Choose, and read which choice the page marks now."""
    answer = await http.post(link, data={"choice": choice})
    assert answer.status_code == 200
    assert "Your choice is saved." in answer.text
    return chosen(answer)


def chosen(answer: httpx.Response) -> str:
    return answer.text.partition('" checked')[0].rpartition('value="')[2]


async def test_the_page_says_who_writes_to_whom_and_changes_nothing(
    resources: Resources, mails: Correspondence, http: httpx.AsyncClient
) -> None:
    await mails.world.pool.execute("UPDATE users SET name = 'Ada <b>'")

    answer = await http.get(link_of(resources, mails, "preferences"), headers={"Accept-Language": "zh"})

    email = await mails.world.pool.fetchval("SELECT email FROM subtasks WHERE seq = 1")
    assert "Ada &lt;b&gt;" in answer.text
    assert email not in answer.text
    assert f"{email[0]}•••@example.net" in answer.text
    assert (chosen(answer), answer.headers["Content-Language"]) == ("all", "zh")
    assert await events(mails) == []


async def test_one_list_can_be_left_and_joined_again(
    resources: Resources, mails: Correspondence, http: httpx.AsyncClient
) -> None:
    link = link_of(resources, mails, "preferences")

    assert [await choose(http, link, "list") for _ in range(2)] == ["list", "list"]
    assert await mails.world.pool.fetchval(MEMBERS, mails.task_id) == 1
    assert await stop_reason(mails) == "unsubscribed"
    assert await mails.suppressions() == {}

    assert await choose(http, link, "all") == "all"
    assert await mails.world.pool.fetchval(MEMBERS, mails.task_id) == 2
    assert await stop_reason(mails) is None


async def test_who_unsubscribed_by_mistake_can_come_back_and_leave_again(
    resources: Resources, mails: Correspondence, http: httpx.AsyncClient
) -> None:
    link = link_of(resources, mails, "preferences")
    await http.post(link_of(resources, mails), data=ONE_CLICK)
    assert chosen(await http.get(link)) == "none"

    assert await choose(http, link, "all") == "all"
    assert (await mails.suppressions(), await stop_reason(mails)) == ({}, None)

    assert [await choose(http, link, "none") for _ in range(2)] == ["none", "none"]
    assert await mails.suppressions() == {1: "unsubscribed"}
    assert await events(mails) == [("unsubscribe", "one_click"), ("unsubscribe", "page")]


async def test_coming_back_does_not_join_a_list_that_was_left(
    resources: Resources, mails: Correspondence, http: httpx.AsyncClient
) -> None:
    other = Correspondence(mails.world, await mails.world.task(mails=1))
    await mails.world.pool.execute(SAME_PERSON, mails.task_id, other.task_id)
    await choose(http, link_of(resources, mails, "preferences"), "list")

    await choose(http, link_of(resources, other, "preferences"), "all")

    assert await stop_reason(mails) == "unsubscribed"


async def test_who_complained_cannot_be_subscribed_again(
    resources: Resources, mails: Correspondence, http: httpx.AsyncClient
) -> None:
    await mails.tell("complaint")
    link = link_of(resources, mails, "preferences")

    answer = await http.post(link, data={"choice": "all"})

    assert "does not write to this address any more" in answer.text
    assert await mails.suppressions() == {1: "complained"}


async def test_a_list_of_one_tasks_recipients_cannot_be_left_alone(
    resources: Resources, mails: Correspondence, http: httpx.AsyncClient
) -> None:
    await mails.world.pool.execute("UPDATE contact_lists SET hidden = true")
    link = link_of(resources, mails, "preferences")

    answer = await http.get(link)

    assert ('value="list"' in answer.text, chosen(answer)) == (False, "all")
    assert await choose(http, link, "none") == "none"


async def test_the_page_is_there_for_someone_who_was_erased(
    resources: Resources, mails: Correspondence, http: httpx.AsyncClient
) -> None:
    await mails.world.pool.execute("UPDATE subtasks SET contact_id = NULL")
    link = link_of(resources, mails, "preferences")

    assert [await choose(http, link, choice) for choice in ("none", "all")] == ["none", "all"]


async def test_while_the_database_is_away_a_person_is_asked_to_come_again(
    resources: Resources, mails: Correspondence, http: httpx.AsyncClient, postgres_url: str
) -> None:
    name = await mails.world.pool.fetchval("SELECT current_database()")

    async with closed(postgres_url, name):
        answers = [await http.post(link_of(resources, mails)), await http.get(link_of(resources, mails, "preferences"))]
        question = await http.get(link_of(resources, mails))

    assert [(answer.status_code, "Retry-After" in answer.headers) for answer in answers] == [(503, True)] * 2
    assert "try again in a few minutes" in answers[0].text
    assert question.status_code == 200
