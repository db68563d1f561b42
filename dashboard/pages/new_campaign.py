"""A new campaign in one page: to whom, which rounds, in which hours; what it would do is shown before it begins."""

from collections.abc import Callable
from typing import Final

from nicegui import ui
from nicegui.element import Element

from api.schemas.campaign import CampaignDryRunOut, RoundFindings
from api.schemas.finding import FindingOut
from contracts.campaign import MOST_ROUNDS
from dashboard import paths
from dashboard.campaign_fields import USUAL, campaign_order, more_fields, when_fields
from dashboard.element import element
from dashboard.figure import figure, figures
from dashboard.finding import SEVERITIES, findings, place
from dashboard.form import Form, Values
from dashboard.frame import Visit, page, shown_at
from dashboard.mailing import Ingredients, in_common, ingredients, key_of_orders, missing, tried_and_sent
from dashboard.problem import line
from dashboard.round_fields import FOLLOW_UP, Choices, choices, round_fields, round_order
from dashboard.words import Words
from dashboard.written import count

ROUND: Final = "rounds/{place}/"
"""Begins the names of a round's fields, as the API's pointers to them do."""


@shown_at(paths.NEW_CAMPAIGN)
async def new_campaign() -> None:
    """Order a campaign."""
    async with page("New campaign", paths.CAMPAIGNS) as visit:
        made_of = await ingredients(visit)
        if made_of is None:
            return
        known = await choices(visit, made_of.templates)
        form = _form(visit, made_of, known)
        key_of = key_of_orders()

        async def look(values: Values) -> Callable[[], None]:
            told = await visit.api.dry_run_campaign(order(values, known))
            left = form.mark([(each.pointer, each.message) for each in told.problems])
            return lambda: _dry_run(visit, told, left)

        async def send(values: Values) -> None:
            wanted = order(values, known)
            made = await visit.api.submit_campaign(wanted, key_of(wanted))
            ui.navigate.to(paths.campaign(made.id))

        tried_and_sent(visit, form, visit.say("Begin"), look, send)


def _form(visit: Visit, made_of: Ingredients, known: Choices) -> Form:
    say = visit.say
    with Form(visit, {**USUAL, "timeZone": visit.session.zone.key}) as form:
        form.field("name", say("Name"))
        form.choice("contactListId", say("To"), made_of.lists)
        _Rounds(visit, form, known)
        form.field("colleaguesStop", say("An answer stops colleagues of the same organisation too"), kind="checkbox")
        element("h2", say("When"))
        when_fields(visit, form)
        more_fields(visit, form, pool=True)
    return form


class _Rounds:
    """The rounds of the form: one at first, more by a button, the last of them taken away by another."""

    def __init__(self, visit: Visit, form: Form, known: Choices) -> None:
        self._visit = visit
        self._form = form
        self._known = known
        self._shown: list[Element] = []
        self._place = element("div", classes="rounds")
        with element("div", classes="actions"):
            element("button", visit.say("Add a round"), type="button").on("click", self._add)
            self._less = element("button", visit.say("Take the last round away"), type="button").on("click", self._take)
        self._add(first=True)

    def _add(self, *_: object, first: bool = False) -> None:
        place = len(self._shown)
        if place == MOST_ROUNDS:
            return
        prefix = ROUND.format(place=place)
        if place:
            self._form.values |= {f"{prefix}{name}": value for name, value in FOLLOW_UP.items()}
        with self._place, element("fieldset") as made:
            element("legend", self._visit.say("Round {number}", number=place + 1))
            round_fields(self._visit, self._form, place + 1, self._known, prefix)
        self._shown.append(made)
        self._enable()
        if not first:
            self._form.focus(f"{prefix}templateId")

    def _take(self) -> None:
        self._shown.pop().delete()
        self._form.forget(ROUND.format(place=len(self._shown)))
        self._enable()

    def _enable(self) -> None:
        if len(self._shown) > 1:
            self._less.props.pop("disabled", None)
        else:
            self._less.props["disabled"] = True


def order(values: Values, known: Choices) -> dict[str, object]:
    """What the API is to be told."""
    places = sorted({int(name.split("/")[1]) for name in values if name.startswith("rounds/")})
    told = campaign_order(values) | {"contactListId": values["contactListId"]}
    if pool := values.get("pool"):
        told["pool"] = pool
    return told | {"rounds": [round_order(values, known, ROUND.format(place=place)) for place in places]}


def _dry_run(visit: Visit, told: CampaignDryRunOut, problems: list[tuple[str, str]]) -> None:
    say = visit.say
    if told.problems:
        element("p", say("It would be refused: see what is marked."), classes="bad")
    for pointer, message in problems:
        element("p", line(pointer, message, say), classes="bad")
    with figures():
        figure(say("Contacts"), count(told.total), say("on the list"))
        figure(say("Mails"), count(told.to_send), say("of the first round would be sent"))
        in_common(told, say("First round ends"), say)
    missing(told, say)
    findings(_together(told.findings, say), say)


def _together(told: list[RoundFindings], say: Words) -> list[FindingOut]:
    """What is wrong with several rounds or variants is said once, with all the places; the worst first."""
    found: dict[tuple[str, str], FindingOut] = {}
    for each in told:
        variant = f" {each.variant}" if each.variant else ""
        for finding in each.findings:
            lines = f" ({', '.join(place(where, say) for where in finding.where)})" if finding.where else ""
            here = f"{say('Round {number}', number=each.round_no)}{variant}{lines}"
            known = found.setdefault((finding.code, finding.message), finding.model_copy(update={"where": []}))
            known.where.append(here)
    return sorted(found.values(), key=lambda finding: list(SEVERITIES).index(finding.severity))
