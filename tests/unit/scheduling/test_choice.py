"""Choices: every run is explained, in few bytes."""

from dataclasses import replace

import pytest
from hypothesis import given
from pydantic import TypeAdapter

from scheduling.allocator import plan
from scheduling.choice import Choices, unpack
from scheduling.permit import Grant
from scheduling.score import score
from tests.unit.scheduling.strategies import NOW, Step, a_demand, a_service, a_state, an_id, histories

GRANTS, CHOICES = TypeAdapter(tuple[Grant, ...]), TypeAdapter(Choices)


@given(histories())
def test_every_run_of_every_grant_is_explained(history: list[Step]) -> None:
    for step in history:
        runs = [run for grant in step.plan.grants for run in grant.runs]
        if step.plan.choices is None:
            assert not runs
            continue
        for run, choice in zip(runs, unpack(step.plan.choices, step.plan.grants), strict=True):
            others = [service_id for service_id, _ in choice.runners_up]
            assert len(others) == len(set(others)) <= 3
            assert run.service_id not in others
            assert set(others) <= step.before.services.keys()
            assert 0 <= choice.score.total <= 1


def test_a_choice_shows_the_scores_of_the_chosen_and_of_those_that_were_next() -> None:
    services = [a_service(number, success_rate=1 - number / 10) for number in range(6)]
    decision = plan(a_state(services, [a_demand(ready=1)]), NOW)
    assert decision.choices is not None
    (choice,) = unpack(decision.choices, decision.grants)
    assert choice.score == score(services[0], NOW, 100_000, None)
    assert [service_id for service_id, _ in choice.runners_up] == [service.id for service in services[1:4]]
    assert [total for _, total in choice.runners_up] == pytest.approx([0.98, 0.96, 0.94])


def test_those_who_had_mail_ready_are_named_once_and_counted() -> None:
    longest = replace(a_demand(7), ready=3)
    state = a_state([a_service()], [a_demand(number) for number in range(20)] + [longest])
    choices = plan(replace(state, unserved_since={an_id("task", 7): NOW.replace(hour=8)}), NOW).choices
    assert choices is not None
    assert (choices.waiting[0], len(choices.waiting), choices.waiting_count) == (longest.task_id, 6, 20)


def test_explaining_a_hundred_runs_adds_less_than_two_fifths_to_their_grants() -> None:
    """They go into the histories of allocators, which are bounded."""
    services = [a_service(number, interval=1.9, remaining_quota=90_000 - 7 * number) for number in range(100)]
    decision = plan(a_state(services, [a_demand(number) for number in range(20)]), NOW)
    assert decision.choices is not None
    assert sum(len(grant.runs) for grant in decision.grants) >= 100
    assert len(CHOICES.dump_json(decision.choices)) < 0.4 * len(GRANTS.dump_json(decision.grants))
