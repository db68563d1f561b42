"""A certificate authority of the stack's own and its certificate for loopback, so that TLS is real in every run."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from stack.files import write_private

VALID = timedelta(days=800)
RENEWED_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the authority to trust, and what a server on loopback shows."""

    ca_file: Path
    certificate_file: Path
    key_file: Path


def ensure_certificates(folder: Path) -> Certificates:
    """Make the files unless they are there and good for a while yet. The authority's key is thrown away."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificates = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    if not _good(certificates):
        _make(certificates)
    return certificates


def _good(certificates: Certificates) -> bool:
    try:
        loaded = x509.load_pem_x509_certificate(certificates.certificate_file.read_bytes())
    except (OSError, ValueError):
        return False
    complete = certificates.ca_file.exists() and certificates.key_file.exists()
    return complete and loaded.not_valid_after_utc - datetime.now(UTC) > RENEWED_BEFORE


def _make(certificates: Certificates) -> None:
    """Write the server's certificate last: it is the one that `_good` looks at."""
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name, server_name = _name("Tempost local authority"), _name("localhost")
    key_id = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    authority = (
        _certificate(ca_name, ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_id, critical=False)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    hosts = [x509.DNSName("localhost"), *(x509.IPAddress(ip_address(host)) for host in ("127.0.0.1", "::1"))]
    server = (
        _certificate(server_name, ca_name, server_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    key = server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(certificates.key_file, key.decode("ascii"))
    write_private(certificates.ca_file, authority.public_bytes(Encoding.PEM).decode("ascii"))
    write_private(certificates.certificate_file, server.public_bytes(Encoding.PEM).decode("ascii"))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(issuer, subject, key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
