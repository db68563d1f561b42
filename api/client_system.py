"""The client's calls about the installation: its health, its alerts, its settings."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from api.client_transport import Transport, given
from api.schemas.alert import AlertOut, AlertState
from api.schemas.system import Health
from api.schemas.system_config import ConfigChangeOut, ConfigOut


class SystemCalls(Transport):
    """Health, metrics, alerts, settings."""

    async def health(self) -> Health:
        """How the installation does, or the caller's part of it."""
        return await self._get(Health, "/api/system/health")

    async def metrics(self) -> bytes:
        """Everything as numbers, in the format of Prometheus."""
        return (await self._send("GET", "/metrics")).content

    def alerts(self, state: AlertState = "open") -> AsyncIterator[AlertOut]:
        """What is wrong and what to do; the newest first."""
        return self._all(AlertOut, "/api/alerts", {"state": state})

    def config(self) -> AsyncIterator[ConfigOut]:
        """All settings that can be changed while running."""
        return self._all(ConfigOut, "/api/system/config")

    async def change_config(self, key: str, value: float) -> ConfigOut:
        """Change a setting within its bounds."""
        return await self._patch(ConfigOut, f"/api/system/config/{quote(key, safe='')}", {"value": value})

    def config_changes(self, key: str | None = None) -> AsyncIterator[ConfigChangeOut]:
        """Who changed settings, or one of them, the newest first."""
        return self._all(ConfigChangeOut, "/api/system/config-changes", given(key=key))
