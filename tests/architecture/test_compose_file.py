"""`docker-compose.yml` and the image: valid by Compose's own loader, whole, and in step with the code."""

import json
import os
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.settings import DashboardSettings
from runtime.settings import Settings, WorkerSettings
from stack.files import waiting_lock
from stack.temporal_binary import GO_FOLDER, cache_folder
from tests.integration.deploy.compose import ROOT, compose_file, copied, own_services, seconds

LOADER, LOADER_VERSION = "github.com/compose-spec/compose-go/v2/cmd", "2.16.2"
"""What `docker compose` itself reads files with."""
PIN = re.compile(r"^([\w.-]+)(?:\[\S+\])?==(\S+)", re.MULTILINE)
PINNED = re.compile(r":v?\d+\.\d+(\.\d+)?(-\w+)?$")
ONCE = {"prepare", "temporal-schema"}


@pytest.fixture(scope="module")
def loader() -> Path:
    """Compose's loader, built once with Go and kept beside Temporal's server."""
    go = shutil.which("go") or shutil.which("go", path=GO_FOLDER)
    if go is None:
        pytest.skip("Compose's loader is built with Go, which is not here")
    folder = cache_folder() / f"compose-go-{LOADER_VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    with waiting_lock(folder / "lock"):
        if not (folder / "cmd").exists():
            environment = {**os.environ, "CGO_ENABLED": "0", "GOBIN": str(folder)}
            command = [go, "install", f"{LOADER}@v{LOADER_VERSION}"]
            built = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
            if built.returncode != 0:
                pytest.skip(f"Compose's loader cannot be built here: {built.stderr[-300:]}")
    return folder / "cmd"


def load(loader: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    """Have Compose read, check and complete files, the later over the earlier."""
    command = [str(loader), "-format", "json", *map(str, files)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.timeout(400)
def test_the_loader_of_docker_compose_takes_the_file(loader: Path) -> None:
    loaded = load(loader, ROOT / "docker-compose.yml")
    assert loaded.returncode == 0, loaded.stderr
    project = json.loads(loaded.stdout)
    assert {"postgres", "temporal", "api", "dashboard", "worker", "receiver"} <= set(project["services"])
    assert project["services"]["worker"]["deploy"]["replicas"] == 2
    assert project["services"]["api"]["environment"] == own_services()["api"]["environment"]
    assert project["services"]["temporal"]["command"] == compose_file()["services"]["temporal"]["command"]


@pytest.mark.timeout(400)
def test_a_word_that_compose_does_not_know_is_refused(loader: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text((ROOT / "docker-compose.yml").read_text().replace("stop_grace_period", "grace_period"))
    loaded = load(loader, wrong)
    assert loaded.returncode != 0
    assert "grace_period" in loaded.stderr


@pytest.mark.timeout(400)
def test_with_servers_of_ones_own_nothing_waits_for_those_of_the_file(loader: Path) -> None:
    loaded = load(loader, ROOT / "docker-compose.yml", ROOT / "deploy/own-servers.yml")
    assert loaded.returncode == 0, loaded.stderr
    services = json.loads(loaded.stdout)["services"]
    unused = {name for name, each in services.items() if each.get("profiles") == ["unused"]}
    assert unused == {"postgres", "temporal-schema", "temporal", "temporal-ui"}
    used = {name: each for name, each in services.items() if name not in unused}
    assert [name for name, each in used.items() if unused & set(each.get("depends_on") or ())] == []
    asking = {name for name, each in used.items() if "TEMPOST_TEMPORAL__ADDRESS" in each.get("environment", {})}
    assert asking == {"prepare", "api", "worker", "receiver"}


def test_every_container_is_closed_its_log_ends_and_its_image_has_a_version() -> None:
    for name, each in compose_file()["services"].items():
        assert each["read_only"], name
        assert each["cap_drop"] == ["ALL"], name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        assert each["logging"]["options"]["max-size"], name
        assert PINNED.search(each["image"]) or "build" in each, f"{name}: another image tomorrow than today"
    assert re.search(r"^ARG PYTHON=\d+\.\d+\.\d+-", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_every_file_that_is_mounted_is_there() -> None:
    mounts = [each for service in compose_file()["services"].values() for each in service.get("volumes", ())]
    sources = [each.partition(":")[0] for each in mounts if each.startswith("./")]
    assert sources
    assert not [source for source in sources if not (ROOT / source).exists()]


def test_the_script_makes_every_secret_once_and_settings_take_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "secrets"
    for _ in range(2):
        subprocess.run([ROOT / "deploy/make-secrets.sh", folder], check=True, capture_output=True)
    made = {file.name: file.read_text() for file in folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert set(made) == set(compose_file()["secrets"])
    assert len(set(made.values())) == len(made)

    monkeypatch.setenv("TEMPOST_SECRETS_DIR", str(folder))
    monkeypatch.setenv("TEMPOST_TEMPORAL__ADDRESS", "temporal:7233")
    monkeypatch.setenv("TEMPOST_DASHBOARD__API_URL", "http://api:8080")
    settings = Settings()
    assert settings.database.url.get_secret_value() == made["tempost_database__url"].strip()
    assert made["tempost_password"].strip() in made["tempost_database__url"]
    token = settings.api.metrics_token
    assert token is not None
    assert token.get_secret_value() == made["tempost_api__metrics_token"].strip()
    assert DashboardSettings().secret.get_secret_value() == made["tempost_dashboard__secret"].strip()


def test_what_runs_on_is_watched_and_restarted() -> None:
    services = compose_file()["services"]
    steady = {name: each for name, each in services.items() if name not in ONCE}
    assert [name for name, each in steady.items() if "test" not in each.get("healthcheck", {})] == []
    assert {each["restart"] for each in steady.values()} == {"unless-stopped"}
    assert {services[name]["restart"] for name in ONCE} == {"on-failure:5"}


def test_a_worker_is_given_more_time_than_its_dialogues_take() -> None:
    grace = timedelta(seconds=seconds(own_services()["worker"]["stop_grace_period"]))
    assert grace > 2 * WorkerSettings().grace, "dialogues under way end, then what they said is recorded"


def test_the_image_holds_what_production_needs_and_nothing_of_the_stack() -> None:
    folders = {source for source, _ in copied() if (ROOT / source).is_dir()}
    code = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert folders == code - {"stack", "evidence", "tests"}
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    assert {line[1:] for line in let_in if line.startswith("!")} == {source for source, _ in copied()} | {
        "requirements-image.lock"
    }


def test_the_image_has_the_versions_that_are_tested_and_no_tools_of_developers() -> None:
    tested = dict(PIN.findall((ROOT / "requirements.lock").read_text()))
    shipped = dict(PIN.findall((ROOT / "requirements-image.lock").read_text()))
    assert "temporalio" in shipped
    assert {name: version for name, version in shipped.items() if tested.get(name, version) != version} == {}
    assert not {"pytest", "mypy", "ruff", "hypothesis", "playwright"} & set(shipped)
