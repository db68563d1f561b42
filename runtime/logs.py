"""Logs of a process: one line each, time first, to standard error. Addresses, bodies and secrets are never in them."""

import logging
import time

FORMAT = "%(asctime)sZ %(levelname)s %(name)s: %(message)s"
QUIET = ("httpx", "httpcore", "asyncio", "temporalio.activity")
"""Libraries that say at `info` what is of use only to their authors."""


def configure_logs(level: int = logging.INFO) -> None:
    """Set up logging for the whole process."""
    formatter = logging.Formatter(FORMAT, datefmt="%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    stream = logging.StreamHandler()
    stream.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[stream], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
