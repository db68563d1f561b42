"""Where the parts of one stack are, and the environment that tells a process of Tempost about them."""

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.certificates import Certificates, ensure_certificates
from stack.errors import StackError
from stack.files import made_once
from stack.ports import LOOPBACK, choose_ports
from stack.temporal import NAMESPACE, UI_PORT, all_ports

INBOUND_PORT = "inbound"
PREFERRED = {"api": 8080, "dashboard": 8081, UI_PORT: 8233, "postgres": 0, INBOUND_PORT: 0}
"""People type the first three; all others are random (0)."""
FIXED_BY = {
    "api": "TEMPOST_API__PORT",
    "dashboard": "TEMPOST_DASHBOARD__PORT",
    UI_PORT: "TEMPOST_STACK_TEMPORAL_UI_PORT",
    "postgres": "TEMPOST_STACK_POSTGRES_PORT",
    INBOUND_PORT: "TEMPOST_INBOUND__PORT",
    "temporal": "TEMPOST_STACK_TEMPORAL_PORT",
}
"""Variables that ask for a certain port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every part of a stack may need to know."""

    folder: Path
    """The stack's own: `.tempost/`."""
    ports: Mapping[str, int]
    certificates: Certificates
    secret: str
    """Seals what must not be readable in the database; made once."""
    database_url: str
    temporal_address: str
    temporal_ui_url: str | None

    @property
    def logs(self) -> Path:
        """A file per child."""
        return self.folder / "logs"

    @property
    def api_url(self) -> str:
        """Where the REST API is, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.ports['api']}"

    @property
    def dashboard_url(self) -> str:
        """Where the pages are, if they are shown."""
        return f"http://{LOOPBACK}:{self.ports['dashboard']}"

    def dashboard_environment(self) -> dict[str, str]:
        """Return the settings of the dashboard's process, which knows nothing but the API."""
        ui = {"TEMPOST_DASHBOARD__TEMPORAL_UI_URL": self.temporal_ui_url} if self.temporal_ui_url else {}
        return {
            **ui,
            "TEMPOST_DASHBOARD__TEMPORAL_NAMESPACE": NAMESPACE,
            "TEMPOST_DASHBOARD__API_URL": self.api_url,
            "TEMPOST_DASHBOARD__SECRET": made_once(self.folder / "dashboard-secret", new_secret),
            "TEMPOST_DASHBOARD__HOST": LOOPBACK,
            "TEMPOST_DASHBOARD__PORT": str(self.ports["dashboard"]),
            "TEMPOST_DASHBOARD__SECURE_COOKIES": "false",
            "PYTHONUNBUFFERED": "1",
        }

    def environment(self) -> dict[str, str]:
        """Return the settings of every process of Tempost in this stack."""
        ui = {"TEMPOST_TEMPORAL__UI_URL": self.temporal_ui_url} if self.temporal_ui_url else {}
        return {
            "TEMPOST_ENVIRONMENT": "local",
            "TEMPOST_DATABASE__URL": self.database_url,
            "TEMPOST_TEMPORAL__ADDRESS": self.temporal_address,
            "TEMPOST_TEMPORAL__NAMESPACE": NAMESPACE,
            "TEMPOST_TEMPORAL__TASK_QUEUE": "tempost",
            **ui,
            "TEMPOST_API__HOST": LOOPBACK,
            "TEMPOST_API__PORT": str(self.ports["api"]),
            "TEMPOST_INBOUND__HOST": LOOPBACK,
            "TEMPOST_INBOUND__PORT": str(self.ports[INBOUND_PORT]),
            "TEMPOST_SECRETS__KEY": self.secret,
            "TEMPOST_SMTP__CA_FILE": str(self.certificates.ca_file),
            "TEMPOST_SMTP__ALLOW_PRIVATE_HOSTS": "true",
            "PYTHONUNBUFFERED": "1",
        }


def stack_ports(folder: Path, *, well_known: bool = True) -> dict[str, int]:
    """Choose the ports of a stack, those of the environment first; all random at its first start if not `well_known`.

    So stacks that nobody types the address of can start side by side.
    """
    preferred = dict.fromkeys(all_ports(with_ui=True), 0) | (PREFERRED if well_known else dict.fromkeys(PREFERRED, 0))
    return choose_ports(folder / "ports.json", preferred, _fixed_ports())


def stack_secret(folder: Path) -> str:
    """Return the key that seals passwords, made at the first start; who loses it must enter them anew."""
    return made_once(folder / "secret", new_secret)


def new_secret() -> str:
    """Make 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def stack_certificates(folder: Path) -> Certificates:
    """Return the certificates of a stack, made when they are missing or nearly out of date."""
    return ensure_certificates(folder / "certificates")


def _fixed_ports() -> dict[str, int]:
    fixed = {}
    for name, variable in FIXED_BY.items():
        asked = os.environ.get(variable)
        if asked:
            if not asked.isdecimal() or not 0 < int(asked) < 65_536:
                raise StackError(f"{variable}={asked} is not a port: give a number from 1 to 65535.")
            fixed[name] = int(asked)
    return fixed
