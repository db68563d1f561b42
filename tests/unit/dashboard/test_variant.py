"""Who won among variants, and why, in sentences."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.schemas.sending_rule import WinnerRuleOut
from api.schemas.statistics import RoundVariantsOut, VerdictOut
from dashboard.pages.campaign_variants import verdict
from dashboard.words import Words

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BY_CHANCE = (
    "Were the best two equally good, chance would make them differ as much in {} of cases; the rule allows 5.0%."
)
TOO_FEW = "The numbers are too small to tell, or there is no difference."
SURE = VerdictOut(variant="B", p_value=0.0312, significant=True)
UNSURE = VerdictOut(variant="A", p_value=0.4, significant=False)


def told(**more: Any) -> RoundVariantsOut:
    """A round under way."""
    rule = WinnerRuleOut(measure="replies", after=timedelta(hours=48), confidence=0.95)
    usual = {"round_no": 1, "task_id": uuid4(), "status": "sending", "winner_rule": rule, "decides_at": NOON,
        "decided_at": NOON, "winner": None, "verdict": None, "variants": []}  # fmt: skip
    return RoundVariantsOut.model_validate(usual | more)


@pytest.mark.parametrize(
    ("more", "sentences"),
    [
        ({"task_id": None}, []),
        ({"winner_rule": None}, []),
        ({"winner": "B", "verdict": SURE},
         ["B has won, decided at 2026-03-01 12:00: the rest gets it.", BY_CHANCE.format("3.1%")]),
        ({"winner": "B", "verdict": SURE.model_copy(update={"p_value": 1e-9})},
         ["B has won, decided at 2026-03-01 12:00: the rest gets it.", BY_CHANCE.format("< 0.1%")]),
        ({"winner": "A", "verdict": UNSURE},
         ["No variant was better for sure, decided at 2026-03-01 12:00: the rest gets the first, A.",
          BY_CHANCE.format("40.0%")]),
        ({"winner": "A"}, ["The rest gets A. By which figures that was decided was not noted."]),
        ({"decides_at": None, "decided_at": None, "verdict": UNSURE},
         ["Its mails are being written: only then is it known when a winner is decided."]),
        ({"verdict": SURE}, ["A winner is decided at 2026-03-01 12:00 at the earliest.",
                             "By what is known now, B would win.", BY_CHANCE.format("3.1%")]),
        ({"verdict": UNSURE.model_copy(update={"p_value": 1.0})},
         ["A winner is decided at 2026-03-01 12:00 at the earliest.",
          "By what is known now, no winner can be told, and the rest would get the first, A.", TOO_FEW]),
        ({"status": "cancelled", "verdict": SURE}, ["The round ended before a winner was decided."]),
    ],
)  # fmt: skip
def test_what_is_known_of_a_winner_is_said(more: dict[str, Any], sentences: list[str]) -> None:
    assert verdict(told(**more), Words("en")) == sentences
    assert not set(verdict(told(**more), Words("zh"))) & set(sentences)
