"""A round that has not begun: changed, taken away, or added after the last."""

from dataclasses import replace
from uuid import UUID

from nicegui import ui

from api.schemas.campaign import RoundContentOut, RoundOut
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.form import Form, Values
from dashboard.frame import Visit, page, shown_at
from dashboard.round_fields import FOLLOW_UP, Choices, choices, round_fields, round_order
from dashboard.table import nothing
from dashboard.variant_fields import content_values, kept_contents


@shown_at(paths.NEW_ROUND)
async def new_round(campaign_id: UUID) -> None:
    """Add a round after the last."""
    async with page("New round", paths.CAMPAIGNS) as visit:
        told = await visit.api.campaign(campaign_id)
        element("p", told.name, classes="lead")
        known = await choices(visit)

        async def send(values: Values) -> None:
            await visit.api.add_round(campaign_id, round_order(values, known))
            ui.navigate.to(paths.campaign(campaign_id))

        with Form(visit, FOLLOW_UP) as form:
            round_fields(visit, form, len(told.rounds) + 1, known)
        form.button(visit.say("Add the round"), send)


@shown_at(paths.CAMPAIGN_ROUND)
async def campaign_round(campaign_id: UUID, round_no: int) -> None:
    """Change or take away a round."""
    async with page("Round", paths.CAMPAIGNS) as visit:
        say = visit.say
        known = await visit.api.campaign(campaign_id)
        told = next((each for each in known.rounds if each.round_no == round_no), None)
        link(say("To its campaign"), paths.campaign(campaign_id))
        if told is None or told.began_at is not None:
            nothing(say("This round has begun, or is not there: it cannot be changed."))
            return
        element("p", f"{known.name} · {say('Round {number}', number=round_no)}", classes="lead")
        content = await visit.api.round_content(campaign_id, round_no)
        _change(visit, campaign_id, told, content, await choices(visit))
        if len(known.rounds) > 1:
            _delete(visit, campaign_id, round_no)


def _change(visit: Visit, campaign_id: UUID, told: RoundOut, content: RoundContentOut, known: Choices) -> None:
    known = replace(known, templates={**kept_contents(content, told.template_id, visit.say), **known.templates})

    async def send(values: Values) -> None:
        await visit.api.change_round(campaign_id, told.round_no, round_order(values, known))
        ui.navigate.to(paths.campaign(campaign_id))

    values = content_values(content, told.template_id, told.winner_rule) | {
        "delay": told.delay, "delayUnit": told.delay_unit, "audience": told.audience, "segmentId": told.segment_id,
        "threaded": told.threaded,
    }  # fmt: skip
    with Form(visit, values) as form:
        round_fields(visit, form, told.round_no, known)
    form.button(visit.say("Save"), send)


def _delete(visit: Visit, campaign_id: UUID, round_no: int) -> None:
    async def delete() -> None:
        await visit.api.delete_round(campaign_id, round_no)
        ui.navigate.to(paths.campaign(campaign_id))

    asks = visit.say("Take this round away? Those after it move up.")
    with element("div", classes="actions"):
        button(visit, visit.say("Take the round away"), delete, asks=asks)
