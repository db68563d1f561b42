"""Rules of segments in the fields of a form: what is shown says exactly what the API was told, or is not shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.segment import RULES
from dashboard.segment_rules import conditions_of, place_of, rules_of

GRAZ = {"field": "city", "op": "equals", "value": "Graz"}
SHOWN = [
    {"all": [GRAZ]},
    {"any": [GRAZ, {"tag": "vip"}]},
    {"all": [{"not": {"engagement": "sent", "withinDays": 14}}, {"engagement": "opened"}]},
    {"all": [{"field": "age", "op": "greater", "value": 40}, {"field": "age", "op": "less", "value": 1.5}]},
    {"all": [{"field": "city", "op": "in", "value": ["Graz", "Linz"]}, {"field": "city", "op": "exists"}]},
    {"all": [{"created": {"withinDays": 30}}, {"not": {"updated": {"withinDays": 2}}}, {"suppressed": True}]},
    {"any": [{"domain": "example.org"}, {"not": {"list": "5f0c0c9e-8f6e-4b7e-9d0a-0a1b2c3d4e5f"}}]},
]
NOT_SHOWN = [
    {"all": [{"any": [GRAZ]}]},
    {"all": [{"field": "age", "op": "equals", "value": 40}]},
    {"all": [{"field": "city", "op": "in", "value": ["Graz, Styria"]}]},
    {"all": [{"engagement": "opened", "task": "5f0c0c9e-8f6e-4b7e-9d0a-0a1b2c3d4e5f"}]},
    {"all": [{"created": {"after": "2026-01-01T00:00:00Z"}}]},
    {"all": [{"suppressed": False}]},
    {"all": [{"not": {"not": GRAZ}}]},
    {"all": []},
    "no rules",
    None,
]


@pytest.mark.parametrize("rules", SHOWN)
def test_rules_come_back_from_the_fields_as_they_were(rules: dict[str, object]) -> None:
    shown = conditions_of(rules)

    assert shown is not None
    assert rules_of(*shown) == rules
    RULES.validate_python(rules)


@pytest.mark.parametrize("rules", NOT_SHOWN)
def test_rules_that_no_fields_can_say_are_left_to_json(rules: object) -> None:
    assert conditions_of(rules) is None


def test_a_single_condition_is_a_group_of_its_own() -> None:
    shown = conditions_of({"not": GRAZ})

    assert shown is not None
    assert rules_of(*shown) == {"all": [{"not": GRAZ}]}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["all", "any", "not", "field", "op", "value", "tag", "created"]), inner)
        ),
    )
)
def test_whatever_the_rules_are_they_are_never_changed_by_being_shown(rules: object) -> None:
    shown = conditions_of(rules)

    if shown is not None:
        assert rules_of(*shown) in (rules, {"all": [rules]})


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("#/rules/all/1/tag", "rules/7/tag"),
        ("#/rules/any/0/not/list", "rules/3/list"),
        ("#/rules/any/0/not/created/withinDays", "rules/3/days"),
        ("#/rules/all/0/engagement", "rules/3/engagement"),
        ("#/rules/all", "#/rules/all"),
        ("#/rules/all/9/tag", "#/rules/all/9/tag"),
        ("#/name", "#/name"),
    ],
)
def test_what_is_wrong_with_a_condition_is_told_at_its_field(pointer: str, field: str) -> None:
    assert place_of(pointer, [3, 7]) == field
