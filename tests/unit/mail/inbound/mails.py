"""Small mails as the world's systems write them, all made up for these tests."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TASK = "0123456789abcdef0123456789abcdef"
OURS = f"<{TASK}.7@example.org>"
"""The Message-ID of the mail that they are about."""
ADA = "ada@example.org"
BOB = "bob@example.net"


def mail(text: str, **headers: str) -> bytes:
    """A mail to Ada; a header's name is written with `_` for `-`, an empty one is left out."""
    given = {"From": BOB, "To": ADA, "Subject": "Hello", "Date": "Sat, 28 Nov 2026 10:00:00 +0000"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = [f"{name}: {value}" for name, value in given.items() if value]
    if "Content-Type" not in given:
        lines.append("Content-Type: text/plain; charset=utf-8")
    return ("\r\n".join(lines) + "\r\n\r\n" + text.replace("\n", "\r\n")).encode()


def parts(kind: str, *pieces: str) -> tuple[str, str]:
    """Content type and body of a mail in several parts, each given with its own headers."""
    body = "".join(f"--b\n{piece}\n" for piece in pieces) + "--b--\n"
    return f'multipart/{kind}; boundary="b"', body


def copy(message_id: str = OURS, to: str = BOB) -> str:
    """The head of the mail that is returned."""
    return f"Content-Type: text/rfc822-headers\n\nFrom: {ADA}\nTo: {to}\nSubject: News\nMessage-ID: {message_id}\n"


def report(*blocks: str, words: str = "Sorry.", returned: str | None = None, **headers: str) -> bytes:
    """A delivery status notification (RFC 3464) with a block of fields per recipient."""
    status = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n" + "\n\n".join(blocks)
    kind, body = parts(
        "report; report-type=delivery-status",
        f"Content-Type: text/plain\n\n{words}\n",
        status + "\n",
        returned or copy(),
    )
    named = {"From": "MAILER-DAEMON@mx.example.net", "Subject": "Undelivered Mail Returned to Sender"}
    return mail(body, **(named | {"Content_Type": kind} | headers))


def block(status: str, diagnostic: str = "", action: str = "failed", to: str = BOB) -> str:
    """What a report says of one recipient."""
    lines = [f"Final-Recipient: rfc822; {to}", f"Action: {action}", f"Status: {status}"]
    return "\n".join([*lines, f"Diagnostic-Code: smtp; {diagnostic}"] if diagnostic else lines)


def notice(text: str, **headers: str) -> bytes:
    """A bounce in words alone."""
    return mail(text, **({"From": "MAILER-DAEMON@mx.example.net", "Subject": "failure notice"} | headers))


def complaint(kind: str = "abuse", subject: str = "FW: News", **fields: str) -> bytes:
    """A report of abuse (RFC 5965)."""
    feedback = "\n".join([f"Feedback-Type: {kind}", "User-Agent: FBL/1", "Version: 1"])
    feedback += "".join(f"\n{name.replace('_', '-')}: {value}" for name, value in fields.items())
    whole = copy().replace("text/rfc822-headers", "message/rfc822") + "\nHi.\n"
    content, body = parts(
        "report; report-type=feedback-report",
        "Content-Type: text/plain\n\nThis is an abuse report.\n",
        f"Content-Type: message/feedback-report\n\n{feedback}\n",
        whole,
    )
    return mail(body, Content_Type=content, From="fbl@provider.example", Subject=subject)


def answer(text: str, subject: str = "Re: News", **headers: str) -> bytes:
    """A mail that answers ours."""
    return mail(text, **({"Subject": subject, "In_Reply_To": OURS, "References": OURS} | headers))
