"""Which content a mail has: its variant's, with a subject of its own or that of the thread it answers."""

from dataclasses import replace

import pytest

from activities.letter_content import understand
from content.errors import TemplateError
from content.template import CompiledContent
from contracts.variant import Variant
from database.queries.ledger import ClaimedMail
from database.queries.task_content import TaskContent

MAIL = ClaimedMail(3, "eve@example.net", {"name": "Eve"}, "<1.3@example.org>", 1, 0)
PLAIN = TaskContent("Hello {{ name }}", None, "text", tracks_opens=False, tracks_clicks=False)
ANSWER = replace(PLAIN, subject=" ", thread_subjects=("Offer to {{ name }}", "RE: an offer"))
VARIANTS = (Variant(name="a", share=0.5, subject="A", text="1"), Variant(name="b", share=0.5, subject="", text="2"))


def written(found: TaskContent, mail: ClaimedMail = MAIL) -> tuple[str, str]:
    """Subject and text of a mail."""
    content = understand(found)
    compiled = content.of(mail)
    assert isinstance(compiled, CompiledContent), compiled
    rendered = compiled.render(mail.fields)
    return content.subject(mail, rendered.subject), rendered.text


def test_a_mail_has_its_variants_content() -> None:
    found = replace(PLAIN, variants=VARIANTS, thread_subjects=("first",))
    assert written(found, replace(MAIL, variant=0)) == ("A", "1")
    assert written(found, replace(MAIL, variant=1)) == ("Re: first", "2")


def test_an_answer_without_a_subject_has_that_of_the_first_mail_for_the_same_contact() -> None:
    assert written(ANSWER) == ("Re: Offer to Eve", "text")


def test_re_is_not_doubled() -> None:
    assert written(ANSWER, replace(MAIL, thread_variant=1)) == ("RE: an offer", "text")


@pytest.mark.parametrize("subject", ["Re: x", "re:x", "RE[2]: x", " Re : x"])
def test_a_subject_that_answers_already_stays(subject: str) -> None:
    assert understand(ANSWER).subject(MAIL, subject) == subject


def test_an_answer_with_a_subject_of_its_own_keeps_it() -> None:
    assert written(replace(ANSWER, subject="Hello"), replace(MAIL, thread_variant=1)) == ("Hello", "text")


def test_a_mail_that_answers_none_needs_a_subject() -> None:
    assert isinstance(understand(replace(PLAIN, subject="")).of(MAIL), TemplateError)
