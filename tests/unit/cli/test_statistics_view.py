"""Statistics as people see them: counts, and shares beside them."""

from typing import Any

from api.operations.statistics import with_rates
from api.schemas.statistics import FunnelOut, StatisticsOut
from commands import statistics
from contracts.statistics import COLUMNS
from tests.unit.cli.test_views import shown


def counts(**changes: int) -> dict[str, Any]:
    return with_rates(dict.fromkeys(COLUMNS, 0) | changes)


def test_groups_stand_above_their_total_with_shares() -> None:
    group = counts(sent=10, delivered=8, hard_bounced=2, opened=4) | {"key": "1", "name": "[b]one[/b]"}
    answer = StatisticsOut.model_validate({"by": "round", "total": counts(sent=10, delivered=8), "groups": [group]})
    text = shown(statistics.table(answer), width=160)
    assert "[b]one[/b]" in text
    assert "8 (80.0%)" in text
    assert "4 (50.0%)" in text
    assert "all" in text


def test_where_nothing_was_sent_no_share_is_shown() -> None:
    text = shown(statistics.table(StatisticsOut.model_validate({"by": None, "total": counts(), "groups": []})), 160)
    assert "%" not in text


def test_a_funnel_has_a_line_for_each_round() -> None:
    stages = {"contacts": 1200, "mailed": 9, "delivered": 8, "opened": 7, "clicked": 6, "replied": 5}
    text = shown(statistics.stages(FunnelOut.model_validate(stages | {"rounds": [stages | {"round": 2}]})))
    assert text.count("1,200") == 2
    assert "round 2" in text
