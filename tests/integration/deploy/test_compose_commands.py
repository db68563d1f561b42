"""Every command of our own image, as `docker-compose.yml` states it: it starts, is well, and leaves in its grace."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from stack.ports import free_ports
from tests.conftest import database_at, run_sql
from tests.integration.deploy.compose import ROOT, Site, lay_out_image, own_services

ONCE = "prepare"


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    """A database without a schema."""
    name = f"test_{uuid4().hex}"
    run_sql(postgres_url, f"CREATE DATABASE {name}")
    yield database_at(postgres_url, name)
    run_sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def site(tmp_path: Path, empty_database: str, temporal_address: str) -> Site:
    """An image, secrets as the script makes them, and a namespace of its own."""
    secrets = tmp_path / "secrets"
    subprocess.run([ROOT / "deploy/make-secrets.sh", secrets], check=True, capture_output=True)
    (secrets / "tempost_database__url").chmod(0o600)
    (secrets / "tempost_database__url").write_text(f"{empty_database}\n")
    api, dashboard, receiver = map(str, free_ports(3))
    addresses = {
        "temporal:7233": temporal_address,
        "http://api:8080": f"http://127.0.0.1:{api}",
        "0.0.0.0": "127.0.0.1",
        "8080": api,
        "8081": dashboard,
        "2525": receiver,
    }
    image = tmp_path / "image"
    image.mkdir()
    return Site(lay_out_image(image), secrets, addresses, {"TEMPOST_TEMPORAL__NAMESPACE": f"deploy-{uuid4().hex[:8]}"})


@pytest.mark.timeout(500)
async def test_every_command_starts_is_well_by_its_own_check_and_leaves_in_its_grace(site: Site) -> None:
    services = own_services()
    prepared = await site.run(ONCE, services[ONCE]["command"])
    assert await prepared.wait() == 0, site.log(ONCE).read_text()

    for name in [each for each in services if each != ONCE]:
        process = await site.run(name, services[name]["command"])
        try:
            await site.until_well(name, process)
            assert await site.leave(name, process) == 0, site.log(name).read_text()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    made = await site.run("api", ["tempost", "keys", "create", "--email", "ann@example.com"])
    assert await made.wait() == 0, site.log("api").read_text()
    check = await site.run("worker", services["worker"]["healthcheck"]["test"][1:])
    assert await check.wait() == 1, "a worker that has left is not well"
