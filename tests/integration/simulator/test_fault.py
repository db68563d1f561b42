"""Each fault on demand: refusals, drops, greylists, quotas, connections that are slow, full, silent or refused."""

from typing import Any

import pytest

from tests.integration.simulator.process import MESSAGE, Raw, Simulator, wait_for

UNLIKELY = "nobody-else@example.org"


def begun(raw: Raw, recipient: str = UNLIKELY) -> Raw:
    """A mail up to its RCPT."""
    raw.reply()
    raw.say("EHLO x", "MAIL FROM:<a@x.org>", f"RCPT TO:<{recipient}>")
    for _ in range(3):
        raw.reply()
    return raw


@pytest.mark.parametrize("stage", ["rcpt", "data", "dot"])
def test_a_rule_refuses_its_addresses_at_its_stage(running: Simulator, stage: str) -> None:
    rule = {"stage": stage, "code": 550, "text": "5.1.1 Nobody there", "pattern": "gone*@example.org"}
    provider = running.add(rules=[rule])
    assert provider.send("gone-1@example.org") == (550, "5.1.1 Nobody there")
    assert provider.send("there@example.org")[0] == 250
    refused = provider.lines("mail")[:1] if stage == "dot" else provider.lines("refused")
    assert [line["code"] for line in refused] == [550]


def test_a_rule_at_mail_is_about_the_sender(running: Simulator) -> None:
    provider = running.add(rules=[{"stage": "mail", "code": 550, "pattern": "spammer@*"}])
    with provider.client() as client:
        assert client.mail("spammer@example.org") == (550, b"5.0.0 Refused by a rule")
        assert client.mail("friend@example.org")[0] == 250


def test_a_share_takes_the_same_addresses_at_every_provider(running: Simulator) -> None:
    addresses = [f"c{number}@example.org" for number in range(200)]
    refused = []
    for provider in (running.add(rules=[{"stage": "rcpt", "code": 451, "share": 0.2}]) for _ in range(2)):
        with provider.client() as client:
            client.mail("a@example.org")
            refused.append([address for address in addresses if client.rcpt(address)[0] == 451])
    assert refused[0] == refused[1]
    assert 15 < len(refused[0]) < 75


def test_a_limited_rule_remembers_its_tries_over_all_providers(running: Simulator) -> None:
    rules = [{"stage": "dot", "code": 451, "pattern": "once-*", "times": 1, "text": "4.3.0 Later, this test says"}]
    first, second = running.add(rules=rules), running.add(rules=rules)
    assert first.send("once-1@example.org")[0] == 451
    assert second.send("once-1@example.org")[0] == 250
    assert second.send("once-2@example.org")[0] == 451
    assert first.send("once-2@example.org")[0] == 250


def test_a_drop_before_the_dot_is_answered_takes_nothing(running: Simulator) -> None:
    provider = running.add(rules=[{"action": "drop", "stage": "dot_before"}])
    with begun(provider.raw()) as raw:
        assert raw.ask("DATA").startswith("354")
        raw.say("Message-ID: <dropped@x>", "", "text", ".")
        assert raw.reply() == ""
    assert provider.lines("mail") == []
    (line,) = provider.lines("dropped")
    assert (line["stage"], line["message_id"]) == ("dot_before", "dropped@x")


def test_a_drop_after_the_dot_takes_the_mail_and_never_says_so(running: Simulator) -> None:
    provider = running.add(rules=[{"action": "drop", "stage": "dot_after"}], latency_ms=20)
    with begun(provider.raw()) as raw:
        assert raw.ask("DATA").startswith("354")
        raw.say("Message-ID: <taken@x>", "", "text", ".")
        assert raw.reply() == ""
    (line,) = provider.lines("mail")
    assert (line["message_id"], line["code"], line["answered_at"]) == ("taken@x", None, None)
    assert provider.state()["taken_today"] == 1


def test_a_drop_in_the_body_leaves_354_answered_and_nothing_taken(running: Simulator) -> None:
    provider = running.add(rules=[{"action": "drop", "stage": "body"}])
    with begun(provider.raw()) as raw:
        assert raw.ask("DATA").startswith("354")
        raw.say("Subject: x", "", "text", ".")
        assert raw.reply() == ""
    assert [line["event"] for line in provider.lines()] == ["dropped"]


