"""A campaign that is there: what of it can still be changed."""

from uuid import UUID

from nicegui import ui

from dashboard import paths
from dashboard.campaign_fields import campaign_order, campaign_values, more_fields, when_fields
from dashboard.element import element, link
from dashboard.form import Form, Values
from dashboard.frame import page, shown_at


@shown_at(paths.CHANGE_CAMPAIGN)
async def change_campaign(campaign_id: UUID) -> None:
    """Change it; what is said here acts on rounds that have not begun, name and colleagues at once."""
    async with page("Change a campaign", paths.CAMPAIGNS) as visit:
        say = visit.say
        known = await visit.api.campaign(campaign_id)
        link(say("To its campaign"), paths.campaign(campaign_id))
        element("p", say("Rounds that have begun keep what they began with."), classes="faint")
        begun = known.rounds[0].began_at is not None
        values = campaign_values(known)
        if begun:
            del values["startAt"]
        with Form(visit, values) as form:
            form.field("name", say("Name"))
            colleagues = say("An answer stops colleagues of the same organisation too")
            form.field("colleaguesStop", colleagues, kind="checkbox")
            when_fields(visit, form, begins=not begun)
            more_fields(visit, form)

        async def send(values: Values) -> None:
            await visit.api.change_campaign(campaign_id, campaign_order(values))
            ui.navigate.to(paths.campaign(campaign_id))

        form.button(say("Save"), send)
