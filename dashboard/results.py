"""What came back of mails: figures with their shares, and groups as a chart and a table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from api.schemas.statistics import CountsOut, GroupOut, Rate, StatisticsOut, TimelineOut
from dashboard.chart import Series, by_name, over_time
from dashboard.element import element
from dashboard.figure import figure, figures
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import count, share

DRAWN: Final = ("opened", "clicked", "replied")
TROUBLE: Final = ("hard_bounced", "complained", "unsubscribed")
TITLES: Final = {
    "opened": "Opened", "clicked": "Clicked", "replied": "Replied", "hard_bounced": "Bounced",
    "complained": "Complained", "unsubscribed": "Unsubscribed",
}  # fmt: skip
OF: Final = {"sent": "{share} of those sent", "delivered": "{share} of those delivered"}
MOMENTS: Final = {
    "sent": "Sent", "opened": "Opened", "clicked": "Clicked", "replied": "Replied", "hard_bounced": "Bounced",
}  # fmt: skip
"""What a time-line shows."""
PER: Final = {"hour": "What happened when, by the hour", "day": "What happened when, by the day"}
STEPS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
MOST_STEPS: Final = 1000
"""Points of a line; a longer time-line goes from one happening straight to the next."""
MOST_DRAWN: Final = 12
"""Groups in a chart: more bars are better read as a table."""
MOST_SHOWN: Final = 200


def results(told: CountsOut, say: Words) -> None:
    """Show what came back as figures."""
    with figures():
        figure(say("Delivered"), count(told.delivered), _of(told.rates.delivered, say))
        for name, title in TITLES.items():
            rate: Rate = getattr(told.rates, name)
            state = "warn" if name in ("hard_bounced", "complained") and getattr(told, name) else ""
            figure(say(title), count(getattr(told, name)), _of(rate, say), state=state)
    if told.machine_opened or told.auto_replied:
        values = {"opens": count(told.machine_opened), "replies": count(told.auto_replied)}
        text = say("Beside these, machines opened {opens} mails and answered {replies} by themselves.", **values)
        element("p", text, classes="faint")


def groups(title: str, first: str, told: StatisticsOut, say: Words, names: Mapping[str, str] | None = None) -> None:
    """Show groups, as charts where they are few, and as a table; `first` says what they are.

    `names`, by key, replace those that the API tells.
    """
    if names:
        renamed = [each.model_copy(update={"name": names.get(each.key, each.name)}) for each in told.groups]
        told = told.model_copy(update={"groups": renamed})
    if not told.groups:
        element("p", say("Nothing of this was sent yet."))
        return
    if len(told.groups) <= MOST_DRAWN:
        with element("div", classes="charts"):
            _drawn(say("{title}: answers, in percent", title=say(title)), DRAWN, first, told, say)
            _drawn(say("{title}: trouble, in percent", title=say(title)), TROUBLE, first, told, say)
    shown = sorted(told.groups, key=lambda each: -each.sent) if len(told.groups) > MOST_SHOWN else told.groups
    few = {"open": ""} if len(told.groups) <= MOST_DRAWN else {}
    with element("details", **few):
        element("summary", f"{say(title)} ({count(len(told.groups))})")
        table(title, _columns(first, say), shown[:MOST_SHOWN], say)
    if len(told.groups) > MOST_SHOWN:
        number = count(len(told.groups) - MOST_SHOWN)
        element("p", say("{number} smaller ones are left out; the CSV has them.", number=number), classes="faint")


def _drawn(caption: str, names: Sequence[str], first: str, told: StatisticsOut, say: Words) -> None:
    """Draw shares by group, if there is anything to draw."""
    if any(getattr(told.total, name) for name in names):
        series = [Series(say(TITLES[name]), [_percent(each, name) for each in told.groups]) for name in names]
        by_name(caption, [each.name for each in told.groups], series, say, first=first)


def timeline(told: TimelineOut, say: Words) -> None:
    """Draw what happened when; a single hour or day says nothing that the figures do not."""
    if len(told.data) < 2:
        return
    known = {each.start: each for each in told.data}
    at = filled(list(known), STEPS[told.per])
    series = [
        Series(say(title), [float(getattr(known[start], name)) if start in known else 0.0 for start in at])
        for name, title in MOMENTS.items()
    ]
    over_time(say(PER[told.per]), at, series, say)


def filled(starts: Sequence[datetime], step: timedelta) -> list[datetime]:
    """All hours or days from the first to the last: those in which nothing happened are told by nobody."""
    length = (starts[-1] - starts[0]) // step + 1
    return [starts[0] + place * step for place in range(length)] if length <= MOST_STEPS else list(starts)


def _columns(first: str, say: Words) -> Sequence[Column[GroupOut]]:
    return [
        Column(first, lambda each: each.name),
        Column("Sent", lambda each: count(each.sent), numeric=True),
        *(Column(title, _counted(name), numeric=True) for name, title in TITLES.items()),
    ]


def _counted(name: str) -> Callable[[GroupOut], str]:
    def cell(each: GroupOut) -> str:
        rate: Rate = getattr(each.rates, name)
        number = count(getattr(each, name))
        return number if rate.value is None else f"{number} ({share(rate.value)})"

    return cell


def _percent(told: GroupOut, name: str) -> float:
    rate: Rate = getattr(told.rates, name)
    return round(100 * (rate.value or 0.0), 2)


def _of(rate: Rate, say: Words) -> str:
    return "" if rate.value is None else say(OF[rate.of], share=share(rate.value))
