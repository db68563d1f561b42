"""`docker-compose.yml` as a test reads it, and its commands as processes of this machine."""

import asyncio
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
VARIABLE = re.compile(r"\$\{\w+:-([^}]*)\}")
COPY = re.compile(r"^COPY (?:--chmod=\d+ )?(?!--from)(.+) (\S+)$", re.MULTILINE)
NO_CHECKOUT = f"import sys\nsys.path[:] = [place for place in sys.path if place != {str(ROOT)!r}]\n"
"""In a `sitecustomize`: what is not copied into the image is not there, although the checkout is installed here."""
PATIENCE = 120.0
PAUSE = 2.0
"""Each check is a process of its own: they must not keep a busy machine from what they wait for."""


def compose_file() -> dict[str, Any]:
    """The file with the defaults of its variables, and two dollars as one."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(VARIABLE.sub(r"\1", text).replace("$$", "$"))
    return found


def own_services() -> dict[str, Any]:
    """Those that run our image."""
    return {name: each for name, each in compose_file()["services"].items() if "build" in each}


def copied() -> list[tuple[str, str]]:
    """What the Dockerfile copies from here, and whereto."""
    found = COPY.findall((ROOT / "Dockerfile").read_text("utf-8"))
    return [(source, target) for sources, target in found for source in sources.split()]


def seconds(duration: str) -> int:
    """A duration as Compose writes it, of seconds alone."""
    return int(duration.removesuffix("s"))


def lay_out_image(folder: Path) -> Path:
    """Copy what the Dockerfile copies; return the folder that is `/` there."""
    app = folder / "app"
    app.mkdir()
    for source, target in copied():
        place = folder / target.lstrip("/") if target.startswith("/") else app / target
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            continue
        if target.endswith("/"):
            place /= Path(source).name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source, place)
    (folder / "block").mkdir()
    (folder / "block/sitecustomize.py").write_text(NO_CHECKOUT)
    return folder


@dataclass(frozen=True, slots=True)
class Site:
    """Where the services' processes find what containers would have: files, secrets, addresses."""

    image: Path
    secrets: Path
    addresses: Mapping[str, str]
    """What stands in the file, and what is there on this machine."""
    more: Mapping[str, str]
    """Settings such as an operator writes into `deploy/tempost.env`."""

    def told(self, text: str, secrets: Path) -> str:
        """A string of the file with the addresses of this machine."""
        places = {"/run/secrets": str(secrets), **self.addresses}
        pattern = "|".join(rf"(?<!\d){re.escape(each)}(?!\d)" for each in sorted(places, key=len, reverse=True))
        return re.sub(pattern, lambda match: places[match[0]], text)

    def handed(self, name: str) -> Path:
        """The secrets that the file hands to this service, and no others."""
        folder = self.secrets.parent / f"secrets-{name}"
        if not folder.exists():
            folder.mkdir()
            for each in own_services()[name]["secrets"]:
                shutil.copy(self.secrets / each, folder / each)
        return folder

    def environment(self, name: str) -> dict[str, str]:
        """That of the image, the operator's, and the service's own."""
        secrets = self.handed(name)
        own = {key: self.told(value, secrets) for key, value in own_services()[name]["environment"].items()}
        programs = f"{self.image / 'usr/local/bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        image = {"PATH": programs, "PYTHONPATH": f"{self.image / 'app'}:{self.image / 'block'}"}
        return {**image, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", **self.more, **own}

    async def run(self, name: str, command: Sequence[str]) -> Process:
        """Start a command of the file as it stands there; what it says is in a file."""
        arguments = [self.told(word, self.handed(name)) for word in command]
        with self.log(name).open("ab") as said:
            return await asyncio.create_subprocess_exec(
                *arguments, cwd=self.image / "app", env=self.environment(name), stdout=said, stderr=said
            )

    def log(self, name: str) -> Path:
        """What a service and its checks said."""
        return self.secrets.parent / f"{name}.log"

    async def until_well(self, name: str, process: Process) -> None:
        """Run the service's own health check until it succeeds; raises with what was said if the process ends."""
        _, *check = own_services()[name]["healthcheck"]["test"]
        try:
            async with asyncio.timeout(PATIENCE):
                while await (await self.run(name, check)).wait() != 0:
                    assert process.returncode is None, self.log(name).read_text()
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise AssertionError(f"{name} was never well:\n{self.log(name).read_text()}") from None

    async def leave(self, name: str, process: Process) -> int:
        """Stop it as `docker compose stop` does; its exit status. Raises where the grace of the file is not enough."""
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(seconds(own_services()[name]["stop_grace_period"])):
            return await process.wait()
