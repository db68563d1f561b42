"""When a task ends, what makes it later, and what it takes to end by a given time."""

from datetime import datetime
from typing import Final
from uuid import UUID

from api.schemas.forecast import ForecastOut, NeededOut
from dashboard.element import element
from dashboard.form import Form, Values
from dashboard.frame import Visit
from dashboard.live import live
from dashboard.reason import explained
from dashboard.words import Words
from dashboard.written import count, moment, span, typed_moment

SECONDS: Final = 15.0


async def forecast(visit: Visit, task_id: UUID) -> None:
    """Show the forecast, and answer what it takes to end by a time."""
    say = visit.say
    element("h2", say("Forecast"))
    first = await live(visit, lambda: visit.api.forecast(task_id), lambda told: _forecast(told, say), SECONDS)
    if not first.mails:
        return

    async def ask(values: Values) -> None:
        if not values.get("by"):
            form.mark([("#/by", say("Say until when."))])
            return
        told = await visit.api.forecast(task_id, datetime.fromisoformat(typed_moment(values["by"])))
        shown.clear()
        with shown:
            if told.needed is None and told.no_end is not None:
                element("p", say.told(told.no_end.detail))
            else:
                _needed(told.needed, say)

    with element("details"):
        element("summary", say("What would it take to end earlier?"))
        with Form(visit) as form:
            form.field("by", say("It should end by"), kind="datetime-local")
            form.button(say("What would it take?"), ask).classes(remove="main")
            shown = element("div", role="status")


def _forecast(told: ForecastOut, say: Words) -> None:
    if told.no_end is not None:
        element("p", say.told(told.no_end.detail))
        return
    if told.ends_at is None or not told.mails:
        element("p", say("Nothing is left to send."))
        return
    values = {"mails": count(told.mails), "at": moment(told.ends_at), "left": span(told.ends_at - told.as_of, say)}
    element("p", say("{mails} mails are left; the last goes at {at}, in {left}.", **values))
    if told.limited_by:
        element("p", say("What makes it later:"))
        with element("ul"):
            for limit in told.limited_by:
                values = {"reason": explained(limit.reason, say), "at": moment(limit.ends_at_without)}
                element("li", say("{reason}: without it, it would end at {at}", **values))


def _needed(told: NeededOut | None, say: Words) -> None:
    if told is None:
        return
    if told.met:
        element("p", say("Nothing: it ends by then as things are."), classes="good")
        return
    missing, rate = count(told.missing_mails), told.mails_per_hour
    element("p", say("{number} mails would not be sent by then.", number=missing), classes="warn")
    with element("ul"):
        if rate is not None:
            element("li", say("{number} mails an hour would be needed.", number=count(rate)))
        if told.more_services is not None:
            more = count(told.more_services)
            element("li", say("{number} more services like those you have would do.", number=more))
        if told.daily_quota is not None:
            element("li", say("Or a quota of {number} a day for each service.", number=count(told.daily_quota)))
        if told.more_services is None and told.daily_quota is None:
            element("li", say("More services alone would not do: the time is too short."))
