"""The SMTP dialogue of one connection (RFC 5321), without its bytes: a line comes in, a step goes out."""

import re
from collections.abc import Callable

from stack.simulator.auth import AuthError, Exchange
from stack.simulator.command import CommandError, check_mail_parameters, check_rcpt, read_path
from stack.simulator.journal import Event
from stack.simulator.mail import Mail, reply, settle
from stack.simulator.message import misdated
from stack.simulator.provider import Provider
from stack.simulator.step import Step, Then

RECIPIENTS = 1000
COMMAND_LENGTH = 2_048
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Dialogue:
    """What was said so far on one connection of a provider."""

    def __init__(self, provider: Provider, connection: str) -> None:
        self.provider = provider
        self.connection = connection
        self.encrypted = False
        self.mail: Mail | None = None
        self._greeted = False
        self._authenticated = False
        self._exchange: Exchange | None = None
        self._mails = 0
        self._commands: dict[str, Callable[[str, int], Step | str]] = {
            "EHLO": self._ehlo, "HELO": self._helo, "MAIL": self._mail, "RCPT": self._rcpt, "DATA": self._data,
            "RSET": self._rset, "NOOP": lambda *_: "250 2.0.0 OK", "QUIT": lambda *_: Step("221 2.0.0 Bye", Then.CLOSE),
            "VRFY": self._vrfy, "AUTH": self._auth, "STARTTLS": self._starttls,
            "HELP": lambda *_: "214 2.0.0 RFC 5321 says it all",
        }  # fmt: skip

    def greeting(self) -> Step:
        """Answer the connection itself."""
        config = self.provider.config
        if config.greeting_421:
            self._note("refused", stage="banner", code=421)
            return Step("421 4.3.2 Service not available, try again later", Then.CLOSE)
        if config.max_connections is not None and len(self.provider.connections) > config.max_connections:
            self._note("refused", stage="banner", code=421)
            return Step("421 4.7.0 Too many concurrent connections", Then.CLOSE)
        if self.provider.drop("banner", [config.name], self.connection):
            return self._dropped("banner")
        return Step(f"220 {config.name} ESMTP simulator", seconds=config.banner_delay_ms / 1000)

    def line(self, line: bytes, arrived_at: int) -> Step:
        """Answer one line; `arrived_at` is in ns since the epoch."""
        text = line.decode("utf-8", "surrogateescape")
        seconds = self.provider.config.command_latency_ms / 1000
        try:
            answer = self._exchanged(text) if self._exchange else self._commanded(text, arrived_at)
        except (AuthError, CommandError) as error:
            self._exchange = None
            answer = str(error)
        if isinstance(answer, Step):
            return Step(answer.reply, answer.then, seconds + answer.seconds, answer.settle)
        return Step(answer, seconds=seconds)

    def restart(self) -> None:
        """Begin anew inside TLS; nothing said before counts (RFC 3207, 4.2)."""
        self.encrypted = True
        self.mail = self._exchange = None
        self._greeted = self._authenticated = False

    def _commanded(self, text: str, arrived_at: int) -> Step | str:
        if len(text) > COMMAND_LENGTH and text[:5].upper() != "AUTH ":
            return "500 5.5.6 Line too long"
        word, _, argument = text.partition(" ")
        if CONTROL.search(text):
            return "500 5.5.2 Control characters in a command"
        command = self._commands.get(word.strip().upper())
        return command(argument.strip(" \t"), arrived_at) if command else "500 5.5.1 Command not known"

    def _ehlo(self, name: str, _: int) -> str:
        if not name:
            return "501 5.5.4 Syntax: EHLO name"
        config = self.provider.config
        self._greeted = True
        self.lost()
        offers = [config.name, "PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", f"SIZE {config.size_limit}"]
        if config.security == "starttls" and not self.encrypted:
            offers.append("STARTTLS")
        elif config.username is not None:
            offers.append("AUTH PLAIN LOGIN")
        return "".join(f"250-{offer}\r\n" for offer in offers[:-1]) + f"250 {offers[-1]}"

    def _helo(self, name: str, _: int) -> str:
        if not name:
            return "501 5.5.4 Syntax: HELO name"
        self._greeted = True
        self.lost()
        return f"250 {self.provider.config.name}"

    def _rset(self, _: str, __: int) -> str:
        self.lost()
        return "250 2.0.0 OK"

    def _vrfy(self, address: str, _: int) -> str:
        return "252 2.1.5 Send some mail, then we know" if address else "501 5.5.4 Syntax: VRFY address"

    def _starttls(self, argument: str, _: int) -> Step | str:
        if self.provider.config.security != "starttls":
            return "502 5.5.1 STARTTLS is not offered"
        if self.encrypted:
            return "503 5.5.1 TLS runs already"
        return "501 5.5.4 STARTTLS takes no parameter" if argument else Step("220 2.0.0 Go ahead", Then.TLS)

    def _auth(self, argument: str, _: int) -> str:
        config = self.provider.config
        if config.username is None:
            return "502 5.5.1 AUTH is not offered"
        if config.security == "starttls" and not self.encrypted:
            return "538 5.7.11 Encryption required"
        if self._authenticated or self.mail or not self._greeted:
            return "503 5.5.1 AUTH not allowed now"
        mechanism, *initial = argument.split()
        self._exchange = Exchange(mechanism.upper())
        return self._login(self._exchange.begin(initial[0] if initial else None))

    def _exchanged(self, text: str) -> str:
        assert self._exchange is not None
        return self._login(self._exchange.answer(text))

    def _login(self, challenge: str) -> str:
        exchange, config = self._exchange, self.provider.config
        if exchange is None or exchange.credentials is None:
            return challenge
        self._exchange = None
        self._authenticated = not config.reject_auth and exchange.matches(config.username, config.password)
        if self._authenticated:
            return "235 2.7.0 Authentication succeeded"
        self._note("login_failed", username=exchange.credentials[0][:100])
        return "535 5.7.8 Username and password not accepted"

    def _mail(self, argument: str, arrived_at: int) -> Step | str:
        config = self.provider.config
        self._check_ready_for_mail()
        path = read_path(argument, "FROM")
        check_mail_parameters(path, config.size_limit)
        mail = Mail(path.address, arrived_at, smtputf8="SMTPUTF8" in path.parameters)
        self._mails += 1
        draw = f"{self.connection}:{self._mails}"
        if self.provider.drop("mail", [path.address], draw):
            return self._dropped("mail", mail)
        if self.provider.over_quota():
            return self._refused("mail", config.quota_code, config.quota_text, mail)
        if rule := self.provider.refusal("mail", [path.address], draw):
            return self._refused("mail", rule.code, rule.text, mail)
        self.mail = mail
        return "250 2.1.0 OK"

    def _check_ready_for_mail(self) -> None:
        config = self.provider.config
        if not self._greeted or self.mail:
            raise CommandError("503 5.5.1 Bad sequence of commands")
        if config.security == "starttls" and not self.encrypted:
            raise CommandError("530 5.7.0 Must issue a STARTTLS command first")
        if config.auth_required and not self._authenticated:
            raise CommandError("530 5.7.0 Authentication required")

    def _rcpt(self, argument: str, _: int) -> Step | str:
        mail = self.mail
        if mail is None:
            return "503 5.5.1 Bad sequence of commands"
        path = read_path(argument, "TO")
        check_rcpt(path, smtputf8=mail.smtputf8)
        if len(mail.recipients) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        if self.provider.drop("rcpt", [path.address]):
            return self._dropped("rcpt", mail, recipient=path.address)
        if self.provider.greylisted(mail.sender, path.address):
            return self._refused("rcpt", 451, "4.7.1 Greylisted, try again later", mail, recipient=path.address)
        if rule := self.provider.refusal("rcpt", [path.address]):
            return self._refused("rcpt", rule.code, rule.text, mail, recipient=path.address)
        mail.recipients.append(path.address)
        return "250 2.1.5 OK"

    def _data(self, argument: str, arrived_at: int) -> Step | str:
        mail = self.mail
        if mail is None:
            return "503 5.5.1 Bad sequence of commands"
        if not mail.recipients:
            return "554 5.5.1 No valid recipients"
        if argument:
            return "501 5.5.4 DATA takes no parameter"
        if self.provider.drop("data", mail.recipients):
            return self._dropped("data", mail)
        if rule := self.provider.refusal("data", mail.recipients):
            self.mail = None
            return self._refused("data", rule.code, rule.text, mail)
        mail.data_at = arrived_at
        body = Then.BODY_DROPPED if self.provider.drop("body", mail.recipients) else Then.BODY
        return Step("354 End data with <CR><LF>.<CR><LF>", body)

    def body_dropped(self) -> Step:
        """Drop the connection while the body comes."""
        return self._dropped("body", self.mail)

    def dot(self, raw: bytes, arrived_at: int, *, oversize: int = 0) -> Step:
        """Answer the final dot; `raw` is the body as it came, `oversize` the bytes of one too long to keep."""
        mail, self.mail = self.mail, None
        assert mail is not None
        mail.ended(raw, arrived_at, oversize)
        if misdated(raw, arrived_at):
            self._note("misdated")
        return settle(self.provider, self.connection, mail)

    def ignored(self) -> None:
        """Note that the client gets no answer."""
        self._note("silent")

    def lost(self) -> None:
        """Note that the client gave up inside a mail."""
        if self.mail is not None:
            self._note("lost", **self.mail.known())
            self.mail = None

    def _note(self, event: Event, **values: object) -> None:
        self.provider.note(event, self.connection, **values)

    def _refused(self, stage: str, code: int, text: str, mail: Mail, **values: object) -> str:
        self._note("refused", stage=stage, code=code, **mail.known(), **values)
        return reply(code, text)

    def _dropped(self, stage: str, mail: Mail | None = None, **values: object) -> Step:
        self._note("dropped", stage=stage, **(mail.known() if mail else {}), **values)
        self.mail = None
        return Step("", Then.ABORT)