@pytest.mark.parametrize(("stage", "answered"), [("banner", 0), ("mail", 2), ("rcpt", 3), ("data", 4)])
def test_a_drop_ends_the_connection_at_its_stage(running: Simulator, stage: str, answered: int) -> None:
    provider = running.add(rules=[{"action": "drop", "stage": stage}])
    commands = ["EHLO x", "MAIL FROM:<a@x.org>", f"RCPT TO:<{UNLIKELY}>", "DATA"]
    with provider.raw() as raw:
        replies = [raw.reply(), *(raw.ask(command) for command in commands[:answered])]
        assert replies[-1] == ""
        assert all(replies[:-1])
    assert [line["stage"] for line in provider.lines("dropped")] == [stage]


def test_a_limited_drop_at_the_banner_takes_the_first_connections(running: Simulator) -> None:
    provider = running.add(rules=[{"action": "drop", "stage": "banner", "times": 2}])
    greetings = []
    for _ in range(3):
        with provider.raw() as raw:
            greetings.append(raw.reply()[:3])
    assert greetings == ["", "", "220"]


def test_a_client_gone_before_the_answer_leaves_a_mail_taken_without_one(running: Simulator) -> None:
    provider = running.add(latency_ms=600_000)
    with begun(provider.raw()) as raw:
        raw.ask("DATA")
        raw.say("text", ".")
    wait_for(lambda: not provider.state()["open_connections"])
    assert [line["code"] for line in provider.lines("mail")] == [None]


def test_a_spent_quota_refuses_the_next_mail(running: Simulator) -> None:
    provider = running.add(quota_per_day=2, quota_code=550, quota_text="5.4.5 Daily limit exceeded")
    with provider.client() as client:
        for _ in range(2):
            client.sendmail("a@example.org", ["b@example.org"], MESSAGE.format("q"))
        assert client.mail("a@example.org") == (550, b"5.4.5 Daily limit exceeded")
        provider.change(quota_per_day=3)
        assert client.mail("a@example.org")[0] == 250


def test_a_quota_holds_for_mails_that_began_together(running: Simulator) -> None:
    provider = running.add(quota_per_day=1)
    with begun(provider.raw()) as one, begun(provider.raw()) as two:
        answers = []
        for raw in (one, two):
            raw.ask("DATA")
            raw.say("text", ".")
            answers.append(raw.reply()[:3])
    assert answers == ["250", "450"]


def test_a_greylist_lets_the_same_pair_pass_later(running: Simulator) -> None:
    provider = running.add(greylist_seconds=3600)
    assert provider.send("grey@example.org")[0] == 451
    assert provider.send("grey@example.org")[0] == 451
    provider.change(greylist_seconds=0)
    assert provider.send("grey@example.org")[0] == 250


@pytest.mark.parametrize(
    ("settings", "greeting"),
    [({"greeting_421": True}, "421"), ({"banner_delay_ms": 30}, "220"), ({"tls_broken": True}, "220")],
)
def test_a_greeting_is_as_set(running: Simulator, settings: dict[str, Any], greeting: str) -> None:
    with running.add(**settings).raw() as raw:
        assert raw.reply()[:3] == greeting


@pytest.mark.parametrize(
    ("settings", "event"),
    [
        ({"greeting_421": True}, "refused"),
        ({"banner_delay_ms": 1_000}, "slow"),
        ({"silent": True}, "silent"),
        ({"security": "tls", "tls_broken": True}, "handshake_failed"),
    ],
)
def test_a_connection_that_meets_a_fault_stands_in_the_journal(
    running: Simulator, settings: dict[str, Any], event: str
) -> None:
    provider = running.add(**settings)
    with provider.raw():
        wait_for(lambda: provider.lines(event))


def test_one_connection_too_many_is_turned_away(running: Simulator) -> None:
    provider = running.add(max_connections=1)
    with provider.raw() as first, provider.raw() as second:
        assert [first.reply()[:3], second.reply()[:3]] == ["220", "421"]
        assert first.ask("NOOP")[:3] == "250"


def test_a_silent_provider_takes_connections_and_says_nothing(running: Simulator) -> None:
    provider = running.add(silent=True)
    with provider.raw() as raw:
        raw.say("EHLO x")
        wait_for(lambda: provider.state()["open_connections"])
        running.control.delete(f"/providers/{provider.name}")
        assert raw.reply() == ""
