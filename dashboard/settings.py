"""Settings of the dashboard's process, from the environment (`TEMPOST_DASHBOARD__…`) or secret files."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from runtime.secret_files import FileSettings, SealingKey


class DashboardSettings(FileSettings):
    """What the process is told from outside. It holds no key of the API: people bring theirs."""

    model_config = SettingsConfigDict(
        env_prefix="TEMPOST_DASHBOARD__", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    api_url: str
    """Base URL of the REST API, as this process reaches it."""
    secret: SealingKey
    """Seals the keys in people's cookies: 32 random bytes in URL-safe base64, the same in all processes."""
    host: str = "127.0.0.1"
    port: int = Field(default=8081, ge=0, le=65_535)
    temporal_ui_url: str | None = None
    """Where people open Temporal's Web UI; tasks and campaigns lead there when it is set."""
    temporal_namespace: str = "default"
    secure_cookies: bool = True
    """Cookies go over HTTPS only. Browsers make an exception for localhost, but not for other plain hosts."""
