"""The API's process: `python -m api.serve`, settings from the environment."""

import gc
import logging
import sys

import uvicorn
import uvloop

from api.app import create_app
from api.head_limit import HeadLimitProtocol
from api.response_times import ResponseTimes, keep_noted
from runtime.alerts import keep_alerts
from runtime.ending import ending
from runtime.health import HealthWatch
from runtime.logs import configure_logs
from runtime.resources import open_resources
from runtime.serving import beside
from runtime.settings import SettingsError, load_settings
from runtime.web_server import WebServer

log = logging.getLogger("api")

GRACE = 10
"""Seconds that answers under way are given at SIGTERM."""


async def main() -> None:
    """Answer requests until SIGTERM or SIGINT; those under way are answered, streams end."""
    settings = load_settings()
    configure_logs(settings.logs.shape)
    async with open_resources(settings) as resources:
        app = create_app(resources)
        config = uvicorn.Config(
            app,
            http=HeadLimitProtocol,
            host=settings.api.host,
            port=settings.api.port,
            timeout_graceful_shutdown=GRACE,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
        )
        # What was loaded stays. Else the collector, when a forecast makes many objects, goes through it all: 90 ms.
        gc.freeze()

        def leaving() -> None:
            log.info("leaving: requests under way are answered")
            app.state.stopping.set()

        watch: HealthWatch = app.state.health_watch
        times: ResponseTimes = app.state.response_times
        async with beside(watch.keep(), keep_noted(resources, times), keep_alerts(resources, watch)):
            await WebServer(config, leaving).serve()


if __name__ == "__main__":
    with ending():
        try:
            uvloop.run(main())
        except SettingsError as error:
            sys.exit(f"The API cannot start:\n{error}")
