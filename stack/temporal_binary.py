"""Finds a Temporal server to run: a `temporal` command, the SDK's download, or a build of pinned Go modules."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import httpx
from temporalio.service import __version__ as sdk_version

from stack.errors import StackError
from stack.files import waiting_lock

SERVER_MODULE, SERVER_VERSION = "go.temporal.io/server/cmd/server", "1.32.0"
UI_MODULE, UI_VERSION = "github.com/temporalio/ui-server/v2/cmd/server", "2.54.1"
GO_NEEDED = (1, 26)
GO_FOLDER = "/usr/local/go/bin"
"""Where Go's own archive installs it, often not on PATH."""
DOWNLOADS = "https://temporal.download/cli/default"
DOWNLOAD_ASK_LIMIT = 4.0
DOWNLOAD_LIMIT = 180.0
DOWNLOAD_MEMORY = 24 * 3600.0
"""Seconds for which a failed download is not tried again."""
BUILD_LIMIT = 1_800.0

Say = Callable[[str], None]


class Kind(Enum):
    """How a found server is started."""

    CLI = "cli"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class TemporalProgram:
    """What was found. The command-line tool brings its own Web UI; beside the plain server `ui` is a program."""

    kind: Kind
    server: Path
    ui: Path | None = None


def cache_folder() -> Path:
    """Return the user's cache, shared by all checkouts: a build takes minutes and 200 MB."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tempost"


def find_temporal(say: Say, *, with_ui: bool = True) -> TemporalProgram:
    """Return the first that can be had; may take minutes the first time. Raises `StackError` saying what was tried."""
    command = shutil.which("temporal")
    if command:
        return TemporalProgram(Kind.CLI, Path(command))
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    server, ui = cache / f"temporal-{SERVER_VERSION}" / "server", cache / f"temporal-ui-{UI_VERSION}" / "server"
    if server.exists() and (ui.exists() or not with_ui):
        return TemporalProgram(Kind.SERVER, server, ui if ui.exists() else None)
    with waiting_lock(cache / "temporal.lock", lambda: say("waiting for another process that makes Temporal ready")):
        tried = ["a `temporal` command on PATH: none"]
        if not server.exists():
            downloaded = _download(cache, say, tried)
            if downloaded:
                return TemporalProgram(Kind.CLI, downloaded)
            _build(server, SERVER_MODULE, SERVER_VERSION, say, tried)
        if with_ui and not ui.exists():
            _build_ui(ui, say)
    return TemporalProgram(Kind.SERVER, server, ui if ui.exists() else None)


def _download(cache: Path, say: Say, tried: list[str]) -> Path | None:
    """Have the SDK fetch the command-line tool; None when it cannot, which is remembered for a day."""
    folder, refusal = cache / "temporal-cli", cache / "temporal-cli-refused"
    kept = _downloaded(folder)
    if kept:
        return kept
    if refusal.exists() and time.time() - refusal.stat().st_mtime < DOWNLOAD_MEMORY:
        tried.append(f"the SDK's download: failed lately ({refusal.read_text('utf-8')}; remove {refusal} to try again)")
        return None
    try:
        _ask_for_download()
        say("downloading Temporal's command-line tool, once")
        folder.mkdir(exist_ok=True)
        script = ("-m", "stack.temporal_download", str(folder))
        subprocess.run(  # noqa: S603 - our own module
            [sys.executable, *script], check=True, timeout=DOWNLOAD_LIMIT, capture_output=True, cwd=_checkout()
        )
    except (httpx.HTTPError, subprocess.SubprocessError, OSError) as error:
        refusal.write_text(str(error).splitlines()[0] if str(error) else type(error).__name__, encoding="utf-8")
        tried.append(f"the SDK's download: {refusal.read_text('utf-8')}")
        return None
    return _downloaded(folder)


def _ask_for_download() -> None:
    """Raise within seconds where there is no way out to the download's host; the SDK itself would wait long."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    query = {"arch": machine, "platform": sys.platform, "sdk-name": "sdk-python", "sdk-version": sdk_version}
    httpx.get(DOWNLOADS, params=query, timeout=DOWNLOAD_ASK_LIMIT).raise_for_status()


def _downloaded(folder: Path) -> Path | None:
    found = [file for file in folder.glob("temporal*") if file.is_file() and os.access(file, os.X_OK)]
    return max(found, key=lambda file: file.stat().st_mtime, default=None)


def _build(target: Path, module: str, version: str, say: Say, tried: list[str]) -> None:
    """Build a pinned module with Go; raise `StackError` with all that was tried when it cannot be done."""
    go = shutil.which("go") or shutil.which("go", path=GO_FOLDER)
    problem = _go_problem(go)
    if go and not problem:
        took = "about 5 minutes" if module == SERVER_MODULE else "about a minute"
        say(f"building {module}@v{version} with Go: {took}, once (kept in {target.parent})")
        problem = _install(go, target, f"{module}@v{version}")
    if problem:
        tried.append(f"a build with Go: {problem}")
        raise StackError(
            "No Temporal server can be had. Tried:\n"
            + "\n".join(f"  - {line}" for line in tried)
            + "\nInstall one of: the `temporal` command (https://docs.temporal.io/cli), Go 1.26 or newer "
            "(https://go.dev/dl), or set TEMPORAL_ADDRESS to a server of yours."
        )


def _build_ui(target: Path, say: Say) -> None:
    """Build the Web UI. The stack works without it, so a failure is only said."""
    try:
        _build(target, UI_MODULE, UI_VERSION, say, [])
    except StackError:
        say("Temporal's Web UI could not be built; going on without it")


def _go_problem(go: str | None) -> str:
    if go is None:
        return "there is no Go"
    # GOTOOLCHAIN=auto lets an older Go fetch a newer one, which `go version` outside a module does not show.
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - the Go that was found
    numbers = said.strip().removeprefix("go").split(".")
    try:
        version = int(numbers[0]), int(numbers[1].split("rc")[0])
    except (ValueError, IndexError):
        return f"cannot tell the version of {go}"
    return "" if version >= GO_NEEDED else f"{go} is {said.strip()}, too old"


def _install(go: str, target: Path, module: str) -> str:
    """Build in a folder beside the target and rename, so that the target is whole or absent; return the problem."""
    fresh = Path(tempfile.mkdtemp(dir=target.parents[1], prefix=f"{target.parent.name}-"))
    environment = {**os.environ, "CGO_ENABLED": "0", "GOBIN": str(fresh), "GOFLAGS": "-ldflags=-s"}
    try:
        built = subprocess.run(  # noqa: S603 - pinned modules
            [go, "install", module],
            env=environment,
            cwd=fresh,
            capture_output=True,
            text=True,
            timeout=BUILD_LIMIT,
            check=False,
        )
        if built.returncode != 0:
            return "\n    ".join(built.stderr.strip().splitlines()[-5:])
        target.parent.mkdir(exist_ok=True)
        (fresh / "server").replace(target)
    except subprocess.TimeoutExpired:
        return f"not finished in {BUILD_LIMIT / 60:.0f} minutes"
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return ""


def _checkout() -> Path:
    return Path(__file__).parents[1]


def main() -> int:
    """Have Temporal ready before something with less patience asks for it: `python -m stack.temporal_binary`."""
    try:
        find_temporal(lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201 - a program of its own
    except StackError as error:
        sys.stderr.write(f"tempost: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
