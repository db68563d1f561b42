"""Links name one mail, and only this installation can make them."""

import base64
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from mail.links import PATHS, MailLinks, NamedMail, Purpose

KEY = base64.urlsafe_b64encode(bytes(32)).decode()
OTHER_KEY = base64.urlsafe_b64encode(bytes(31) + b"x").decode()
LINKS = MailLinks(KEY, "https://mail.example/")
PURPOSES = st.sampled_from(list(PATHS))
SEQS = st.integers(1, 2**31 - 1)


def token_of(links: MailLinks, purpose: Purpose, task_id: UUID, seq: int) -> str:
    link = links.link(purpose, task_id, seq)
    assert link is not None
    return link.removesuffix(".gif").rpartition("/")[2]


@given(PURPOSES, st.uuids(), SEQS)
def test_a_link_leads_back_to_its_mail(purpose: Purpose, task_id: UUID, seq: int) -> None:
    assert LINKS.read(purpose, token_of(LINKS, purpose, task_id, seq)) == NamedMail(task_id, seq, b"")


@given(PURPOSES, PURPOSES)
def test_a_token_is_good_for_its_purpose_only(made_for: Purpose, used_for: Purpose) -> None:
    token = token_of(LINKS, made_for, UUID(int=7), 7)
    assert (LINKS.read(used_for, token) is not None) == (made_for == used_for)


@given(st.uuids(), SEQS, st.integers(0, 2**16 - 1), st.text(alphabet="aZ9:/?#&=%é日", max_size=300))
def test_a_click_leads_where_the_mail_said(task_id: UUID, seq: int, number: int, target: str) -> None:
    link = LINKS.click(task_id, seq, number, target)
    assert link is not None

    found = LINKS.read_click(link.rpartition("/")[2])

    assert found is not None
    assert (found[0].task_id, found[0].seq, found[1], found[2]) == (task_id, seq, number, target)


def test_a_link_stands_under_the_base_url_once() -> None:
    link = LINKS.link("unsubscribe", uuid4(), 1)
    assert link is not None
    assert link.startswith("https://mail.example/unsubscribe/")


def test_unsubscribe_links_of_mails_that_were_sent_before_there_were_others_still_work() -> None:
    token = "AAAAAAAAAAAAAAAAAAAABwAAAAeAQhcXZ-zHXb7yJ3zpmw7a"
    assert LINKS.read("unsubscribe", token) == NamedMail(UUID(int=7), 7, b"")


def test_own_links_are_known() -> None:
    for purpose in PATHS:
        link = LINKS.link(purpose, uuid4(), 1)
        assert link is not None
        assert LINKS.is_own(link)
    assert not LINKS.is_own("https://mail.example/shop")
    assert not MailLinks(KEY, None).is_own("https://mail.example/o/")


def test_without_a_base_url_there_are_no_links() -> None:
    links = MailLinks(KEY, None)
    assert links.link("unsubscribe", uuid4(), 1) is links.click(uuid4(), 1, 1, "https://x") is None


def test_a_token_of_another_key_is_not_believed() -> None:
    token = token_of(MailLinks(OTHER_KEY, "https://x"), "unsubscribe", uuid4(), 1)
    assert LINKS.read("unsubscribe", token) is None


@given(PURPOSES, st.text(max_size=120))
def test_any_other_text_is_not_believed(purpose: Purpose, text: str) -> None:
    assert LINKS.read(purpose, text) is None


@given(PURPOSES, st.integers(0, 47))
def test_a_token_with_one_other_character_is_not_believed(purpose: Purpose, place: int) -> None:
    token = token_of(LINKS, purpose, UUID(int=7), 7)
    changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    assert LINKS.read(purpose, changed) is None
