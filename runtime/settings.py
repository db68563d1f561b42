"""Settings of a process, read once from the environment (`TEMPOST_…`, groups joined by `__`) or secret files.

What an operator changes while running is a row of `system_config`, not a setting.
"""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import SettingsConfigDict

from mail.nameservers import Nameservers
from runtime.secret_files import FileSettings, SealingKey

MOST_PROCESSES = 64
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Group(BaseModel, frozen=True, extra="forbid"):
    """A group of settings; an unknown name in it is an error, so that a typing mistake is seen."""


class DatabaseSettings(Group):
    """PostgreSQL."""

    url: SecretStr
    """`postgresql://user:password@host:port/name`."""
    pool_size: int = Field(default=10, ge=2, le=100)


class TemporalSettings(Group):
    """The Temporal server."""

    address: str
    """`host:port`."""
    namespace: str = "default"
    task_queue: str = "tempost"
    ui_url: str | None = None
    """Where people open the Web UI; links to it are given when it is set."""


class ApiSettings(Group):
    """The REST API."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    max_body_bytes: int = Field(default=2_000_000, ge=10_000)
    body_timeout: timedelta = timedelta(seconds=30)
    """From the head of a request to the last byte of its body."""
    max_upload_bytes: int = Field(default=2_000_000_000, ge=10_000)
    upload_timeout: timedelta = timedelta(hours=1)
    """The same for an uploaded file."""
    requests_per_second: float = Field(default=300.0, gt=0)
    """Of one key, on average; more are answered 429."""
    metrics_token: SecretStr | None = None
    """What Prometheus must send as a bearer token to read `/metrics`; open unless it is set."""
    public_url: str | None = None
    """Base URL people's mail programs can reach. While none is set, mails have no links to us, neither to unsubscribe
    nor to track."""


class SecretsSettings(Group):
    """What seals passwords in the database."""

    key: SealingKey
    """32 random bytes in URL-safe base64. Whoever loses it must enter every SMTP password anew."""


class SmtpSettings(Group):
    """Sending. The sum of a dialogue up to the final dot stays below the reservation time-out."""

    connect_timeout: timedelta = timedelta(seconds=20)
    command_timeout: timedelta = timedelta(seconds=15)
    upload_limit: timedelta = timedelta(seconds=20)
    """From the claim to the final dot; later, the mail is given up without a dot."""
    patience: timedelta = timedelta(seconds=10)
    """How long an activity waits for the answer to the dot before it lets the process wait alone."""
    reply_timeout: timedelta = timedelta(minutes=10)
    """RFC 5321, 4.5.3.2.6."""
    ca_file: Path | None = None
    """Trust these authorities instead of the system's."""
    local_hostname: str | None = None
    allow_private_hosts: bool = False
    """Let services name private or loopback addresses."""


class DnsSettings(Group):
    """Whom to ask what is published for sending domains."""

    servers: tuple[str, ...] = ()
    """IP addresses of resolvers, as a JSON list; those of the system unless given."""
    port: int = Field(default=53, ge=1, le=65535)
    timeout: timedelta = Field(default=timedelta(seconds=5), gt=timedelta(0))
    """For one question; one that is not answered is a finding of its own."""

    def nameservers(self) -> Nameservers:
        """Say it in the words of the lookup."""
        return Nameservers(self.servers, self.port, self.timeout)


class InboundSettings(Group):
    """Mail that comes in: bounces and replies."""

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)
    """Of the receiver, for LMTP and SMTP; 0 is any that is free. None is opened unless it is given."""
    name: str | None = None
    """How the receiver greets; the machine's name unless given."""
    max_mail_bytes: int = Field(default=30_000_000, ge=100_000)
    max_connections: int = Field(default=100, ge=1)


class WorkerSettings(Group):
    """The worker processes."""

    processes: int = Field(default=1, ge=1, le=MOST_PROCESSES)
    """Of one `worker` command; best one per core."""
    grace: timedelta = timedelta(seconds=40)
    """Given to dialogues under way at SIGTERM; above `smtp.upload_limit` and `smtp.patience` together."""


class AlertSettings(Group):
    """Whom alerts are told to, besides the API. Each channel is used when its address is set."""

    webhook_url: SecretStr | None = None
    """Gets one POST for each alert that is raised or cleared; many such URLs are secrets."""
    webhook_secret: SecretStr | None = None
    """Signs those as Standard Webhooks has it: base64, with or without `whsec_` before it."""
    mail_to: str | None = None
    mail_from: str | None = None
    smtp_host: str = "127.0.0.1"
    """An account of its own: a notice must leave when services rest or have no quota."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None

    @model_validator(mode="after")
    def _has_a_sender(self) -> Self:
        if self.mail_to and not self.mail_from:
            raise ValueError("mail_to needs mail_from: the address that notices of alerts come from")
        return self


class LogSettings(Group):
    """Logs."""

    shape: Literal["json", "text"] = "json"
    """A line of JSON each, or one that people read more easily."""


class TraceSettings(Group):
    """OpenTelemetry traces."""

    share: float = Field(default=0.0, ge=0, le=1)
    """Of the requests without a trace of their own; 0 is off. One task of a million mails is a trace of millions."""
    endpoint: str | None = None
    """Of a collector, by OTLP over HTTP; unless set, as OpenTelemetry's own variables say."""


class Settings(FileSettings):
    """Everything a process is told from outside."""

    model_config = SettingsConfigDict(
        env_prefix="TEMPOST_", env_nested_delimiter="__", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Literal["local", "production"] = "production"
    """`local` is the stack on one machine; only there are defaults allowed that would be unsafe in the open."""
    database: DatabaseSettings
    temporal: TemporalSettings
    secrets: SecretsSettings
    api: ApiSettings = ApiSettings()
    smtp: SmtpSettings = SmtpSettings()
    dns: DnsSettings = DnsSettings()
    inbound: InboundSettings = InboundSettings()
    worker: WorkerSettings = WorkerSettings()
    alerts: AlertSettings = AlertSettings()
    logs: LogSettings = LogSettings()
    traces: TraceSettings = TraceSettings()

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> Self:
        if self.smtp.upload_limit + self.smtp.patience > self.worker.grace:
            raise ValueError("worker.grace must be at least smtp.upload_limit + smtp.patience")
        if self.environment == "local":
            return self
        if self.smtp.allow_private_hosts:
            raise ValueError("smtp.allow_private_hosts is only for TEMPOST_ENVIRONMENT=local")
        if "postgres:postgres@" in self.database.url.get_secret_value():
            raise ValueError("database.url uses the password 'postgres': choose one of your own")
        return self


class SettingsError(Exception):
    """Environment and secret files do not make settings; the text says which variable and why, and holds no value."""


@cache
def load_settings() -> Settings:
    """Read the settings once. Raises `SettingsError` with one line per fault."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(fault["loc"], fault["msg"]) for fault in error.errors())) from None


def _explain(location: tuple[int | str, ...], message: str) -> str:
    if not location:
        return message
    name = "__".join(str(part) for part in location)
    missing = _required(name) or [name]
    return "\n".join(f"TEMPOST_{each.upper()}: {message}" for each in missing)


def _required(name: str) -> list[str]:
    """Return what a whole group must be told, for one that is missing; nothing for what is no group."""
    group = Settings.model_fields[name].annotation if name in Settings.model_fields else None
    if not isinstance(group, type) or not issubclass(group, Group):
        return []
    return [f"{name}__{each}" for each, field in group.model_fields.items() if field.is_required()]
