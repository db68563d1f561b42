"""The variants of rounds: what each says, who gets it, what came of it, and which one is the best."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from api.schemas.sending_rule import WinnerRuleOut
from api.schemas.statistics import CampaignVariantsOut, RoundVariantsOut, VariantResultOut, VerdictOut
from contracts.task import FINAL_STATUSES
from dashboard.element import element
from dashboard.frame import Visit
from dashboard.live import live
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import count, moment, share, span

SECONDS: Final = 15.0
RULES: Final = {
    "opens": "After {after} the rest gets the one with the most opens, if that is {sure} sure.",
    "clicks": "After {after} the rest gets the one with the most clicks, if that is {sure} sure.",
    "replies": "After {after} the rest gets the one with the most replies, if that is {sure} sure.",
}
MEASURED: Final = {
    "opens": "Opened or clicked in the trial", "clicks": "Clicked in the trial", "replies": "Replied in the trial",
}  # fmt: skip
SELDOM: Final = 0.001


async def variants_of(visit: Visit, campaign_id: UUID) -> None:
    """Show those of all rounds that have any, as things stand."""
    await live(visit, lambda: visit.api.campaign_variants(campaign_id), lambda told: _rounds(told, visit.say), SECONDS)


def _rounds(told: CampaignVariantsOut, say: Words) -> None:
    if told.data:
        element("h2", say("Variants"))
    for each in told.data:
        element("h3", say("Round {number}", number=each.round_no))
        for sentence in verdict(each, say):
            element("p", sentence)
        table("Variants", _columns(each, say), each.variants, say)
        if rule := each.winner_rule:
            text = say(RULES[rule.measure], after=span(rule.after, say), sure=share(rule.confidence))
            element("p", text, classes="faint")


def _columns(told: RoundVariantsOut, say: Words) -> Sequence[Column[VariantResultOut]]:
    columns = [
        Column[VariantResultOut]("Variant", lambda each: each.name),
        Column[VariantResultOut]("Subject", lambda each: each.subject, wraps=True),
        Column[VariantResultOut]("Part", lambda each: share(each.share), numeric=True),
        Column[VariantResultOut]("Sent", lambda each: count(each.sent), numeric=True),
        Column[VariantResultOut]("Opened", lambda each: count(each.opened), numeric=True),
        Column[VariantResultOut]("Clicked", lambda each: count(each.clicked), numeric=True),
        Column[VariantResultOut]("Replied", lambda each: count(each.replied), numeric=True),
    ]
    if rule := told.winner_rule:
        columns += [
            Column(MEASURED[rule.measure], _tried, numeric=True),
            Column("Result", lambda each: _result(told, each, say)),
        ]
    return columns


def _tried(each: VariantResultOut) -> str:
    """The hits of so many mails, and their share, which is what the rule compares."""
    if each.tried is None or each.hits is None:
        return "–"
    rate = "" if each.rate is None else f" ({share(each.rate)})"
    return f"{count(each.hits)} / {count(each.tried)}{rate}"


def _result(told: RoundVariantsOut, each: VariantResultOut, say: Words) -> str:
    by = told.verdict
    sure = by is not None and by.significant
    if told.winner == each.name:
        return say("won: the rest gets it") if sure else say("the rest gets it")
    if told.winner is None and by is not None and sure and by.variant == each.name:
        return say("would win now")
    return "–"


def verdict(told: RoundVariantsOut, say: Words) -> list[str]:
    """Sentences that say who won and why, or what is known so far; none before the round has begun."""
    rule, by = told.winner_rule, told.verdict
    if rule is None or told.task_id is None:
        return []
    if told.winner is None:
        return _undecided(told, rule, say)
    if by is None:
        return [say("The rest gets {name}. By which figures that was decided was not noted.", name=told.winner)]
    at = moment(told.decided_at)
    if by.significant:
        return [say("{name} has won, decided at {at}: the rest gets it.", name=told.winner, at=at), _why(by, rule, say)]
    none = say(
        "No variant was better for sure, decided at {at}: the rest gets the first, {name}.", name=told.winner, at=at
    )
    return [none, _why(by, rule, say)]


def _undecided(told: RoundVariantsOut, rule: WinnerRuleOut, say: Words) -> list[str]:
    if told.status in FINAL_STATUSES:
        return [say("The round ended before a winner was decided.")]
    if told.decides_at is None:
        return [say("Its mails are being written: only then is it known when a winner is decided.")]
    at = moment(told.decides_at)
    return [say("A winner is decided at {at} at the earliest.", at=at), *_by_now(told.verdict, rule, say)]


def _by_now(by: VerdictOut | None, rule: WinnerRuleOut, say: Words) -> list[str]:
    if by is None:
        return []
    if by.significant:
        return [say("By what is known now, {name} would win.", name=by.variant), _why(by, rule, say)]
    none = say(
        "By what is known now, no winner can be told, and the rest would get the first, {name}.", name=by.variant
    )
    return [none, _why(by, rule, say)]


def _why(by: VerdictOut, rule: WinnerRuleOut, say: Words) -> str:
    """How much chance there is in it."""
    if by.p_value >= 1:
        return say("The numbers are too small to tell, or there is no difference.")
    often, most = f"< {share(SELDOM)}" if by.p_value < SELDOM else share(by.p_value), share(1 - rule.confidence)
    return say(
        "Were the best two equally good, chance would make them differ as much in {often} of cases; "
        "the rule allows {most}.",
        often=often,
        most=most,
    )
