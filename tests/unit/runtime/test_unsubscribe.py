"""Unsubscribe links name one mail, and only this installation can make them."""

import base64
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from runtime.unsubscribe import UnsubscribeLinks

KEY = base64.urlsafe_b64encode(bytes(32)).decode()
OTHER_KEY = base64.urlsafe_b64encode(bytes(31) + b"x").decode()
LINKS = UnsubscribeLinks(KEY, "https://mail.example/")


def token_of(links: UnsubscribeLinks, task_id: UUID, seq: int) -> str:
    link = links.link(task_id, seq)
    assert link is not None
    return link.rpartition("/")[2]


@given(st.uuids(), st.integers(1, 2**31 - 1))
def test_a_link_leads_back_to_its_mail(task_id: UUID, seq: int) -> None:
    assert LINKS.mail_of(token_of(LINKS, task_id, seq)) == (task_id, seq)


def test_a_link_stands_under_the_base_url_once() -> None:
    link = LINKS.link(uuid4(), 1)
    assert link is not None
    assert link.startswith("https://mail.example/unsubscribe/")


def test_without_a_base_url_there_are_no_links() -> None:
    assert UnsubscribeLinks(KEY, None).link(uuid4(), 1) is None


def test_a_token_of_another_key_is_not_believed() -> None:
    assert LINKS.mail_of(token_of(UnsubscribeLinks(OTHER_KEY, "https://x"), uuid4(), 1)) is None


@given(st.text(max_size=120))
def test_any_other_text_is_not_believed(text: str) -> None:
    assert LINKS.mail_of(text) is None


@given(st.integers(0, 47))
def test_a_token_with_one_other_character_is_not_believed(place: int) -> None:
    token = token_of(LINKS, UUID(int=7), 7)
    changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    assert LINKS.mail_of(changed) is None
