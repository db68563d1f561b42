"""Ports are chosen so that two parts of one stack never want the same."""

from stack.ports import RANGE, free_ports


def test_ports_promised_to_others_are_not_chosen() -> None:
    promised = set(RANGE) - set(RANGE[:300:5])

    assert not set(free_ports(5, promised)) & promised


def test_many_ports_are_all_different() -> None:
    assert len(set(free_ports(100))) == 100
