from collections.abc import Iterator

import pytest

from stack.certificates import Certificates, ensure_certificates
from tests.integration.simulator.process import Provider, Simulator, simulator


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return ensure_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Simulator]:
    """One process for all tests; each adds providers of its own."""
    files = {"certificate": str(certificates.certificate_file), "key": str(certificates.key_file)}
    folder = tmp_path_factory.mktemp("simulator")
    with simulator(folder, mailboxes=str(folder / "mailboxes"), **files) as found:
        yield found


@pytest.fixture
def provider(running: Simulator) -> Provider:
    """A provider that takes everything."""
    return running.add()
