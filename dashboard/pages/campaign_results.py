"""What came back of a campaign: how far its contacts came, by round or otherwise, and whom it has stopped for."""

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from api.schemas.campaign import CampaignContactOut, CampaignOut
from api.schemas.statistics import FunnelOut, StatisticsOut, TimelineOut
from contracts.campaign import STOP_REASONS
from dashboard import paths
from dashboard.chart import Series, by_name
from dashboard.element import element, link
from dashboard.frame import Visit
from dashboard.live import live
from dashboard.reason import explained
from dashboard.results import groups, results, timeline
from dashboard.table import Column, nothing, reading_on, set_only, table
from dashboard.words import Words
from dashboard.written import moment

LIMIT: Final = "50"
SECONDS: Final = 15.0
FEW_DAYS: Final = 4
GROUPINGS: Final = {"round": "Round", "variant": "Variant", "service": "Service", "provider": "Provider"}
STAGES: Final = {
    "contacts": "Contacts", "mailed": "Written to", "delivered": "Delivered", "opened": "Opened",
    "clicked": "Clicked", "replied": "Replied",
}  # fmt: skip


async def came_back(visit: Visit, campaign_id: UUID, by: str) -> None:
    """Show the funnel, what happened when, and the statistics by one grouping."""
    say, chosen = visit.say, by if by in GROUPINGS else "round"
    element("h2", say("How far its contacts came"))
    await live(visit, lambda: visit.api.funnel(campaign_id), lambda told: _funnel(told, say), SECONDS)
    element("h2", say("What came back"), id="results")
    await live(visit, lambda: _timeline(visit, campaign_id), lambda told: timeline(told, say), SECONDS)
    with element("nav", classes="tabs", aria_label=say("Grouping")):
        for name, title in GROUPINGS.items():
            current = {"aria_current": "page"} if name == chosen else {}
            link(say(title), f"{paths.campaign(campaign_id)}?{urlencode({'by': name})}#results", **current)

    named = _names(await visit.api.campaign(campaign_id), say)

    def show(told: StatisticsOut) -> None:
        results(told.total, say)
        groups("What came back", GROUPINGS[chosen], told, say, named)

    await live(visit, lambda: visit.api.campaign_statistics(campaign_id, chosen), show, SECONDS)


def _names(told: CampaignOut, say: Words) -> dict[str, str]:
    """What rounds and their variants are called, by the keys of their groups."""
    named = {"other": say("other")}
    for each in told.rounds:
        round_name = say("Round {number}", number=each.round_no)
        named |= {str(each.round_no): round_name, f"{each.round_no}.-": round_name}
        for place, variant in enumerate(each.variants or ()):
            named[f"{each.round_no}.{place}"] = f"{round_name}: {variant.name}"
    return named


async def _timeline(visit: Visit, campaign_id: UUID) -> TimelineOut:
    """By the day, or by the hour while there are few days."""
    by_day = await visit.api.campaign_timeline(campaign_id, "day")
    return by_day if len(by_day.data) > FEW_DAYS else await visit.api.campaign_timeline(campaign_id, "hour")


def _funnel(told: FunnelOut, say: Words) -> None:
    series = [Series(say("All rounds"), [float(getattr(told, stage)) for stage in STAGES])]
    if len(told.rounds) > 1:
        for each in told.rounds:
            name = say("Round {number}", number=each.round)
            series.append(Series(name, [float(getattr(each, stage)) for stage in STAGES]))
    by_name(say("Contacts"), [say(title) for title in STAGES.values()], series, say, first="Stage")


async def contacts(visit: Visit, campaign_id: UUID, stop: str, cursor: str) -> None:
    """Show a part of its contacts, all or those it has stopped for by one reason."""
    say = visit.say
    chosen = stop if stop in STOP_REASONS else ""
    element("h2", say("Contacts"), id="contacts")
    with element("nav", classes="tabs", aria_label=say("Why it stopped")):
        for each in ("", *STOP_REASONS):
            current = {"aria_current": "page"} if each == chosen else {}
            query = f"?{urlencode({'stop': each})}" if each else ""
            title = explained(each, say) if each else say("All")
            link(title, f"{paths.campaign(campaign_id)}{query}#contacts", **current)
    filters = {"stopReason": chosen} if chosen else {}
    path = f"/api/campaigns/{campaign_id}/contacts"
    told = await visit.api.page(CampaignContactOut, path, {"limit": LIMIT, **filters, **set_only(cursor=cursor)})
    if not told.data:
        nothing(say("Nobody is like this."))
        return
    table("Contacts", _columns(say), told.data, say)
    reading_on(told, say, **({"stop": chosen} if chosen else {}))


def _columns(say: Words) -> list[Column[CampaignContactOut]]:
    return [
        Column("Address", lambda each: each.email or say("erased")),
        Column("Organisation", lambda each: each.organisation or "–"),
        Column("Opened", lambda each: moment(each.opened_at)),
        Column("Clicked", lambda each: moment(each.clicked_at)),
        Column("Replied", lambda each: moment(each.replied_at)),
        Column("Why it stopped", lambda each: explained(each.stop_reason, say) or "–"),
        Column("Stopped", lambda each: moment(each.stopped_at)),
        Column("Away until", lambda each: moment(each.not_before)),
    ]
