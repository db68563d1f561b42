"""The variants of a round: what each says, who gets it, and which one is the best."""

from collections.abc import Sequence
from typing import Final

from api.schemas.campaign import RoundOut
from api.schemas.sending_rule import VariantOut
from dashboard.element import element
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import share, span

RULES: Final = {
    "opens": "After {after} the rest gets the one with the most opens, if that is {sure} sure.",
    "clicks": "After {after} the rest gets the one with the most clicks, if that is {sure} sure.",
    "replies": "After {after} the rest gets the one with the most replies, if that is {sure} sure.",
}


def variants_of(rounds: Sequence[RoundOut], say: Words) -> None:
    """Show those of all rounds that have any."""
    several = [each for each in rounds if each.variants]
    if not several:
        return
    element("h2", say("Variants"))
    for each in several:
        element("h3", say("Round {number}", number=each.round_no))
        variants(each, say)


def variants(told: RoundOut, say: Words) -> None:
    """Show those of one round, with the rule by which one of them wins."""

    def best(each: VariantOut) -> str:
        if told.winner == each.name:
            return say("the best: the rest gets it")
        return "" if told.winner else say("not decided") if told.winner_rule else "–"

    columns = (
        Column[VariantOut]("Variant", lambda each: each.name),
        Column[VariantOut]("Subject", lambda each: each.subject),
        Column[VariantOut]("Part", lambda each: share(each.share), numeric=True),
        Column[VariantOut]("Result", best),
    )
    table("Variants", columns, told.variants or (), say)
    if rule := told.winner_rule:
        text = say(RULES[rule.measure], after=span(rule.after, say), sure=share(rule.confidence))
        element("p", text, classes="faint")
