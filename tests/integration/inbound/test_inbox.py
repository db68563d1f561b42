"""What comes in becomes events of the mails it is about, once, and nothing else."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from mail.return_path import ReturnPaths
from tests.integration.inbound.conftest import KEY, Post
from tests.unit.mail.inbound.mails import answer, block, complaint, mail, notice, parts, report

OURS = "ada@example.org"


async def test_what_comes_back_is_an_event_of_the_mail_that_it_names(post: Post) -> None:
    kinds = {
        "hard_bounce": report(block("5.1.1", "550 5.1.1 <bob@example.net> user unknown")),
        "soft_bounce": report(block("4.2.2", "452 mailbox full")),
        "complaint": complaint(),
        "reply": answer("Yes."),
        "auto_reply": answer("Away.", Auto_Submitted="auto-replied"),
    }
    for raw in kinds.values():
        assert (await post.comes(raw)).matched_by == "message_id"

    assert await post.events() == [(kind, "message_id") for kind in kinds]


async def test_a_filter_that_wants_proof_is_no_person(post: Post) -> None:
    await post.comes(answer("Please confirm your message.", Auto_Submitted="auto-replied"))

    row = await post.world.row("SELECT kind, detail FROM events")
    assert tuple(row) == ("auto_reply", {"matchedBy": "message_id", "challenge": True})


async def test_the_same_mail_twice_is_one_event(post: Post) -> None:
    raw = report(block("4.2.2", "452 mailbox full"), Message_ID="<1@mx.example.net>")

    await post.comes(raw)
    await post.comes(b"Received: from another copy\r\n" + raw)

    assert await post.letters.engagement() == {"soft_bounces": 1}
    assert post.news == [post.task_id]


async def test_a_mail_without_a_message_id_is_known_again_by_its_bytes(post: Post) -> None:
    for _ in range(2):
        await post.comes(notice("Message-ID: <0123456789abcdef0123456789abcdef.7@example.org>\nno such user"))

    assert await post.events() == [("hard_bounce", "message_id")]


async def test_a_hard_bounce_suppresses_and_a_soft_one_does_not(post: Post) -> None:
    await post.comes(report(block("5.2.2", "552 mailbox full")))
    assert await post.letters.suppressions() == {}

    await post.comes(report(block("5.1.1", "550 user unknown")))
    assert await post.letters.suppressions() == {1: "bounced"}


async def test_a_bounce_is_kept_with_its_cause_and_without_an_address(post: Post) -> None:
    await post.comes(report(block("5.1.1", "550 5.1.1 <bob@example.net>: user unknown")))

    row = await post.world.row("SELECT detail FROM events")
    assert row["detail"] == {
        "matchedBy": "message_id", "reason": "unknown_user", "status": "5.1.1", "forwarded": True,
        "text": "550 5.1.1 <…>: user unknown",
    }  # fmt: skip


async def test_of_several_recipients_ours_counts(post: Post) -> None:
    ours = block("5.1.1", to=await post.recipient())

    await post.comes(report(block("4.2.2", to="eve@example.net"), ours))

    assert await post.events() == [("hard_bounce", "message_id")]


async def test_a_list_that_lost_some_of_its_members_is_no_dead_address(post: Post) -> None:
    await post.comes(report(block("5.1.1"), block("5.1.1", to="eve@example.net")))

    assert await post.events() == [("soft_bounce", "message_id")]


async def test_who_is_away_gets_the_follow_up_on_the_day_they_are_back(post: Post) -> None:
    await post.letters.in_campaign(None, None, None)
    now = datetime.now(UTC)
    until = f"{now + timedelta(days=30):%Y-%m-%d}"

    await post.comes(answer(f"I am back on {until}.", Auto_Submitted="auto-replied", Date=format_datetime(now)))

    contact = await post.letters.contact()
    assert (contact["not_before"], contact["stop_reason"]) == (datetime.fromisoformat(f"{until}T00:00Z"), None)


async def test_a_reply_stops_its_contact_also_when_a_colleague_writes_it(post: Post) -> None:
    await post.letters.in_campaign(None, None, None)

    await post.comes(answer("Ada asked me to answer.", From="eve@elsewhere.example"))

    assert (await post.letters.contact())["stop_reason"] == "replied"
    assert (await post.world.row("SELECT detail FROM events"))["detail"] == {
        "matchedBy": "message_id",
        "fromOther": True,
    }


async def test_what_is_no_news_of_a_mail_is_dropped(post: Post) -> None:
    ours, other = (
        "<0123456789abcdef0123456789abcdef.7@example.org>",
        "<0123456789abcdef0123456789abcdef.7@evil.example>",
    )
    cases = [
        (mail("News.", Message_ID=ours, From=OURS), "answers nothing"),
        (answer("News.", Message_ID=ours), "a copy of a mail of ours"),
        (answer("One more thing.", From=f"Ada <{OURS.upper()}>"), "from an address of ours"),
        (answer("I am away.", From=OURS, Auto_Submitted="auto-replied"), "from an address of ours"),
        (answer("Yes.", In_Reply_To="<x@y.example>", References=""), "names no mail of ours"),
        (answer("Yes.", In_Reply_To=f"<{'0' * 32}.1@example.org>", References=""), "names no mail of ours"),
        (answer("Yes.", In_Reply_To=other, References=""), "names no mail of ours"),
        (report(block("4.4.1", action="delayed")), "nothing is lost yet"),
        (mail("Buy."), "answers nothing"),
        (b"\xff\x00", "answers nothing"),
    ]
    assert [(await post.comes(raw)).dropped for raw, _ in cases] == [why for _, why in cases]
    assert await post.events() == []


async def test_a_mail_at_the_return_path_of_ours_is_about_it(post: Post) -> None:
    path = ReturnPaths(KEY).address("bounces@mail.example.org", post.task_id, 1)

    await post.comes(notice("Something went wrong with bob@example.net: no such user"), path.upper())

    assert await post.events() == [("hard_bounce", "return_path")]


async def test_a_return_path_that_nobody_here_made_says_nothing(post: Post) -> None:
    forged = ReturnPaths("z" * 43 + "=").address("bounces@mail.example.org", post.task_id, 1)

    await post.comes(notice("Something went wrong with bob@example.net: no such user"), forged)

    assert await post.events() == []


@pytest.mark.parametrize(
    "raw",
    [
        notice("The following address failed:\n\n%s\nno such user\n"),
        mail("I am away.", Subject="Automatic reply: News", From="%s"),
    ],
)
async def test_a_mail_that_names_none_of_ours_is_about_the_last_to_its_address(post: Post, raw: bytes) -> None:
    await post.inbox.take(raw % (await post.recipient()).encode(), [OURS])

    assert [matched_by for _, matched_by in await post.events()] == ["address"]


async def test_an_address_is_looked_for_among_mails_of_campaigns_too(post: Post) -> None:
    await post.letters.in_campaign(None, None, None)
    await post.world.pool.execute("UPDATE tasks SET round_no = 1 WHERE id = $1", post.task_id)
    await post.world.pool.execute("UPDATE subtasks SET round_no = 1 WHERE task_id = $1", post.task_id)

    await post.inbox.take(
        notice("The following address failed:\n\n%s\nno such user\n" % await post.recipient()), [OURS]
    )

    assert await post.events() == [("hard_bounce", "address")]


async def test_a_person_is_never_matched_by_an_address_alone(post: Post) -> None:
    await post.inbox.take(mail("Yes.", Subject="Re: News", From=await post.recipient()), [OURS])

    assert await post.events() == []


async def test_who_answers_a_mail_of_unknown_outcome_has_had_it(post: Post) -> None:
    permit, _ = await post.world.claim_one(await post.world.service(), post.task_id)
    await post.world.mark(permit)
    await post.world.record(permit, "unknown", mail_begun=True, dot_sent=True)
    assert await post.world.queue(post.task_id) == {"ready": 1, "sent": 1, "unknown": 1}

    await post.inbox.take(post.about_us(answer("Yes."), seq=2))

    assert await post.world.queue(post.task_id) == {"ready": 1, "sent": 2}
    assert post.told == [post.task_id]


async def test_a_delay_too_shows_that_a_mail_left(post: Post) -> None:
    permit, _ = await post.world.claim_one(await post.world.service(), post.task_id)
    await post.world.mark(permit)
    await post.world.record(permit, "unknown", mail_begun=True, dot_sent=True)

    await post.inbox.take(post.about_us(report(block("4.4.1", action="delayed")), seq=2))

    assert await post.world.queue(post.task_id) == {"ready": 1, "sent": 2}


async def test_a_clock_that_is_behind_does_not_put_the_answer_before_the_mail(post: Post) -> None:
    await post.comes(answer("Yes.", Date="Thu, 01 Jan 1970 00:00:00 +0000"))

    row = await post.world.row("SELECT e.occurred_at >= b.sent_at FROM events e JOIN subtasks b USING (task_id, seq)")
    assert row[0]


async def test_a_mail_in_many_parts_is_read_to_the_bound_and_no_further(post: Post) -> None:
    kind, body = parts("mixed", "Content-Type: text/plain\n\nYes.\n", "Content-Type: image/png\n\n" + "A" * 2_000_000)

    await post.comes(answer(body, Content_Type=kind))

    assert await post.events() == [("reply", "message_id")]
