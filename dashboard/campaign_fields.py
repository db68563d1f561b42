"""The fields of a campaign besides its rounds, in a form, and what the API is told by them."""

import re
from typing import Final

from nicegui import ui

from api.schemas.campaign import CampaignOut
from api.schemas.service import WEEKDAYS
from dashboard.element import element
from dashboard.form import Form, Values, number
from dashboard.frame import Visit
from dashboard.mailing import PRECEDENCE, starting
from dashboard.written import typable

DAYS: Final = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday",
}  # fmt: skip
DAY: Final = "window/weekdays/"
"""Begins the names of the days' fields."""
WHOLE_DAY: Final = "00:00"
"""From then to then."""
PINS: Final = {"any": "go through any other service", "wait": "wait for it"}
UNKNOWN: Final = {
    "hold": "are held until a person decides", "resend": "are sent again", "count_as_sent": "count as sent",
}  # fmt: skip
USUAL: Final[dict[str, object]] = {
    "timeZone": "UTC", "tracksOpens": True, "tracksClicks": True, **{f"{DAY}{day}": True for day in WEEKDAYS},
}  # fmt: skip
ZONES: Final = """
    document.getElementById("zones")?.append(...Intl.supportedValuesOf("timeZone").map((zone) => new Option(zone)))
"""
"""The browser knows the names: no need to send hundreds."""


def when_fields(visit: Visit, form: Form, *, begins: bool = True) -> None:
    """When mails may go: by the recipient's clock, on which days; `begins`: also when the first round does."""
    say = visit.say
    if begins:
        form.field("startAt", say("Begins"), kind="datetime-local", hint=say("Empty: at once."))
    with element("div", classes="beside"):
        form.field("window/opens", say("Not before"), kind="time", hint=say("By the recipient's clock; empty: any."))
        form.field("window/closes", say("Not after"), kind="time")
    with element("fieldset", classes="days"):
        element("legend", say("On these days"))
        for day, title in DAYS.items():
            form.field(f"{DAY}{day}", say(title), kind="checkbox")
        form.fault("window/weekdays")
    form.field("holidays", say("Holidays"), hint=say("Nothing is sent on them, such as 2026-12-25, 2027-01-01."))
    hint = say("Such as Europe/Vienna: of recipients whose own is not known.")
    form.field("timeZone", say("Time zone"), hint=hint, list="zones", autocomplete="off")
    element("datalist", id="zones")
    ui.run_javascript(ZONES)


def more_fields(visit: Visit, form: Form, *, pool: bool = False) -> None:
    """What is seldom changed, folded away; `pool`: also which services send."""
    say = visit.say
    with element("details"):
        element("summary", say("More choices"))
        if pool:
            form.field("pool", say("Pool"), hint=say("Empty: your own."))
        form.choice("priority", say("Priority"), say.each(PRECEDENCE))
        pins = say("While the service that wrote first cannot be used, follow-ups")
        form.choice("pinFallback", pins, say.each(PINS))
        form.choice("unknownPolicy", say("Mails of which nobody knows whether they arrived"), say.each(UNKNOWN))
        form.field("tracksOpens", say("Learn of opens, by a picture of one dot"), kind="checkbox")
        form.field("tracksClicks", say("Learn of clicks, by links that lead through us"), kind="checkbox")


def campaign_values(told: CampaignOut) -> dict[str, object]:
    """What the fields hold for a campaign that is there."""
    days = told.window.weekdays if told.window else WEEKDAYS
    return {
        "name": told.name,
        "startAt": typable(told.start_at),
        "window/opens": told.window.opens if told.window else "",
        "window/closes": told.window.closes if told.window else "",
        **{f"{DAY}{day}": day in days for day in WEEKDAYS},
        "holidays": ", ".join(map(str, told.holidays)),
        "timeZone": told.time_zone,
        "colleaguesStop": told.colleagues_stop,
        "priority": told.priority,
        "pinFallback": told.pin_fallback,
        "unknownPolicy": told.unknown_policy,
        "tracksOpens": told.tracks_opens,
        "tracksClicks": told.tracks_clicks,
    }


def campaign_order(values: Values) -> dict[str, object]:
    """What the API is told of them; what was left empty, as that."""
    told: dict[str, object] = {"name": values.get("name", "")}
    told |= {name: values[name] for name in ("timeZone", "pinFallback", "unknownPolicy")}
    told["priority"] = number(values["priority"])
    for name in ("colleaguesStop", "tracksOpens", "tracksClicks"):
        told[name] = values.get(name) == "true"
    told["window"] = _window(values)
    told["holidays"] = [day for day in re.split(r"[\s,，;、]+", values.get("holidays", "")) if day]
    if "startAt" in values:
        told["startAt"] = starting(values)
    return told


def _window(values: Values) -> dict[str, object] | None:
    """Hours of days; only days: the whole of them; nothing: at any time."""
    hours = {name: values[f"window/{name}"] for name in ("opens", "closes") if values.get(f"window/{name}")}
    days = [day for day in WEEKDAYS if values.get(f"{DAY}{day}") == "true"]
    if not hours and len(days) < len(WEEKDAYS):
        hours = {"opens": WHOLE_DAY, "closes": WHOLE_DAY}
    return hours | {"weekdays": days} if hours else None
