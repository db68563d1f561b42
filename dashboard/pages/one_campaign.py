"""One campaign: its rounds, why mails wait and until when, what may be ordered."""

from typing import Final
from uuid import UUID

from api.schemas.campaign import CampaignOut, RoundOut, RoundWaiting
from contracts.identifiers import campaign_workflow_id
from dashboard import paths
from dashboard.bar import STATUSES, bar, legend
from dashboard.button import button
from dashboard.element import element, link
from dashboard.figure import figure, figures
from dashboard.frame import Visit, page, shown_at
from dashboard.live import live, side_by_side
from dashboard.pages.campaign_list import begins, begun, coming_round
from dashboard.pages.campaign_results import came_back, contacts
from dashboard.pages.campaign_variants import variants_of
from dashboard.reason import explained
from dashboard.round_fields import AUDIENCES
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import count, moment

ENDED: Final = ("completed", "cancelled")
DELAYS: Final = {"days": "{number} days", "business_days": "{number} business days"}
Wait = tuple[RoundOut, RoundWaiting]


@shown_at(paths.CAMPAIGN)
async def campaign(campaign_id: UUID, by: str = "round", stop: str = "", cursor: str = "") -> None:
    """Show one campaign; its results by a grouping, its contacts by why they stopped."""
    async with page("Campaign", paths.CAMPAIGNS) as visit:
        await live(visit, lambda: visit.api.campaign(campaign_id), lambda told: _campaign(visit, told))
        await side_by_side(
            lambda: variants_of(visit, campaign_id),
            lambda: came_back(visit, campaign_id, by),
            lambda: contacts(visit, campaign_id, stop, cursor),
        )


def _campaign(visit: Visit, told: CampaignOut) -> None:
    say = visit.say
    element("p", f"{told.name} · {say(told.status)}", classes="lead", role="status")
    visit.workflow_link(campaign_workflow_id(told.id))
    _orders(visit, told)
    parts = [(status, sum(getattr(each.by_status, status) for each in told.rounds)) for status in STATUSES]
    legend(parts, say)
    with figures():
        figure(say("Rounds"), f"{len(begun(told))} / {len(told.rounds)}", say("have begun"))
        coming = coming_round(told)
        figure(
            say("Next round"),
            "–" if coming is None else begins(coming, say),
            "" if coming is None else say("Round {number}", number=coming.round_no),
        )
        figure(say("Sent"), count(dict(parts)["sent"]), say("mails of all rounds"))
        hours = "–" if told.window is None else f"{told.window.opens} – {told.window.closes}"
        figure(say("Sending hours"), hours, say("of the recipient's day, else of {zone}", zone=told.time_zone))
        figure(say("Ends"), moment(told.completed_at))
    element("h2", say("Rounds"))
    _rounds(visit, told)
    _waiting(told, say)


def _orders(visit: Visit, told: CampaignOut) -> None:
    """What may be ordered in its status."""
    if told.status in ENDED:
        return
    say = visit.say

    async def order(name: str) -> None:
        await visit.api.order_campaign(told.id, name)

    with element("div", classes="actions"):
        if told.status == "paused":
            button(visit, say("Resume"), lambda: order("resume"), classes="main")
        else:
            button(visit, say("Pause"), lambda: order("pause"))
        link(say("Add a round"), paths.new_round(told.id), classes="action")
        link(say("Change"), paths.change_campaign(told.id), classes="action")
        asks = say("Cancel this campaign? What is not sent stays unsent for ever, and no further round begins.")
        button(visit, say("Cancel the campaign"), lambda: order("cancel"), asks=asks)


def _rounds(visit: Visit, told: CampaignOut) -> None:
    say = visit.say

    def named(each: RoundOut) -> None:
        """A round that has begun is its task; before that it can be changed."""
        title = say("Round {number}", number=each.round_no)
        if each.task_id is not None:
            link(title, paths.task(each.task_id))
        elif told.status in ENDED:
            element("span", title)
        else:
            link(title, paths.campaign_round(told.id, each.round_no))
            element("span", f" ({say('change it')})", classes="faint")

    columns = (
        Column[RoundOut]("Round", named),
        Column[RoundOut]("Subject", _subject),
        Column[RoundOut]("Status", lambda each: say(each.status) if each.status else say("not begun")),
        Column[RoundOut]("Progress", lambda each: _progress(each, say)),
        Column[RoundOut]("Sent", lambda each: f"{count(each.by_status.sent)} / {count(each.total)}", numeric=True),
        Column[RoundOut]("Begins", lambda each: begins(each, say)),
        Column[RoundOut]("To", lambda each: say(AUDIENCES[each.audience]) if each.round_no > 1 else say("all")),
        Column[RoundOut]("Delay", lambda each: delayed(each, say)),
    )
    table("Rounds", columns, told.rounds, say)


def _subject(told: RoundOut) -> None:
    element("span", told.subject, classes="wraps")


def _waiting(told: CampaignOut, say: Words) -> None:
    waits: list[Wait] = [(each, wait) for each in told.rounds for wait in each.waiting]
    if not waits:
        return
    element("h2", say("Why mails wait"))
    columns = (
        Column[Wait]("Reason", lambda each: explained(each[1].reason, say)),
        Column[Wait]("Round", lambda each: str(each[0].round_no)),
        Column[Wait]("Mails", lambda each: count(each[1].count), numeric=True),
        Column[Wait]("The first until", lambda each: moment(each[1].retry_at)),
    )
    table("Why mails wait", columns, waits, say)


def delayed(told: RoundOut, say: Words) -> str:
    """How long after the mail before a round's mails are due."""
    return say(DELAYS[told.delay_unit], number=told.delay) if told.round_no > 1 else "–"


def _progress(told: RoundOut, say: Words) -> None:
    bar([(status, getattr(told.by_status, status)) for status in STATUSES], say)
