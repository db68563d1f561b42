"""What the language of segments takes, and how it says what it does not."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.segment import MAX_CONDITIONS, MAX_DEPTH, RULES, conditions, written


def nested(depth: int) -> dict[str, Any]:
    """Groups inside groups."""
    rule: dict[str, Any] = {"tag": "vip"}
    for _ in range(depth):
        rule = {"not": rule}
    return rule


def refused(rule: object) -> str:
    """Why a rule is not taken."""
    with pytest.raises(ValidationError) as raised:
        RULES.validate_python(rule)
    return "; ".join(fault["msg"] for fault in raised.value.errors())


def test_a_segment_is_written_as_it_is_read() -> None:
    rule = {
        "all": [
            {"field": "city", "op": "in", "value": ["Graz", 7, True]},
            {"any": [{"tag": "vip"}, {"not": {"engagement": "opened", "withinDays": 30}}]},
            {"created": {"after": "2026-01-01T00:00:00Z"}},
            {"suppressed": False},
        ]
    }
    read = RULES.validate_python(rule)
    assert RULES.validate_json(written(read)) == read
    assert len(list(conditions(read))) == 5


def test_tags_and_domains_are_brought_to_the_form_in_which_they_are_kept() -> None:
    assert written(RULES.validate_python({"tag": "  Über  UNS "})) == '{"tag":"über uns"}'
    assert written(RULES.validate_python({"domain": "Bücher.Example"})) == '{"domain":"xn--bcher-kva.example"}'


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100_000])
def test_rules_nested_too_deep_are_refused_however_deep(depth: int) -> None:
    RULES.validate_python(nested(MAX_DEPTH))
    assert "at most 5 deep" in refused(nested(depth))


def test_more_conditions_than_may_be_are_refused() -> None:
    RULES.validate_python({"any": [{"tag": "vip"}] * MAX_CONDITIONS})
    assert "at most 50 conditions" in refused({"any": [{"all": [{"tag": "vip"}] * 17}] * 3})


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"tags": "vip"}, "one of the words all, any"),
        ([], "one of the words all, any"),
        ({"tag": "vip", "odd": 1}, "Extra inputs"),
        ({"all": []}, "1 to 100 entries"),
        ({"tag": ""}, "at least one letter"),
        ({"tag": "a,b"}, "without comma"),
        ({"field": "first name", "op": "exists"}, "letters, digits and _"),
        ({"field": "age", "op": "greater", "value": "4"}, "`greater` takes a number"),
        ({"field": "age", "op": "less", "value": True}, "`less` takes a number"),
        ({"field": "age", "op": "equals"}, "takes a text, number or boolean"),
        ({"field": "age", "op": "equals", "value": {}}, "must be a text, number or boolean"),
        ({"field": "age", "op": "equals", "value": 1e300}, "must be a number between"),
        ({"field": "age", "op": "equals", "value": "a\0"}, "U+0000"),
        ({"field": "age", "op": "exists", "value": 1}, "takes no `value`"),
        ({"created": {}}, "give `after`, `before` or `withinDays`"),
        ({"created": {"after": "2026-01-01T00:00:00"}}, "timezone"),
        ({"engagement": "read"}, "Input should be 'sent'"),
        ({"domain": "-"}, "not the domain"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_reason(rule: object, why: str) -> None:
    assert why in refused(rule)
