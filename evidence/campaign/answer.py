"""What comes back for a mail, written as mail systems write it: answers, notices of absence, bounces, complaints."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from evidence.campaign.habit import Act

BOUNCE_FROM: Final = "MAILER-DAEMON@mx.example"
BOUNDARY: Final = "=_report"
RETURNS: Final[tuple[Callable[[date], str], ...]] = (
    lambda day: f"I am out of the office until {day.isoformat()} and read no mail.",
    lambda day: f"Thank you for your message. I will be back on {day.day} {day:%B} {day.year}.",
    lambda day: f"Ich bin bis zum {day:%d.%m.%Y} nicht im Büro und lese keine E-Mails.",
    lambda day: f"我在{day.year}年{day.month}月{day.day}日之前休假，回来后会回复您。",
)
"""How people say until when they are away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A mail that a recipient has: what an answer to it needs."""

    message_id: str
    """Without its brackets."""
    subject: str
    sender: str
    """Of the header, to whom people answer."""
    return_path: str
    """Of the envelope, to whom machines answer."""
    recipient: str
    head: bytes
    """Its headers, as a bounce gives them back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A mail on its way back."""

    sender: str
    """Of the envelope; empty for machines, so that nobody answers them."""
    recipient: str
    message: bytes


def write(act: Act, mail: Received, number: int, at: datetime, back_on: date) -> Answer:
    """Write what an act sends back; `number` makes it different from others to the same mail."""
    return WRITERS[act](_Occasion(mail, number, at, back_on))


@dataclass(frozen=True, slots=True)
class _Occasion:
    mail: Received
    number: int
    at: datetime
    back_on: date


def _reply(told: _Occasion, sender: str = "") -> Answer:
    mail = told.mail
    message = _headed(told, sender or mail.recipient, mail.sender, f"Re: {mail.subject}")
    message["In-Reply-To"] = message["References"] = f"<{mail.message_id}>"
    message.set_content(f"Yes, tell me more.\n\nOn some day {mail.sender} wrote:\n> Good day\n> and so on\n")
    return Answer(sender or mail.recipient, mail.sender, message.as_bytes())


def _reply_from_elsewhere(told: _Occasion) -> Answer:
    return _reply(told, f"assistant.{told.mail.recipient}")


def _away(told: _Occasion) -> Answer:
    words = RETURNS[told.number % len(RETURNS)](told.back_on)
    return _machine(told, f"Automatic reply: {told.mail.subject}", words)


def _auto_reply(told: _Occasion) -> Answer:
    return _machine(told, f"[Ticket #{told.number}] {told.mail.subject}", "We have received your message.")


def _machine(told: _Occasion, subject: str, words: str) -> Answer:
    mail = told.mail
    message = _headed(told, mail.recipient, mail.return_path, subject)
    message["Auto-Submitted"] = "auto-replied"
    message["In-Reply-To"] = f"<{mail.message_id}>"
    message.set_content(words)
    return Answer("", mail.return_path, message.as_bytes())


def _hard_bounce(told: _Occasion) -> Answer:
    return _bounce(told, "5.1.1", "550 5.1.1 The email account that you tried to reach does not exist")


def _soft_bounce(told: _Occasion) -> Answer:
    return _bounce(told, "4.2.2", "452 4.2.2 The recipient's mailbox is over its storage limit")


def _bounce(told: _Occasion, status: str, words: str) -> Answer:
    """As RFC 3464 has it."""
    fields = (
        "Reporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {told.mail.recipient}\nAction: failed\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {words}\n"
    )
    return _report(
        told, "Undelivered Mail Returned to Sender", words, ("delivery-status", fields), "text/rfc822-headers"
    )


def _complaint(told: _Occasion) -> Answer:
    """As RFC 5965 has it."""
    fields = f"Feedback-Type: abuse\nUser-Agent: Demo/1\nVersion: 1\nOriginal-Rcpt-To: {told.mail.recipient}\n"
    words = "This is a report of abuse."
    return _report(told, f"FW: {told.mail.subject}", words, ("feedback-report", fields), "message/rfc822")


def _report(told: _Occasion, subject: str, words: str, report: tuple[str, str], original: str) -> Answer:
    """A `multipart/report` (RFC 6522): words for people, fields for machines, and the head of the mail it is about.

    Written out, because the library puts a head of its own before whatever stands in a part of type `message`.
    """
    kind, fields = report
    message = _headed(told, BOUNCE_FROM, told.mail.return_path, subject)
    head = f'MIME-Version: 1.0\nContent-Type: multipart/report; report-type="{kind}"; boundary="{BOUNDARY}"\n\n'
    parts = (("text/plain", f"{words}\n"), (f"message/{kind}", fields), (original, _head_of(told.mail)))
    body = "".join(f"--{BOUNDARY}\nContent-Type: {name}\n\n{text}\n" for name, text in parts)
    return Answer("", told.mail.return_path, message.as_bytes().rstrip() + f"\n{head}{body}--{BOUNDARY}--\n".encode())


def _head_of(mail: Received) -> str:
    return mail.head.decode("utf-8", "replace").replace("\r\n", "\n")


def _headed(told: _Occasion, sender: str, recipient: str, subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message["Date"] = format_datetime(told.at)
    message["Message-ID"] = f"<answer.{told.number}.{told.mail.message_id}>"
    return message


WRITERS: Final[dict[Act, Callable[[_Occasion], Answer]]] = {
    "reply": _reply,
    "reply_from_elsewhere": _reply_from_elsewhere,
    "away": _away,
    "auto_reply": _auto_reply,
    "hard_bounce": _hard_bounce,
    "soft_bounce": _soft_bounce,
    "complain": _complaint,
}
