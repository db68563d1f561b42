"""The dashboard's process: `python -m dashboard.serve`, settings from the environment."""

import asyncio
import logging
import sys

import uvicorn
from pydantic import ValidationError

from dashboard.app import create_app
from dashboard.settings import DashboardSettings
from runtime.logs import configure_logs
from runtime.web_server import WebServer

log = logging.getLogger("dashboard")

GRACE = 3
"""Seconds that answers under way are given at SIGTERM; open pages come back by themselves."""


async def main() -> None:
    """Show pages until SIGTERM or SIGINT."""
    settings = DashboardSettings()
    configure_logs()
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        timeout_graceful_shutdown=GRACE,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    log.info("pages at http://%s:%d", settings.host, settings.port)
    await WebServer(config).serve()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except ValidationError as error:
        sys.exit("\n".join(f"TEMPOST_DASHBOARD__{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()))
