import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from stack import certificates
from stack.certificates import Certificates, ensure_certificates


def shake_hands(made: Certificates, host: str) -> None:
    """Let a client that trusts the authority and a server with the certificate speak TLS in memory."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(made.certificate_file, made.key_file)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_context = ssl.create_default_context(cafile=str(made.ca_file))
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT  # on by default from Python 3.13
    client = client_context.wrap_bio(to_client, to_server, server_hostname=host)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert client.version() is not None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_client_that_trusts_the_authority_accepts_the_server(tmp_path: Path, host: str) -> None:
    shake_hands(ensure_certificates(tmp_path), host)


def test_the_certificate_is_for_loopback_only(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(ensure_certificates(tmp_path), "example.org")


def test_certificates_are_made_once(tmp_path: Path) -> None:
    first = ensure_certificates(tmp_path).certificate_file.read_text()
    assert ensure_certificates(tmp_path).certificate_file.read_text() == first


def test_a_certificate_about_to_expire_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "VALID", timedelta(days=20))
        first = ensure_certificates(tmp_path).certificate_file.read_text()
    assert ensure_certificates(tmp_path).certificate_file.read_text() != first


def test_the_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    assert ensure_certificates(tmp_path).key_file.stat().st_mode & 0o777 == 0o600
