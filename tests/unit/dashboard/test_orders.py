"""What is typed into the forms of campaigns and tasks is an order as the API takes it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from api.schemas.campaign import CampaignChange, CampaignIn, CampaignOut, RoundChange, RoundContentOut
from api.schemas.sending_rule import WinnerRuleOut
from api.schemas.service import WindowOut
from api.schemas.task import TaskIn
from api.schemas.template import TemplateOut
from dashboard.campaign_fields import USUAL, campaign_order, campaign_values
from dashboard.form import Values
from dashboard.mailing import key_of_orders
from dashboard.pages import new_task
from dashboard.pages.new_campaign import order
from dashboard.round_fields import FOLLOW_UP, Choices
from dashboard.variant_fields import alone, content_order, content_values, kept_contents
from dashboard.words import Words

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEMPLATE = TemplateOut(
    id=uuid4(), name="First", subject="A question", html="<p>Hello</p>", text=None, variables=[],
    created_at=NOW, updated_at=NOW,
)  # fmt: skip
KNOWN = Choices({str(TEMPLATE.id): TEMPLATE}, {})
CHOSEN = {"priority": "0", "pinFallback": "any", "unknownPolicy": "hold"}


def texts(values: Mapping[str, object]) -> Values:
    """As a form holds them."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}


def typed(**more: str) -> Values:
    """A form that somebody filled in, with one round."""
    usual = texts(USUAL)
    values = {"name": "Spring", "contactListId": str(uuid4()), "rounds/0/templateId": str(TEMPLATE.id)}
    return {**usual, **CHOSEN, **values, **more}


def test_a_task_is_ordered_with_the_fields_that_it_has() -> None:
    values = {**texts(USUAL), **CHOSEN, "contactListId": str(uuid4()), "templateId": str(TEMPLATE.id), "pool": ""}

    told = TaskIn.model_validate(new_task.order({**values, "name": "Spring", "startAt": "2026-03-01T09:00"}))

    assert (told.name, told.template_id, told.start_at) == ("Spring", TEMPLATE.id, NOW + timedelta(hours=9))
    assert new_task.order(values)["name"] == ""


def test_the_same_order_of_one_page_has_the_same_key() -> None:
    one_page, other_page = key_of_orders(), key_of_orders()

    assert one_page({"a": 1, "b": 2}) == one_page({"b": 2, "a": 1})
    assert len({one_page({"a": 1}), one_page({"a": 2}), other_page({"a": 1})}) == 3


def follow_up(place: int) -> Values:
    values = {f"rounds/{place}/{name}": value for name, value in FOLLOW_UP.items()}
    return {**values, f"rounds/{place}/templateId": str(TEMPLATE.id), f"rounds/{place}/audience": "not_opened"}


def taken(values: Values) -> CampaignIn:
    """As the API would take it."""
    return CampaignIn.model_validate(order(values, KNOWN))


def test_three_rounds_with_follow_ups_in_the_thread_are_ordered() -> None:
    rounds = taken(typed(**follow_up(1), **follow_up(2))).rounds

    assert [each.threaded for each in rounds] == [None, True, True]
    usual = (3, "business_days", "not_opened")
    assert [(each.delay, each.delay_unit, each.audience) for each in rounds[1:]] == [usual, usual]


def test_two_variants_hold_their_templates_and_the_rest_waits_for_the_best() -> None:
    same = {"templateId": str(TEMPLATE.id), "share": "20"}
    mine = {f"variants/{place}/{name}": value for place in (0, 1) for name, value in same.items()}
    mine |= {"variants/0/name": "A", "variants/1/name": "B", "variants/1/subject": "Another question"}
    mine |= {"winnerRule/measure": "replies", "winnerRule/after": "48", "winnerRule/confidence": "95"}
    values = typed(**{f"rounds/0/{name}": value for name, value in mine.items()})
    del values["rounds/0/templateId"]

    first = taken(values).rounds[0]

    assert [(each.name, each.share, each.subject) for each in first.variants or ()] == [
        ("A", 0.2, "A question"), ("B", 0.2, "Another question"),
    ]  # fmt: skip
    assert first.winner_rule is not None
    assert (first.winner_rule.after, first.winner_rule.confidence) == (timedelta(hours=48), 0.95)


def test_what_is_no_number_goes_to_the_api_as_it_was_typed() -> None:
    mine = {"variants/0/name": "A", "variants/0/templateId": str(TEMPLATE.id), "variants/0/share": "half"}

    assert content_order(mine, KNOWN.templates)["variants"][0]["share"] == "half"  # type: ignore[index]


