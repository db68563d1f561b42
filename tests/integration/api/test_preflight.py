"""Templates and tasks are judged before they are sent."""

from typing import Any

from tests.integration.api import orders
from tests.integration.api.asker import Asker


def codes(answer: dict[str, Any]) -> dict[str, str]:
    """Severity of each finding, by code."""
    return {finding["code"]: finding["severity"] for finding in answer["findings"]}


async def judged(asker: Asker, order: dict[str, Any] | None = None, **template: Any) -> dict[str, Any]:
    """Judge a new template."""
    made = await asker.made("/api/templates", orders.template(**template))
    return await asker.made(f"/api/templates/{made['id']}/preflight", order or {})


async def test_a_template_is_judged_with_made_up_fields(ann: Asker) -> None:
    answer = await judged(ann, html='<p>Dear {{ first_name }}</p><a href="{{ page }}">x</a><img src="https://a.com/x">')
    assert answer["ready"] is False
    assert codes(answer) == {
        "unsubscribe_header_missing": "error", "image_only": "error", "unsubscribe_link_missing": "warning",
        "image_without_alt": "warning", "text_missing": "hint", "language_missing": "hint", "link_from_field": "hint",
    }  # fmt: skip
    (image,) = (finding for finding in answer["findings"] if finding["code"] == "image_without_alt")
    assert image["where"] == ["html, line 1"]


async def test_fields_of_a_real_contact_are_used(ann: Asker) -> None:
    html = '<a href="{{ page }}">x</a>'
    answer = await judged(ann, {"fields": {"page": "https://bit.ly/x", "first_name": "EVA EVA EVA EVA"}}, html=html)
    assert {"link_shortened", "subject_capitals"} <= codes(answer).keys()


async def test_a_template_that_needs_numbers_is_not_judged_with_words(ann: Asker) -> None:
    answer = await judged(ann, html="{{ price + 1 }}", text=None)
    assert codes(answer) == {"sample_failed": "hint"}
    assert "link_empty" in codes(
        await judged(ann, {"fields": {"price": 3, "first_name": "Eva"}}, html="{{ price + 1 }}<a>x</a>")
    )


async def test_fields_that_nobody_on_a_list_has_are_named(ann: Asker, bob: Asker) -> None:
    listed = await ann.made("/api/contact-lists", {"name": "people"})
    people = {"contacts": [{"email": "a@example.org", "fields": {"company": "A"}}, {"email": "b@example.org"}]}
    await ann.made(f"/api/contact-lists/{listed['id']}/contacts", people)
    answer = await judged(ann, {"contactListId": listed["id"]})
    assert [each["message"] for each in answer["findings"] if each["code"] == "unknown_variable"] == [
        "Nobody has the field 'first_name': these mails would fail."
    ]
    foreign = await bob.made("/api/templates", orders.template())
    response = await bob.post(f"/api/templates/{foreign['id']}/preflight", {"contactListId": listed["id"]})
    assert response.status_code == 422


async def test_a_template_of_someone_else_is_not_judged(ann: Asker, bob: Asker) -> None:
    made = await ann.made("/api/templates", orders.template())
    assert (await bob.post(f"/api/templates/{made['id']}/preflight", {})).status_code == 404


async def test_a_dry_run_says_what_may_cost_readers(ann: Asker) -> None:
    await ann.made("/api/services", orders.service())
    order = {
        "name": "Spring", "recipients": [{"email": "eva@example.org"}],
        "content": {"subject": "ACT NOW, EVERYONE", "text": "Make money, risk-free"},
    }  # fmt: skip
    answer = (await ann.post("/api/tasks?dryRun=true", order)).json()
    assert codes(answer) == {
        "unsubscribe_header_missing": "error", "subject_capitals": "warning", "unsubscribe_link_missing": "warning",
        "spam_words": "warning",
    }  # fmt: skip
