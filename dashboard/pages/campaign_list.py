"""All campaigns, the newest first, a part at a time."""

from typing import Final, get_args

from api.schemas.base import Page
from api.schemas.campaign import CampaignOut, RoundOut
from contracts.task import TaskStatus
from dashboard import paths
from dashboard.bar import STATUSES, bar
from dashboard.element import element, link
from dashboard.frame import Visit, page, shown_at
from dashboard.live import live
from dashboard.table import Column, nothing, reading_on, set_only, table
from dashboard.words import Words
from dashboard.written import count, moment

LIMIT: Final = "50"
ALL: Final = get_args(TaskStatus)
ON_THEIR_WAY: Final = ("scheduled", "sending")


@shown_at(paths.CAMPAIGNS)
async def campaign_list(status: str = "", cursor: str = "") -> None:
    """List campaigns, all or those of one status."""
    filters = set_only(status=status, cursor=cursor)
    async with page("Campaigns", paths.CAMPAIGNS) as visit:
        with element("div", classes="actions"):
            link(visit.say("New campaign"), paths.NEW_CAMPAIGN, classes="main")
        _choice(status, visit.say)

        async def ask() -> Page[CampaignOut]:
            return await visit.api.page(CampaignOut, "/api/campaigns", {"limit": LIMIT, **filters})

        await live(visit, ask, lambda told: _campaigns(visit, told, status))


def _choice(status: str, say: Words) -> None:
    with element("nav", classes="tabs", aria_label=say("Status")):
        for each in ("", *ALL):
            current = {"aria_current": "page"} if each == status else {}
            path = f"{paths.CAMPAIGNS}?status={each}" if each else paths.CAMPAIGNS
            link(say(each) if each else say("All"), path, **current)


def _campaigns(visit: Visit, told: Page[CampaignOut], status: str) -> None:
    say = visit.say
    if not told.data:
        why = say("No campaign here yet: it writes to a list in several rounds, and stops for whoever answers.")
        nothing(why, say("New campaign"), paths.NEW_CAMPAIGN)
        return
    columns = (
        Column[CampaignOut]("Campaign", _named),
        Column[CampaignOut]("Status", lambda each: say(each.status)),
        Column[CampaignOut]("Rounds", lambda each: f"{len(begun(each))} / {len(each.rounds)}", numeric=True),
        Column[CampaignOut]("Progress", lambda each: _progress(each, say)),
        Column[CampaignOut]("Sent", lambda each: count(sum(of.by_status.sent for of in each.rounds)), numeric=True),
        Column[CampaignOut]("Next round", lambda each: _next(each, say)),
        Column[CampaignOut]("Created", lambda each: moment(each.created_at)),
    )
    table("Campaigns", columns, told.data, say)
    reading_on(told, say, **({"status": status} if status else {}))


def begun(campaign: CampaignOut) -> list[RoundOut]:
    """Its rounds that have begun."""
    return [each for each in campaign.rounds if each.began_at is not None]


def coming_round(campaign: CampaignOut) -> RoundOut | None:
    """Which round comes next; None: none will."""
    coming = (each for each in campaign.rounds if each.began_at is None)
    return next(coming, None) if campaign.status in ON_THEIR_WAY else None


def _next(campaign: CampaignOut, say: Words) -> str:
    coming = coming_round(campaign)
    return "–" if coming is None else f"{coming.round_no}: {begins(coming, say)}"


def begins(told: RoundOut, say: Words) -> str:
    """When a round began or is to begin."""
    if told.began_at is not None:
        return moment(told.began_at)
    if told.begins_at is not None:
        return moment(told.begins_at)
    return say("after the round before") if told.round_no > 1 else say("at once")


def _named(each: CampaignOut) -> None:
    link(each.name, paths.campaign(each.id))


def _progress(each: CampaignOut, say: Words) -> None:
    bar([(status, sum(getattr(of.by_status, status) for of in each.rounds)) for status in STATUSES], say)