@pytest.mark.parametrize("subject", ["", " ", TEMPLATE.subject])
def test_a_variant_that_is_left_alone_is_its_template(subject: str) -> None:
    left = alone({"name": "A", "share": "50", "templateId": str(TEMPLATE.id), "subject": subject}, KNOWN.templates)

    assert content_order(left, KNOWN.templates) == {"templateId": str(TEMPLATE.id)}


def test_a_variant_that_is_left_alone_keeps_the_subject_that_was_typed_for_it() -> None:
    left = alone({"name": "B", "share": "50", "templateId": str(TEMPLATE.id), "subject": "Another"}, KNOWN.templates)

    change = RoundChange.model_validate(content_order(left, KNOWN.templates))

    assert change.content is not None
    assert (change.content.subject, change.content.html) == ("Another", TEMPLATE.html)
    assert change.template_id is None
    assert content_order({**left, "subject": " "}, KNOWN.templates) == {"templateId": str(TEMPLATE.id)}


def test_variants_without_any_template_are_for_the_api_to_refuse() -> None:
    mine = {f"variants/{place}/{name}": value for place in (0, 1) for name, value in
        {"name": "AB"[place], "templateId": "", "subject": "Hello", "share": "50"}.items()}  # fmt: skip

    with pytest.raises(ValidationError, match="give `html`, `text` or both"):
        RoundChange.model_validate(content_order(mine, {}))


WRITTEN = {"subject": "Good day", "html": None, "text": "Hello"}
TRIED = [WRITTEN | {"name": name, "share": share} for name, share in (("A", 1 / 3), ("long", 0.2), ("C", 0.25))]


def saved(variants: object, rule: WinnerRuleOut | None, template: UUID | None) -> RoundChange:
    """What comes of the fields of a round if nothing is typed."""
    told = RoundContentOut.model_validate({**WRITTEN, "variants": variants})
    sources = {**KNOWN.templates, **kept_contents(told, template, Words("en"))}
    return RoundChange.model_validate(content_order(texts(content_values(told, template, rule)), sources))


def test_variants_that_are_only_looked_at_and_saved_stay_as_they_were() -> None:
    rule = WinnerRuleOut(measure="clicks", after=timedelta(hours=36, minutes=1), confidence=0.99)

    change = saved(TRIED, rule, None)

    assert change.variants is not None
    assert [each.model_dump() for each in change.variants] == [
        each | {"share": pytest.approx(each["share"], abs=1e-6)} for each in TRIED
    ]
    assert change.winner_rule is not None
    assert WinnerRuleOut(**change.winner_rule.model_dump()) == rule


def test_a_single_content_that_is_only_looked_at_and_saved_stays_as_it_was() -> None:
    assert saved(None, None, TEMPLATE.id).template_id == TEMPLATE.id
    kept = saved(None, None, None).content
    assert kept is not None
    assert kept.model_dump() == WRITTEN


@pytest.mark.parametrize(
    ("values", "window"),
    [
        ({}, None),
        ({"window/opens": "09:00", "window/closes": "17:00"}, ("09:00", "17:00", 7)),
        ({"window/weekdays/sat": "false", "window/weekdays/sun": "false"}, ("00:00", "00:00", 5)),
    ],
)
def test_hours_and_days_are_a_window_and_neither_is_none(values: Values, window: tuple[str, str, int] | None) -> None:
    found = taken(typed(**values)).window

    assert window == (found and (found.opens, found.closes, len(found.weekdays)))


def test_holidays_are_read_whatever_stands_between_them() -> None:
    values = typed(holidays=" 2026-12-25, 2027-01-01\n2027-05-01，")

    assert taken(values).holidays == [date(2026, 12, 25), date(2027, 1, 1), date(2027, 5, 1)]


def test_a_campaign_that_is_only_looked_at_and_saved_stays_as_it_was() -> None:
    told = CampaignOut(
        id=uuid4(), status="scheduled", weight=1, pool_id=uuid4(), pool="own", contact_list_id=uuid4(), created_at=NOW,
        completed_at=None, rounds=[], name="Spring",
        start_at=datetime(2027, 3, 1, 9, 30, tzinfo=UTC), time_zone="Europe/Vienna", priority=1,
        window=WindowOut(opens="09:00", closes="17:00", weekdays=["mon", "wed"]), holidays=[date(2026, 12, 25)],
        colleagues_stop=True, pin_fallback="wait", unknown_policy="resend", tracks_opens=False, tracks_clicks=True,
    )  # fmt: skip

    change = CampaignChange.model_validate(campaign_order(texts(campaign_values(told))))

    for name in change.model_fields_set - {"window"}:
        assert getattr(change, name) == getattr(told, name), name
    assert change.window is not None
    assert WindowOut(**change.window.model_dump()) == told.window
