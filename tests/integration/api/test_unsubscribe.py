"""The link in a mail: a person needs no key, and one POST is enough (RFC 8058)."""

import httpx
import pytest

from mail.links import MailLinks
from runtime.resources import Resources
from runtime.settings import ApiSettings, Settings
from tests.integration.ledger.world import World


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same, with a base URL people can reach."""
    return settings.model_copy(update={"api": ApiSettings(public_url="http://test")})


@pytest.fixture
async def world(resources: Resources) -> World:
    """A user who sends."""
    world = World(resources.ledger_pool)
    await world.begin()
    return world


async def link_of(resources: Resources, world: World) -> str:
    """The link in the first mail of a task."""
    link = resources.mail_links.link("unsubscribe", await world.task(mails=1), 1)
    assert link is not None
    return link


async def suppressions(world: World) -> int:
    count: int = await world.pool.fetchval("SELECT count(*) FROM suppressions WHERE user_id = $1", world.user_id)
    return count


async def test_a_post_unsubscribes_and_twice_is_harmless(
    resources: Resources, world: World, http: httpx.AsyncClient
) -> None:
    link = await link_of(resources, world)

    answers = [await http.post(link, data={"List-Unsubscribe": "One-Click"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert await suppressions(world) == 1


async def test_opening_the_link_only_asks(resources: Resources, world: World, http: httpx.AsyncClient) -> None:
    answer = await http.get(await link_of(resources, world))

    assert "<button>Unsubscribe</button>" in answer.text
    assert await suppressions(world) == 0


async def test_a_link_nobody_made_is_not_found(world: World, http: httpx.AsyncClient) -> None:
    forged = MailLinks("eA" * 21 + "eA==", "http://test").link("unsubscribe", await world.task(mails=1), 1)

    assert forged is not None
    assert (await http.post(forged)).status_code == 404
    assert await suppressions(world) == 0
