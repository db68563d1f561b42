"""Bounces by class and by the shape that each kind of mail system gives them."""

import pytest

from mail.inbound.reader import read
from tests.unit.mail.inbound.mails import ADA, BOB, NOW, OURS, block, copy, mail, notice, parts, report

EXIM = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {BOB}
    host mx.example.net [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{BOB}>:
    %s

------ This is a copy of the message, including all the headers. ------

Message-ID: {OURS}
From: {ADA}
To: {BOB}
"""
QMAIL = f"""Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{BOB}>:
%s

--- Below this line is a copy of the message.

Return-Path: <{ADA}>
Message-ID: {OURS}
"""
EXCHANGE = """Delivery has failed to these recipients or groups:

Bob (bob@example.net)<mailto:bob@example.net>
%s

Diagnostic information for administrators:
Generating server: mx.example.net
bob@example.net
Remote Server returned '%s'
"""

STANDARD = [
    ("5.1.1", "550 5.1.1 <bob@example.net>: user unknown", "hard_bounce", "unknown_user"),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", "hard_bounce", "unknown_user"),
    ("5.1.2", "550 5.1.2 Host or domain name not found", "hard_bounce", "unknown_user"),
    ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled.", "hard_bounce", "unknown_user"),
    ("5.4.4", "", "hard_bounce", "other"),
    ("5.0.0", "550 no", "hard_bounce", "other"),
    ("5.0.0", "550 5.1.1 no", "hard_bounce", "unknown_user"),
    ("5.2.2", "552 5.2.2 Mailbox full", "soft_bounce", "mailbox_full"),
    ("5.2.2", "", "soft_bounce", "mailbox_full"),
    ("4.2.2", "452 4.2.2 The email account that you tried to reach is over quota", "soft_bounce", "mailbox_full"),
    ("4.4.7", "delivery temporarily suspended: connection timed out", "soft_bounce", "timeout"),
    ("5.7.1", "550 5.7.1 listed at zen.spamhaus.org", "soft_bounce", "blocked"),
    ("5.7.1", "554 5.7.1 message rejected as spam", "soft_bounce", "content"),
    ("5.7.26", "550-5.7.26 unauthenticated email is not accepted due to DMARC policy", "soft_bounce", "policy"),
    ("5.3.4", "552 5.3.4 message size exceeds fixed limit", "soft_bounce", "policy"),
    ("4.7.1", "450 4.7.1 greylisted, try again later", "soft_bounce", "greylist"),
    ("5.7.28", "550-5.7.28 an unusual rate of unsolicited mail", "soft_bounce", "rate_limited"),
]


@pytest.mark.parametrize(("status", "diagnostic", "kind", "reason"), STANDARD)
def test_a_standard_report_is_read(status: str, diagnostic: str, kind: str, reason: str) -> None:
    reading = read(report(block(status, diagnostic)), NOW)
    assert (reading.kind, [(each.recipient, each.reason) for each in reading.failures]) == (kind, [(BOB, reason)])
    assert reading.references[0].message_id == OURS


OTHER_SHAPES = {
    "exim unknown": (notice(EXIM % "550 5.1.1 unknown user", From="Mail Delivery System <Mailer-Daemon@m.example>"),
                     "hard_bounce", "unknown_user"),
    "exim full": (notice(EXIM % "552 mailbox is full"), "soft_bounce", "mailbox_full"),
    "exim expired": (notice(EXIM % "retry timeout exceeded"), "soft_bounce", "timeout"),
    "qmail no mailbox": (notice(QMAIL % "No mailbox here by that name. (#5.1.1)"), "hard_bounce", "unknown_user"),
    "qmail quota": (notice(QMAIL % "User is over the quota. (#5.2.2)"), "soft_bounce", "mailbox_full"),
    "qmail no connection": (notice(QMAIL % "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)"),
                            "soft_bounce", "timeout"),
    "yahoo": (notice(f"Unable to deliver message to the following address(es).\n\n<{BOB}>:\n"
                     f"This user doesn't have a yahoo.com account ({BOB}) [0]\n\n--- Original message follows.\n"),
              "hard_bounce", "unknown_user"),
    "exchange unknown": (notice(EXCHANGE % ("The email address you entered couldn't be found.",
                                            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found"),
                                Subject="Undeliverable: News", From="Microsoft Outlook <postmaster@example.net>"),
                         "hard_bounce", "unknown_user"),
    "exchange restricted": (notice(EXCHANGE % ("It couldn't be delivered.",
                                               "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup"),
                                   Subject="Undeliverable: News", From="postmaster@a.example"), "soft_bounce", "other"),
    "google words": (notice(f"** Address not found **\n\nYour message wasn't delivered to {BOB} because the "
                            "address couldn't be found, or is unable to receive mail.\n\nThe response was:\n\n"
                            "550 5.1.1 The email account that you tried to reach does not exist.",
                            From="Mail Delivery Subsystem <mailer-daemon@googlemail.com>", X_Failed_Recipients=BOB,
                            Subject="Delivery Status Notification (Failure)"), "hard_bounce", "unknown_user"),
    "google domain": (notice(f"Delivery to the following recipient failed permanently:\n\n     {BOB}\n\n"
                             "Technical details of permanent failure: \nDNS Error: Domain name not found",
                             X_Failed_Recipients=BOB), "hard_bounce", "unknown_user"),
    "163 unknown": (notice(f"抱歉，您的邮件被退回来了……\n收件人：\n{BOB}\n退信原因：收件人帐号不存在\n",
                           Subject="系统退信/Systems bounce", From="Postmaster@163.com"),
                  "hard_bounce", "unknown_user"),
    "qq full": (notice(f"退信说明：\n{BOB}\n对方邮箱空间不足，无法接收。\n",
                       Subject="系统退信", From="QQ邮箱管理员 <10000@qq.com>"), "soft_bounce", "mailbox_full"),
    "qq refused": (notice(f"邮件投递失败。收件人: {BOB}\n该邮件被对方拒收\n",
                          Subject="系统退信", From="10000@qq.com"),
                   "soft_bounce", "blocked"),
    "german": (notice(f"Ihre Nachricht konnte nicht zugestellt werden.\n\n{BOB}\nEmpfänger unbekannt\n",
                      Subject="Unzustellbar: News", From="postmaster@example.net"), "hard_bounce", "unknown_user"),
    "french": (notice(f"Votre message n'a pas pu être remis à :\n{BOB}\nL'adresse n'existe pas.\n",
                      Subject="Non remis : News", From="postmaster@example.net"), "hard_bounce", "unknown_user"),
    "spanish full": (notice(f"No se puede entregar a:\n{BOB}\nEl buzón del destinatario está lleno.\n",
                            Subject="No se puede entregar: News", From="postmaster@example.net"),
                     "soft_bounce", "mailbox_full"),
    "russian": (notice(f"Письмо не доставлено:\n{BOB}\nПользователь не найден\n",
                       Subject="Недоставленное сообщение", From="mailer-daemon@mail.example"),
                "hard_bounce", "unknown_user"),
    "no cause": (notice(f"Could not deliver to the following recipient(s):\n\n {BOB}\n"), "soft_bounce", "other"),
    "late dns": (notice(f"<{BOB}>: Name service error for example.net: Host not found, try again\n",
                        Subject="Undelivered Mail Returned to Sender"), "soft_bounce", "unknown_user"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_SHAPES)
def test_a_notice_in_words_is_read(name: str) -> None:
    raw, kind, reason = OTHER_SHAPES[name]
    reading = read(raw, NOW)
    assert (reading.kind, [(each.recipient, each.reason) for each in reading.failures]) == (kind, [(BOB, reason)])


@pytest.mark.parametrize(
    "raw",
    [
        report(block("4.4.1", action="delayed"), Subject="Delayed Mail (still being retried)"),
        notice(f"Your message to {BOB} has not yet been delivered.\nNo action is required on your part.\n",
               Subject="Warning: message delayed 24 hours"),
        notice(f"{BOB}\n邮件投递延迟，系统稍后再尝试投递。", Subject="系统退信", From="postmaster@163.com"),
    ],
)  # fmt: skip
def test_a_delay_is_no_bounce(raw: bytes) -> None:
    reading = read(raw, NOW)
    assert (reading.kind, reading.failures[0].recipient, reading.failures[0].delayed) == ("delayed", BOB, True)


def test_a_report_of_a_success_tells_of_nothing() -> None:
    assert read(report(block("2.0.0", action="delivered"), Subject="Successful delivery"), NOW).kind == "other"


def test_a_report_names_each_of_its_recipients() -> None:
    reading = read(report(block("5.1.1"), block("4.2.2", to="eve@example.net"), block("2.0.0", action="relayed")), NOW)
    assert [(each.recipient, each.hard) for each in reading.failures] == [(BOB, True), ("eve@example.net", False)]
    assert reading.kind == "hard_bounce"


def test_a_mail_that_was_forwarded_failed_for_whom_it_was_sent_to() -> None:
    fields = f"Original-Recipient: rfc822;{BOB}\n" + block("5.1.1", to="old@elsewhere.example")
    assert read(report(fields), NOW).failures[0].recipient == BOB


def test_a_report_that_a_gateway_wrapped_is_read() -> None:
    inner = report(block("5.1.1")).decode().replace("\r\n", "\n").replace("--b", "--i").replace('"b"', '"i"')
    kind, body = parts("mixed", f"Content-Type: message/rfc822\n\n{inner}")
    raw = mail(body, Content_Type=kind, From="postmaster@example.net", Subject="Delivery Status Notification (Failure)")
    reading = read(raw, NOW)
    assert (reading.kind, reading.references[0].message_id) == ("hard_bounce", OURS)


def test_the_original_id_in_the_report_is_enough() -> None:
    fields = f"Original-Message-ID: {OURS}\n" + block("5.1.1")
    reading = read(report(fields, returned="Content-Type: text/plain\n\nnothing is returned\n"), NOW)
    assert [each.message_id for each in reading.references] == [OURS]


def test_the_returned_mail_comes_before_the_thread_it_is_of() -> None:
    returned = copy().rstrip("\n") + f"\nReferences: <{'0' * 32}.1@example.org>\n"
    reading = read(report(block("5.1.1"), returned=returned), NOW)
    assert [each.message_id for each in reading.references] == [OURS, f"<{'0' * 32}.1@example.org>"]


def test_an_id_in_the_words_of_a_notice_is_found() -> None:
    reading = read(notice(QMAIL % "no such user"), NOW)
    assert [(each.message_id, each.origin) for each in reading.references] == [(OURS, "text")]


def test_a_person_who_asks_about_a_bounce_is_answering() -> None:
    raw = mail("Did you get this?", Subject="Re: Undelivered Mail Returned to Sender", In_Reply_To=OURS)
    assert read(raw, NOW).kind == "reply"
