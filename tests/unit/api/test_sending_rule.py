"""What makes no sense of variants, windows and rounds is refused with words that say what to do."""

from typing import Any

import pytest
from pydantic import ValidationError

from api.schemas.campaign import CampaignChange, CampaignIn, RoundChange, RoundIn

LIST = "4c9b0c5e-0000-4000-8000-000000000000"
RULE = {"measure": "clicks", "after": 3600}


def variants(*shares: float) -> list[dict[str, Any]]:
    return [{"name": f"{n}", "share": share, "subject": "s", "text": "t"} for n, share in enumerate(shares)]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({}, "give one of `templateId`, `content` or `variants`"),
        ({"templateId": LIST, "content": {"subject": "s", "text": "t"}}, "give one of"),
        ({"variants": variants(0.5, 0.3)}, "sum to 0.8: without a `winnerRule` they must sum to 1"),
        ({"variants": variants(0.5, 0.5), "winnerRule": RULE}, "needs a rest to send to"),
        ({"variants": variants(1)}, "at least 2"),
        ({"variants": variants(*[0.1] * 9), "winnerRule": RULE}, "at most 8"),
        ({"variants": [*variants(0.5), *variants(0.5)]}, "have the same name"),
        ({"templateId": LIST, "winnerRule": RULE}, "chooses among `variants`"),
        ({"templateId": LIST, "delay": -1}, "greater than or equal to 0"),
        ({"templateId": LIST, "delayUnit": "weeks"}, "'days' or 'business_days'"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(order: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        RoundIn.model_validate(order)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.33, 0.33, 0.34), (0.333, 0.333, 0.333)])
def test_shares_that_are_meant_as_a_whole_are_taken(shares: tuple[float, ...]) -> None:
    assert RoundIn.model_validate({"variants": variants(*shares)}).variants


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"timeZone": "Mars/Olympus"}, "IANA time zone"),
        ({"window": {"opens": "9:00", "closes": "17:00"}}, "pattern"),
        ({"window": {"opens": "09:00", "closes": "17:00", "weekdays": ["noday"]}}, "'mon'"),
        ({"window": {"opens": "09:00", "closes": "17:00", "weekdays": []}}, "at least 1"),
        ({"holidays": ["2026-02-30"]}, "day value"),
        ({"rounds": []}, "at least 1"),
        ({"rounds": [{"templateId": LIST}] * 21}, "at most 20"),
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused(change: dict[str, Any], said: str) -> None:
    whole = {"name": "Spring", "contactListId": LIST, "rounds": [{"templateId": LIST}]}
    with pytest.raises(ValidationError, match=said):
        CampaignIn.model_validate(whole | change)


def test_a_change_may_empty_the_window_but_not_the_name() -> None:
    assert CampaignChange.model_validate({"window": None}).model_fields_set == {"window"}
    with pytest.raises(ValidationError, match="name cannot be empty"):
        CampaignChange.model_validate({"name": None})


def test_a_change_of_a_round_need_not_name_its_content() -> None:
    assert RoundChange.model_validate({"delay": 5}).delay == 5
