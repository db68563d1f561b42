"""Runs of permits, and how a grant is split over activities."""

import itertools
from collections import Counter
from datetime import timedelta
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from scheduling.permit import LIFETIME, Grant, Permit, PermitRun, fan_out
from tests.unit.scheduling.strategies import NOW, an_id


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    """Grants as plans make them: the numbers of a service never come twice."""
    next_no: Counter[UUID] = Counter()
    runs = []
    for _ in range(draw(st.integers(1, 12))):
        service_id, count = an_id("service", draw(st.integers(0, 4))), draw(st.integers(1, 30))
        runs.append(PermitRun(service_id, next_no[service_id], NOW, timedelta(seconds=1.1), count, LIFETIME))
        next_no[service_id] += count
    return Grant("grant", an_id("task", 0), tuple(runs))


sizes = st.integers(1, 60)


def permits(runs: tuple[PermitRun, ...]) -> list[Permit]:
    return [permit for run in runs for permit in run.permits()]


@given(grants(), sizes, sizes)
def test_a_fan_out_loses_no_permit_and_doubles_none(grant: Grant, width: int, batch_size: int) -> None:
    handed_out = Counter(permit for runs in fan_out(grant, width, batch_size) for permit in permits(runs))
    assert handed_out == Counter(permits(grant.runs))


@given(grants(), sizes, sizes)
def test_no_activity_carries_more_than_a_batch(grant: Grant, width: int, batch_size: int) -> None:
    assert all(0 < len(permits(runs)) <= batch_size for runs in fan_out(grant, width, batch_size))


@given(grants(), sizes, sizes)
def test_beyond_the_width_activities_are_as_few_as_a_batch_allows(grant: Grant, width: int, batch_size: int) -> None:
    needed = -(-grant.count // batch_size)
    assert len(fan_out(grant, width, batch_size)) == (grant.count if grant.count <= width else needed)


@given(grants(), sizes, sizes)
def test_activities_follow_one_another_in_time(grant: Grant, width: int, batch_size: int) -> None:
    moments = [sorted(permit.not_before for permit in permits(runs)) for runs in fan_out(grant, width, batch_size)]
    assert all(earlier[-1] <= later[0] for earlier, later in itertools.pairwise(moments))


def test_up_to_the_width_each_mail_has_an_activity_of_its_own() -> None:
    run = PermitRun(an_id("service", 0), 7, NOW, timedelta(seconds=1), 50, LIFETIME)
    assert [len(permits(runs)) for runs in fan_out(Grant("grant", an_id("task", 0), (run,)), 50, 100)] == [1] * 50


def test_a_permit_follows_from_its_run_alone() -> None:
    run = PermitRun(an_id("service", 0), 7, NOW, timedelta(seconds=1), 3, LIFETIME)
    assert list(run.permits())[1:] == list(run.part(1, 3).permits())
    assert run.first_id == next(run.permits()).id


@given(st.integers(-1, 5), st.sampled_from([0, 4.9, 5, 6, 6.5, 60]))
def test_claimed_and_expired_permits_leave_a_run(claimed: int, seconds: float) -> None:
    run = PermitRun(an_id("service", 0), 0, NOW, timedelta(seconds=1), 4, LIFETIME)
    now = NOW + timedelta(seconds=seconds)
    left = run.after(claimed, now)
    living = [permit for permit in run.permits() if permit.no > claimed and permit.expires_at > now]
    assert (list(left.permits()) if left else []) == living


@given(grants())
def test_a_grant_survives_json(grant: Grant) -> None:
    adapter = TypeAdapter(Grant)
    assert adapter.validate_json(adapter.dump_json(grant)) == grant


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60))
@example([21, 29])
def test_all_grants_of_a_tick_share_one_width(counts: list[int]) -> None:
    runs = [PermitRun(an_id("service", i), 1, NOW, timedelta(seconds=1), n, LIFETIME) for i, n in enumerate(counts)]
    shares = [Grant(str(i), an_id("task", i), (run,), run.count / sum(counts)) for i, run in enumerate(runs)]

    activities = sum(len(fan_out(grant, 50, 200)) for grant in shares)

    assert activities <= max(50, len(counts))
    # At exactly the width, 50 * (29 / 50) is less than 29: such a grant may go in batches.
    assert sum(counts) >= 50 or activities == sum(counts)
