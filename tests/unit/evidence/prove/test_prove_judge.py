from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.schemas.task import StatusCounts
from evidence.journal import NS_PER_MS, NS_PER_SECOND, Journal, Try
from evidence.prove import campaign_judge
from evidence.prove.campaign import Lived
from evidence.prove.fault import TURNED_AWAY, Fault, Scene, Unknowns
from evidence.prove.judge import bounds, figures, row
from evidence.prove.readers import Done
from evidence.prove.trial import Hit, Plan, Trial
from evidence.providers import Provider
from evidence.verdict import Ledger

PROVIDER = Provider(name="p", interval=timedelta(seconds=1), daily_quota=9)
HIT = Hit(2 * NS_PER_SECOND, 2 * NS_PER_SECOND, claimed=1, transmitting=1)
FIRST, SECOND = {"replies": "1.1@s", "clicks": "1.2@s", "silent": "1.3@s"}, {"clicks": "2.1@s", "silent": "2.2@s"}
LIVED = Lived(
    status="completed",
    done={"replies": Done("reply", 0), "clicks": Done("click", 0)},
    turned_away=0,
    events={("replies", "reply"): 1, ("clicks", "click"): 1},
    fates=[dict.fromkeys(FIRST, "sent"), dict.fromkeys(SECOND, "sent") | {"replies": "suppressed"}],
    threads={who: (message_id, FIRST[who]) for who, message_id in SECOND.items()},
    first_ids=FIRST,
)
"""A campaign to three: one replies to the first mail, one clicks, one does nothing; the last two get the second."""


async def nothing(_: Scene) -> None:
    pass


def mail(number: int, at: float, code: int | None = 250, provider: str = "p") -> Try:
    """Mail number so many, begun at this second, its body asked for 5 ms later, its dot at 10 ms, the answer at 30."""
    begun = int(at * NS_PER_SECOND)
    answered_at = None if code is None else begun + 30 * NS_PER_MS
    return Try(
        provider, "p#1", begun, "s@sender.example", (f"a{number}@example.com",), begun + 10 * NS_PER_MS, answered_at,
        code, taken=True, message_id=f"{number}@sender.example", data_at=begun + 5 * NS_PER_MS,
    )  # fmt: skip


def before_body(ended: Try) -> Try:
    """The same, but that it ended before its body was asked for."""
    return replace(ended, data_at=None, dot_at=None, answered_at=None, code=None, taken=False, message_id=None)


def addressed(*numbers: int) -> dict[str, str]:
    return {f"{number}@sender.example": f"a{number}@example.com" for number in numbers}


def trial(
    sent: Sequence[int] = (1, 2), unknown: Sequence[int] = (), unknowns: Unknowns = "none", hits: Sequence[Hit] = (HIT,)
) -> Trial:
    """A mailing of two, both sent, in which a fault met mails in both phases."""
    counts = StatusCounts(sent=len(sent), unknown=len(unknown))
    ledger = Ledger(
        status="completed", counts=counts, total=2, sent=addressed(*sent), rows=2, rejected=0, merged=0
    )  # fmt: skip
    fault = Fault(name="f", strike=nothing, unknowns=unknowns)
    plan = Plan(fault=fault, name="f", providers=[PROVIDER], mails=2, seed="s")
    return Trial(
        plan=plan, hits=hits, ledger=ledger, unknown=addressed(*unknown), wrong=(), campaign=LIVED,
        moment="first", seconds=1.0,
    )  # fmt: skip


def broken(judged: Trial, *tries: Try) -> set[str]:
    """Names of the bounds that do not hold."""
    seen = Journal(tries)
    known = figures({"f": row(judged, seen)}, {"f": campaign_judge.row(judged, seen)})
    return {bound.name for bound in bounds(known) if not bound.ok}


def test_a_fault_that_was_survived_breaks_no_bound() -> None:
    assert not broken(trial(), mail(1, 1.0), mail(2, 2.1))


@pytest.mark.parametrize(
    ("name", "tries"),
    [
        ("lost", [mail(1, 1.0)]),
        ("doubled", [mail(1, 1.0), mail(2, 2.1), mail(2, 3.2)]),
        ("unrecorded", [mail(1, 1.0), mail(2, 2.1), mail(3, 3.2)]),
        ("too_early", [mail(1, 1.0), mail(2, 1.5)]),
    ],
)
def test_what_the_journal_tells_otherwise_breaks_its_bound(name: str, tries: Sequence[Try]) -> None:
    assert broken(trial(), *tries) == {name}


def test_the_two_mails_of_a_campaign_to_one_address_are_no_double() -> None:
    first, second = (replace(mail(1, at), message_id=f"{task}.1@s") for task, at in (("1", 1.0), ("2", 2.1)))
    judged = replace(trial(), ledger=replace(trial().ledger, sent={"1.1@s": "a1", "2.1@s": "a1"}))
    assert not broken(judged, first, second)


CAMPAIGNS: dict[str, dict[str, Any]] = {
    "written_again": {"fates": [LIVED.fates[0], {**LIVED.fates[1], "replies": "sent"}]},
    "not_followed": {"fates": [LIVED.fates[0], {**LIVED.fates[1], "silent": "suppressed"}]},
    "wrong_thread": {"threads": {**LIVED.threads, "silent": ("2.2@s", "1.2@s")}},
    "answers_lost": {"events": {("clicks", "click"): 1}},
    "answers_doubled": {"events": {**LIVED.events, ("replies", "reply"): 2}},
    "clicks_beyond_bound": {"events": {("replies", "reply"): 1}},
    "campaigns_not_ended": {"status": "sending"},
}


