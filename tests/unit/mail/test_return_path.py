"""Return paths name their mail, and only those made here do."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mail.return_path import LONGEST_LOCAL, ReturnPaths

PATHS = ReturnPaths("k" * 43 + "=")
TASK = UUID(int=7)


@given(st.uuids(), st.integers(1, 2**31 - 1))
def test_a_return_path_leads_back_to_its_mail_in_either_case(task_id: UUID, seq: int) -> None:
    address = PATHS.address("bounces@mail.example.org", task_id, seq)
    assert PATHS.mail_of(address) == PATHS.mail_of(address.upper()) == (task_id, seq)
    assert len(address.partition("@")[0]) <= LONGEST_LOCAL


def test_another_installations_return_path_leads_nowhere() -> None:
    assert PATHS.mail_of(ReturnPaths("z" * 43 + "=").address("b@example.org", TASK, 1)) is None


@given(st.text(max_size=80))
def test_no_other_address_leads_anywhere(local: str) -> None:
    assert PATHS.mail_of(f"{local}@example.org") is None


def test_a_changed_letter_leads_nowhere() -> None:
    address = PATHS.address("b@example.org", TASK, 1)
    assert PATHS.mail_of(address.replace("+a", "+b")) is None


def test_an_address_without_room_for_a_token_stays_as_it_is() -> None:
    assert PATHS.address("a-long-name-for-bounces@example.org", TASK, 1) == "a-long-name-for-bounces@example.org"
