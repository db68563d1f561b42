"""One mail of a dialogue, and what becomes of it at its final dot."""

import re
from dataclasses import dataclass, field

from stack.simulator.journal import now_ns
from stack.simulator.message import head_fields, unstuffed
from stack.simulator.provider import Provider
from stack.simulator.step import Step, Then

STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3} ")


@dataclass(slots=True)
class Mail:
    """What is known of a mail so far. Times are ns since the epoch."""

    sender: str
    mail_at: int
    smtputf8: bool = False
    recipients: list[str] = field(default_factory=list)
    data_at: int | None = None
    """The body was asked for: from now on its final dot may be on its way."""
    dot_at: int | None = None
    message_id: str | None = None
    subject: str = ""
    size: int = 0
    too_big: bool = False
    message: bytes = b""

    def ended(self, raw: bytes, dot_at: int, oversize: int) -> None:
        """Take the body up to the final dot."""
        self.message = message = unstuffed(raw)
        self.dot_at = dot_at
        self.size, self.too_big = oversize or len(message), oversize > 0
        self.message_id, self.subject = head_fields(message)

    def known(self) -> dict[str, object]:
        """Return the mail's part of a journal's line."""
        known: dict[str, object] = {"sender": self.sender, "mail_at": self.mail_at, "recipients": self.recipients}
        if self.data_at is not None:
            known["data_at"] = self.data_at
        if self.dot_at is not None:
            known |= {"dot_at": self.dot_at, "message_id": self.message_id, "size": self.size, "subject": self.subject}
        return known


def settle(provider: Provider, connection: str, mail: Mail) -> Step:
    """Decide about a mail whose final dot came. Its line is written when the answer is due, right before it."""
    seconds = provider.config.latency_ms / 1000
    if provider.drop("dot_before", mail.recipients):
        return Step("", Then.ABORT, seconds, lambda _: _dropped(provider, connection, mail, "dot_before"))
    code, text = _verdict(provider, mail)
    if code >= 400:
        return Step(reply(code, text), Then.GO_ON, seconds, lambda _: _write(provider, connection, mail, code))
    provider.take()
    if provider.world.mailboxes is not None:
        provider.world.mailboxes.keep(mail.message_id, mail.message)
    if provider.drop("dot_after", mail.recipients):

        def silently(_: bool) -> None:  # noqa: FBT001 - the shape of a step's end
            _write(provider, connection, mail, None)
            _dropped(provider, connection, mail, "dot_after")

        return Step("", Then.ABORT, seconds, silently)

    def answered(waited: bool) -> None:  # noqa: FBT001 - the shape of a step's end
        _write(provider, connection, mail, code if waited else None)

    return Step(reply(code, text), Then.GO_ON, seconds, answered)


def reply(code: int, text: str) -> str:
    """Return an answer with an enhanced status code, a general one where the text has none."""
    return f"{code} {text}" if STATUS.match(text) else f"{code} {code // 100}.0.0 {text}"


def _verdict(provider: Provider, mail: Mail) -> tuple[int, str]:
    config = provider.config
    if mail.too_big or mail.size > config.size_limit:
        return 552, "5.3.4 Message too big"
    if provider.over_quota():
        return config.quota_code, config.quota_text
    if rule := provider.refusal("dot", mail.recipients):
        return rule.code, rule.text
    return 250, "2.0.0 Taken"


def _write(provider: Provider, connection: str, mail: Mail, code: int | None) -> None:
    answered_at = None if code is None else now_ns()
    provider.note("mail", connection, **mail.known(), code=code, answered_at=answered_at)


def _dropped(provider: Provider, connection: str, mail: Mail, stage: str) -> None:
    provider.note("dropped", connection, stage=stage, **mail.known())