@pytest.mark.parametrize(("name", "change"), CAMPAIGNS.items())
def test_a_campaign_that_fared_otherwise_breaks_its_bound(name: str, change: dict[str, Any]) -> None:
    assert broken(replace(trial(), campaign=replace(LIVED, **change)), mail(1, 1.0), mail(2, 2.1)) == {name}


def test_who_answered_is_written_again_also_where_a_second_mail_was_only_tried() -> None:
    tried = replace(mail(3, 3.2, provider="other"), recipients=("replies",), message_id="2.3@s", taken=False)
    assert broken(trial(), mail(1, 1.0), mail(2, 2.1), tried) == {"written_again"}


def test_a_fault_that_ends_the_api_may_take_a_click_of_its_last_second_with_it() -> None:
    judged = trial()
    ends_api = replace(judged.plan, fault=replace(judged.plan.fault, drops_clicks=True))
    clicked = {**LIVED.done, "clicks": Done("click", HIT.begun_at - 1)}
    lost = replace(LIVED, done=clicked, events={("replies", "reply"): 1})
    assert not broken(replace(judged, plan=ends_api, campaign=lost), mail(1, 1.0), mail(2, 2.1))


def test_a_receiver_that_turned_nobody_away_has_proved_nothing() -> None:
    judged = trial()
    ended = replace(judged.plan, fault=replace(judged.plan.fault, trouble=TURNED_AWAY))
    assert broken(replace(judged, plan=ended), mail(1, 1.0), mail(2, 2.1)) == {"not_met"}


def test_mails_of_other_faults_are_judged_with_theirs() -> None:
    assert not broken(trial(), mail(1, 1.0), mail(2, 2.1), mail(1, 1.2, provider="other"))


def test_sums_that_do_not_add_up_break_a_bound() -> None:
    assert broken(trial(sent=[1]), mail(1, 1.0)) == {"unaccounted"}


def test_a_task_that_did_not_end_as_it_must_breaks_a_bound() -> None:
    judged = trial()
    open_still = replace(judged, ledger=replace(judged.ledger, status="sending"))
    assert broken(open_still, mail(1, 1.0), mail(2, 2.1)) == {"not_ended"}


def test_a_contradiction_in_the_ledger_breaks_a_bound() -> None:
    wrong = replace(trial(), wrong=["task_counters: …"])
    assert broken(wrong, mail(1, 1.0), mail(2, 2.1)) == {"invariants_broken"}


@pytest.mark.parametrize("hits", [(), (replace(HIT, claimed=0),), (replace(HIT, transmitting=0),)])
def test_a_fault_that_met_no_mail_in_one_of_the_phases_has_proved_nothing(hits: Sequence[Hit]) -> None:
    assert broken(trial(hits=hits), mail(1, 1.0), mail(2, 2.1)) == {"not_hit"}


@pytest.mark.parametrize(("provider", "names"), [("p", set()), ("other", {"not_met"})])
def test_a_fault_of_providers_that_met_no_dialogue_of_theirs_has_proved_nothing(provider: str, names: set[str]) -> None:
    judged = trial()
    busy = replace(judged, plan=replace(judged.plan, fault=replace(judged.plan.fault, trouble="refused banner")))
    seen = Journal((mail(1, 1.0), mail(2, 2.1)), troubles=Counter({(provider, "refused banner"): 3}))
    known = figures({"f": row(busy, seen)}, {})
    assert {bound.name for bound in bounds(known) if not bound.ok} == names


def test_a_fault_that_could_not_be_done_as_declared_breaks_a_bound() -> None:
    assert broken(trial(hits=[replace(HIT, failure="no")]), mail(1, 1.0), mail(2, 2.1)) == {"failed_hits"}


def test_no_fault_at_all_is_no_proof() -> None:
    assert not next(bound for bound in bounds(figures({}, {})) if bound.name == "faults").ok


@pytest.mark.parametrize(
    ("unknowns", "second", "names"),
    [
        ("none", mail(2, 2.1, code=None), {"unknown_beyond_bound"}),
        ("unanswered", mail(2, 2.1, code=None), set()),
        ("unanswered", before_body(mail(2, 2.1)), {"unknown_beyond_bound"}),
        ("unanswered", mail(2, 2.1), {"unknown_beyond_bound"}),
        ("killed", mail(2, 1.99), set()),
        ("killed", before_body(mail(2, 1.99)), {"unknown_beyond_bound"}),
        ("killed", mail(2, 1.9), set()),
        ("killed", mail(2, 0.9), {"unknown_beyond_bound"}),
        ("killed", mail(2, 2.1, code=None), {"unknown_beyond_bound"}),
    ],
)
def test_only_those_mails_may_be_unknown_that_the_fault_left_so(
    unknowns: Unknowns, second: Try, names: set[str]
) -> None:
    judged = trial(sent=[1], unknown=[2], unknowns=unknowns)
    assert broken(judged, mail(1, -0.5), second) == names
