"""What a simulator is told at its start, and a provider over the control endpoint."""

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Code = Annotated[int, Field(ge=400, le=599)]
Milliseconds = Annotated[float, Field(ge=0, le=3_600_000)]
Line = Annotated[str, Field(max_length=400, pattern=r"^[\x20-\x7e]*$")]


def _known_zone(name: str) -> str:
    """Raise `ValueError` for a name that is no time zone."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone") from error
    return name


class Model(BaseModel):
    """Frozen, and strict about names: a misspelt setting is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(Model):
    """Which tries a rule takes: a share of the addresses, those of a pattern, the first few of each."""

    share: Share = 1.0
    """By a hash of the address, so the same addresses at every provider and in every run with the same seed. At `mail`
    and `banner` it is a share of the mails and connections."""
    pattern: str = "*"
    """Shell pattern for the whole address, case aside."""
    times: Annotated[int, Field(ge=1)] | None = None
    """Only the first tries of an address, counted over all providers; None: every try."""


class Refusal(Choice):
    """Answer a stage with an error. At `mail` the address is the sender's, later a recipient's."""

    action: Literal["refuse"] = "refuse"
    stage: Literal["mail", "rcpt", "data", "dot"]
    code: Code
    text: Line = "Refused by a rule"


class Drop(Choice):
    """Drop the connection. At `banner` there is no address yet: the provider's name stands for it.

    `dot_before`: the body came and was not taken; `dot_after`: it was taken, and no answer comes.
    """

    action: Literal["drop"]
    stage: Literal["banner", "mail", "rcpt", "data", "body", "dot_before", "dot_after"]


def _action(value: object) -> str:
    """Tell the two rules apart; without an action it is a refusal."""
    found = value.get("action", "refuse") if isinstance(value, dict) else getattr(value, "action", "")
    return str(found)


Rule = Annotated[Annotated[Refusal, Tag("refuse")] | Annotated[Drop, Tag("drop")], Discriminator(_action)]


class ProviderConfig(Model):
    """One provider. All but name and port may be changed while it runs."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
    port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """0: any free one; the ready file and the control endpoint say which."""
    listening: bool = True
    """False: the port refuses connections, as a host that is down."""
    security: Literal["none", "starttls", "tls"] = "none"
    username: str | None = None
    password: str = ""
    auth_required: bool = False
    latency_ms: Milliseconds = 0
    """Per mail, before the answer to its final dot."""
    command_latency_ms: Milliseconds = 0
    """Before the answer to each command."""
    size_limit: Annotated[int, Field(ge=1)] = 25_000_000
    quota_per_day: Annotated[int, Field(ge=0)] | None = None
    quota_code: Code = 450
    quota_text: Line = "4.7.0 Daily sending quota exceeded"
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """Where the quota's day begins at midnight."""
    greylist_seconds: Annotated[float, Field(ge=0)] = 0
    """How long a sender new to a recipient is told to wait."""
    rules: tuple[Rule, ...] = ()
    """The first that takes a try at its stage decides."""
    banner_delay_ms: Milliseconds = 0
    greeting_421: bool = False
    silent: bool = False
    """Accepts connections and never says a word."""
    reject_auth: bool = False
    tls_broken: bool = False
    """Answers the TLS handshake with nonsense."""
    max_connections: Annotated[int, Field(ge=1)] | None = None
    """One more is greeted with a 421."""

    @model_validator(mode="after")
    def _has_a_login(self) -> Self:
        if self.auth_required and self.username is None:
            raise ValueError("auth_required needs a username")
        return self


class SimulatorConfig(Model):
    """One simulator process."""

    journal: Path
    mailboxes: Path | None = None
    """Folder in which every mail that is taken is kept, for recipients who do something with it."""
    ready: Path | None = None
    """Written once all ports listen: JSON with `pid`, `control_port` and `ports` by provider name."""
    control_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    certificate: Path | None = None
    key: Path | None = None
    seed: str = "tempost"
    """Which addresses a share takes."""
    providers: tuple[ProviderConfig, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        names = [provider.name for provider in self.providers]
        if len(set(names)) != len(names):
            raise ValueError("two providers have the same name")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together")
        if self.certificate is None and any(provider.security != "none" for provider in self.providers):
            raise ValueError("security needs a certificate and its key")
        return self
