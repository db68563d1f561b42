"""Opens and clicks: every request is answered, people's are told from machines', and each is written once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

import api.visits
import mail.machine
from api.visits import Asked, Clicked, Visits
from mail.links import MailLinks
from runtime.resources import Resources
from runtime.settings import ApiSettings, Settings
from stack.postgres_outage import closed
from tests.integration.ledger.world import World
from tests.logged import until_logged

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"}
SHOP, BLOG = "https://shop.example/?a=1&b=2", "http://blog.example/%C3%BC"
EVENTS = "SELECT seq, kind, machine, detail FROM events ORDER BY seq, kind, machine, detail ->> 'link'"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same, with a base URL people can reach."""
    return settings.model_copy(update={"api": ApiSettings(public_url="http://test")})


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes together, at once or again does so on a busy machine too, whenever this runs."""
    monkeypatch.setattr(api.visits, "TOGETHER", timedelta(minutes=1))
    monkeypatch.setattr(api.visits, "SAME_FOR", 10**10)
    monkeypatch.setitem(mail.machine.AT_ONCE, "click", timedelta(minutes=1))


@pytest.fixture
async def world(resources: Resources) -> World:
    """A user who sends."""
    world = World(resources.ledger_pool)
    await world.begin()
    return world


@pytest.fixture
async def task(world: World) -> UUID:
    """Its mails."""
    return await world.task(mails=3)


@pytest.fixture
def visits(app: FastAPI) -> Visits:
    """What the process has noted."""
    found: Visits = app.state.visits
    return found


def pixel(resources: Resources, task: UUID, seq: int = 1) -> str:
    return str(resources.mail_links.link("open", task, seq))


def link(resources: Resources, task: UUID, number: int, url: str, seq: int = 1) -> str:
    return str(resources.mail_links.click(task, seq, number, url))


async def events(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await world.pool.fetch(EVENTS)]


async def test_a_person_who_opens_gets_a_picture_and_is_noted_once(
    resources: Resources, world: World, task: UUID, visits: Visits, http: httpx.AsyncClient
) -> None:
    answers = [await http.get(pixel(resources, task), headers=BROWSER) for _ in range(3)]
    await visits.write_now()

    assert {(answer.status_code, answer.headers["Content-Type"]) for answer in answers} == {(200, "image/gif")}
    assert "no-store" in answers[0].headers["Cache-Control"]
    assert await events(world) == [(1, "open", False, {"userAgent": BROWSER["User-Agent"]})]


async def test_a_click_leads_to_the_link_of_the_mail(
    resources: Resources, world: World, task: UUID, visits: Visits, http: httpx.AsyncClient
) -> None:
    for number, url in enumerate((SHOP, BLOG), start=1):
        answer = await http.get(link(resources, task, number, url), headers=BROWSER)
        assert (answer.status_code, answer.headers["Location"]) == (302, url)
        await visits.write_now()

    detail = {"userAgent": BROWSER["User-Agent"]}
    assert await events(world) == [
        (1, "click", False, {**detail, "link": 1, "url": SHOP}),
        (1, "click", False, {**detail, "link": 2, "url": BLOG}),
    ]
    row = await world.row("SELECT clicked_at, machine_clicked_at, opened_at FROM engagements")
    assert (row["clicked_at"] is not None, row["machine_clicked_at"], row["opened_at"]) == (True, None, None)


async def test_no_link_leads_where_the_mail_did_not(resources: Resources, task: UUID, http: httpx.AsyncClient) -> None:
    forged = str(MailLinks("eA" * 21 + "eA==", "http://test").click(task, 1, 1, "https://evil.example"))
    other = str(resources.mail_links.link("unsubscribe", task, 1)).replace("/unsubscribe/", "/c/")
    cut = link(resources, task, 1, SHOP)[:-4]

    for url in (forged, other, cut, "http://test/c/https:evil.example"):
        answer = await http.get(url, headers={**BROWSER, "Accept-Language": "zh-CN"})
        assert answer.status_code == 404
        assert "Location" not in answer.headers
    assert "此链接不完整" in answer.text


async def test_a_picture_nobody_made_is_a_picture_too(world: World, visits: Visits, http: httpx.AsyncClient) -> None:
    answer = await http.get("http://test/o/guessed.gif", headers=BROWSER)
    await visits.write_now()

    assert (answer.status_code, await events(world)) == (200, [])


async def test_a_head_counts_for_nothing(
    resources: Resources, world: World, task: UUID, visits: Visits, http: httpx.AsyncClient
) -> None:
    answers = [
        await http.head(url, headers=BROWSER) for url in (pixel(resources, task), link(resources, task, 1, SHOP))
    ]
    await visits.write_now()

    assert [answer.status_code for answer in answers] == [200, 302]
    assert await events(world) == []


async def test_machines_are_told_apart(
    resources: Resources, world: World, task: UUID, visits: Visits, http: httpx.AsyncClient
) -> None:
    await http.get(pixel(resources, task), headers={"User-Agent": "Mozilla/5.0"})
    await http.get(pixel(resources, task, 2), headers={**BROWSER, "Sec-Purpose": "prefetch"})
    for number, url in enumerate((SHOP, BLOG), start=1):
        await http.get(link(resources, task, number, url, seq=3), headers=BROWSER)
    await http.get(link(resources, task, 1, SHOP, seq=3), headers={"User-Agent": "Safari"})
    await visits.write_now()

    found = [(seq, kind, machine, detail.get("machine")) for seq, kind, machine, detail in await events(world)]
    assert found == [
        (1, "open", True, "apple_privacy"),
        (2, "open", True, "prefetch"),
        (3, "click", False, None),
        (3, "click", True, "many_links"),
        (3, "click", True, "many_links"),
    ]


async def test_what_comes_right_after_the_sending_is_a_machine(
    resources: Resources, world: World, task: UUID, visits: Visits, http: httpx.AsyncClient
) -> None:
    await world.sent(await world.service(), task)
    await http.get(link(resources, task, 1, SHOP), headers=BROWSER)
    await visits.write_now()
    await world.pool.execute("UPDATE guard_clock SET ahead = ahead + interval '1 day'")
    await http.get(link(resources, task, 1, SHOP), headers=BROWSER)
    await visits.write_now()

    assert [(machine, detail.get("machine")) for _, _, machine, detail in await events(world)] == [
        (False, None), (True, "at_once"),
    ]  # fmt: skip
    row = await world.row("SELECT clicked_at - machine_clicked_at AS later FROM engagements")
    assert row["later"].days in (0, 1)


async def test_while_the_database_is_away_all_is_answered_and_written_later(
    resources: Resources,
    world: World,
    task: UUID,
    visits: Visits,
    http: httpx.AsyncClient,
    postgres_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    name = await world.pool.fetchval("SELECT current_database()")
    addresses = (pixel(resources, task), link(resources, task, 1, SHOP))

    async with closed(postgres_url, name):
        answers = [await http.get(url, headers=BROWSER) for url in addresses]
        writing = asyncio.create_task(visits.write_now())
        await until_logged(caplog, "the database is away")
        assert not writing.done()
    await writing

    assert [answer.status_code for answer in answers] == [200, 302]
    assert [kind for _, kind, _, _ in await events(world)] == ["click", "open"]


async def test_an_event_that_cannot_be_written_does_not_keep_others_from_it(world: World, task: UUID) -> None:
    async with Visits(world.pool) as visits:
        await world.pool.execute("ALTER TABLE events RENAME TO mislaid")
        visits.note(Asked(task, 1, "open", "Firefox"))
        await visits.write_now()
        await world.pool.execute("ALTER TABLE mislaid RENAME TO events")
        visits.note(Asked(task, 2, "open", "Fire\0fox"))

    assert await events(world) == [(2, "open", False, {"userAgent": "Firefox"})]


async def test_more_than_can_be_kept_is_left_out(
    world: World, task: UUID, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(api.visits, "MOST", 2)

    async with Visits(world.pool) as visits:
        for seq in (1, 2, 3):
            visits.note(Asked(task, seq, "open", "Firefox"))

    assert len(await events(world)) == 2
    assert "1 opens and clicks were too many at once" in caplog.text


async def test_a_click_is_written_by_itself_once_it_is_known_to_have_come_alone(
    world: World, task: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.visits, "TOGETHER", timedelta(milliseconds=20))

    async with Visits(world.pool) as visits:
        for seq in (1, 2):
            visits.note(Asked(task, seq, "click", "Firefox", clicked=Clicked(1, SHOP)))
        async with asyncio.timeout(10):
            while len(await events(world)) < 2:  # noqa: ASYNC110 - a database sets no event
                await asyncio.sleep(0.01)


async def test_of_a_mail_that_is_gone_nothing_is_written(world: World) -> None:
    async with Visits(world.pool) as visits:
        visits.note(Asked(UUID(int=1), 1, "open", "Firefox"))

    assert await events(world) == []
