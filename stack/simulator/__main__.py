"""`python -m stack.simulator --config FILE.json`: run until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import uvloop
from pydantic import ValidationError

from stack.simulator.config import SimulatorConfig
from stack.simulator.server import running


async def run(config: SimulatorConfig) -> None:
    """Run the simulator until a signal ends it."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with running(config):
        await ended.wait()


def main() -> int:
    """Read the configuration and run; a fault in it is one line, not a stack trace."""
    parser = argparse.ArgumentParser(prog="python -m stack.simulator", description=sys.modules["__main__"].__doc__)
    parser.add_argument("--config", type=Path, required=True, help="JSON, see stack/simulator/config.py")
    path = parser.parse_args().config
    try:
        uvloop.run(run(SimulatorConfig.model_validate_json(path.read_bytes())))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        return _failed(f"{path} is not valid: {faults}")
    except OSError as error:
        return _failed(str(error))
    return 0


def _failed(reason: str) -> int:
    sys.stderr.write(f"simulator: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
