"""What became of a campaign's variants, and which of them wins."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.operations.campaign import find_campaign
from api.schemas.statistics import CampaignVariantsOut, RoundVariantsOut, VerdictOut
from contracts.task import FINAL_STATUSES
from contracts.variant import WinnerRule
from database.queries import variant
from scheduling.winner import Decision, Tally, decide

NONE_SENT = dict.fromkeys(("mails", "opened", "opens", "clicks", "replies"), 0)


async def of_campaign(connection: AsyncConnection, caller: KeyHolder, campaign_id: UUID) -> CampaignVariantsOut:
    """Tell it of each round that has variants."""
    await find_campaign(connection, caller, campaign_id)
    rounds = await variant.rounds_with_variants(connection, caller.user_id, campaign_id)
    begun = any(row["task_id"] for row in rounds)
    rows = await variant.sent_by_variant(connection, caller.user_id, campaign_id) if begun else ()
    counted = {(row["round_no"], row["variant"]): dict(row) for row in rows}
    shown = []
    for row in rounds:
        sent = [counted.get((row["round_no"], place), NONE_SENT) for place in range(len(row["variants"]))]
        shown.append(_shown(row, sent))
    return CampaignVariantsOut(data=shown)


def _shown(row: RowMapping, sent: Sequence[Mapping[str, Any]]) -> RoundVariantsOut:
    rule = row["winner_rule"] and WinnerRule.model_validate(row["winner_rule"])
    tallies, decision = _trial(row, rule, sent)
    names = [each["name"] for each in row["variants"]]
    waits = row["winner"] is None and row["status"] not in FINAL_STATUSES
    return RoundVariantsOut.model_validate(
        {
            **row,
            "decides_at": row["winner_at"] if waits else None,
            "decided_at": rule.trial.decided_at if rule and rule.trial else None,
            "winner": None if row["winner"] is None else names[row["winner"]],
            "verdict": decision
            and VerdictOut(variant=names[decision.place], p_value=decision.p_value, significant=decision.significant),
            "variants": [
                {**said, **_counts(sent[place]), **_tried(tallies[place] if tallies else None)}
                for place, said in enumerate(row["variants"])
            ],
        }
    )


def _counts(counts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sent": counts["mails"], "opened": counts["opened"], "clicked": counts["clicks"], "replied": counts["replies"],
    }  # fmt: skip


def _tried(tally: Tally | None) -> dict[str, Any]:
    if tally is None:
        return dict.fromkeys(("tried", "hits", "rate"))
    return {"tried": tally.mails, "hits": tally.hits, "rate": tally.rate if tally.mails else None}


def _trial(
    row: RowMapping, rule: WinnerRule | None, sent: Sequence[Mapping[str, Any]]
) -> tuple[Sequence[Tally], Decision | None]:
    """What a trial counted and said when its winner was decided, else now, when all mails with a variant are of it."""
    if rule is None or row["task_id"] is None:
        return (), None
    if row["winner"] is not None:
        return (rule.trial.tallies, rule.trial.decision) if rule.trial else ((), None)
    tallies = [Tally(counts["mails"], counts[rule.measure]) for counts in sent]
    return tallies, decide(tallies, rule.confidence)
