"""Which tries a rule takes."""

from hypothesis import given
from hypothesis import strategies as st

from stack.simulator.config import Drop, Refusal
from stack.simulator.rules import Memory, chosen

addresses = st.builds("{}@{}.org".format, st.text("abcdef0123456789", min_size=1), st.text("xyz", min_size=1))


def refusal(**values: object) -> Refusal:
    return Refusal.model_validate({"stage": "rcpt", "code": 451, **values})


@given(address=addresses, share=st.floats(0, 1))
def test_the_choice_is_the_same_whatever_the_case(address: str, share: float) -> None:
    rule = refusal(share=share)
    assert chosen("seed", rule, address) == chosen("seed", rule, address.upper())


@given(address=addresses)
def test_a_share_of_all_takes_all_and_one_of_nothing_none(address: str) -> None:
    assert chosen("seed", refusal(share=1), address)
    assert not chosen("seed", refusal(share=0), address)


def test_a_share_is_met_within_chance_and_rules_choose_apart() -> None:
    people = [f"person{number}@example.org" for number in range(20_000)]
    soft, hard = refusal(share=0.02), refusal(share=0.02, code=550)
    taken = [{person for person in people if chosen("seed", rule, person)} for rule in (soft, hard)]
    assert all(300 < len(found) < 500 for found in taken)
    assert len(taken[0] & taken[1]) < 30
    assert taken[0] != {person for person in people if chosen("another seed", soft, person)}


def test_a_share_may_be_of_something_else_than_addresses() -> None:
    rule = Drop(action="drop", stage="banner", share=0.5)
    drawn = {chosen("seed", rule, "provider", f"provider#{number}") for number in range(50)}
    assert drawn == {True, False}


def test_the_first_rule_that_takes_a_try_decides() -> None:
    rules = [refusal(pattern="a@*"), refusal(code=550)]
    memory = Memory("seed")
    assert memory.first(rules, ["A@example.org"]) == rules[0]
    assert memory.first(rules, ["b@example.org"]) == rules[1]
    assert memory.first(rules[:1], ["b@example.org"]) is None


@given(times=st.integers(1, 5), tries=st.integers(0, 12))
def test_a_limited_rule_takes_each_address_so_often(times: int, tries: int) -> None:
    memory, rule = Memory("seed"), refusal(times=times)
    again = rule.model_copy()
    taken = [memory.first([again if number % 2 else rule], ["a@x.org"]) for number in range(tries)]
    assert sum(found is not None for found in taken) == min(times, tries)
    assert memory.first([rule], ["b@x.org"]) is not None
