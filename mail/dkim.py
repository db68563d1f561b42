"""DKIM signatures (RFC 6376) on finished mails: relaxed/relaxed, RSA (RFC 8301) or Ed25519 (RFC 8463), no `l=`.

The signed headers are named once more than they occur, so that nobody can add one and keep the signature (RFC 6376,
5.4.2). `List-Unsubscribe` and its `-Post` are among them, as RFC 8058 demands.
"""

import hashlib
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

Algorithm = Literal["rsa", "ed25519"]
"""As `k=` of a key record names it. Not every receiver knows Ed25519 yet; all know RSA."""

RSA_BITS = 2048
"""More would not fit one answer of DNS over UDP everywhere; less than 1024 counts as unsigned (RFC 8301, 3.2)."""

SIGNED = (
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"reply-to", b"in-reply-to", b"references",
    b"mime-version", b"content-type", b"content-transfer-encoding", b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
"""All that a mail program shows or acts on. One that is absent is named too: then nobody may add it."""

REWRITING = (".amazonaws.com",)
"""Ends of hosts whose services write a `Date` and `Message-ID` of their own, and ask not to sign them (SES manual)."""
REWRITTEN = (b"date", b"message-id")

SPACE = re.compile(rb"[ \t]+")
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*(?:\r\n[ \t].*)*)\r\n")
"""A header field with its folded lines. `.` stops at LF; no bare CR is in a composed mail."""


class SigningKeyError(ValueError):
    """Not a private key that mails can be signed with; the text says why, and holds nothing of it."""


class Signer:
    """Signs for one domain and selector. The key is parsed once: use one for many mails."""

    def __init__(self, domain: str, selector: str, private_key: str) -> None:
        """`private_key` is in PEM, as `new_private_key` makes it. Raises `SigningKeyError`."""
        self.domain = domain
        self._key = _load(private_key)
        self._rsa = isinstance(self._key, rsa.RSAPrivateKey)
        self._tags = (
            f"DKIM-Signature: v=1; a={'rsa' if self._rsa else 'ed25519'}-sha256; c=relaxed/relaxed;\r\n"
            f"\td={domain}; s={selector};\r\n\tt="
        ).encode("ascii")

    def sign(self, message: bytes, at: datetime, *, host: str = "") -> bytes:
        """Return the mail with a signature before it, made at an aware time for sending through a host.

        The mail's lines end in CRLF, and it has no bare CR or LF: what is signed is what goes out.
        """
        head, _, body = message.partition(b"\r\n\r\n")
        fields = _fields(head + b"\r\n")
        names = SIGNED if not host.endswith(REWRITING) else tuple(name for name in SIGNED if name not in REWRITTEN)
        unsigned = b"%b%d;\r\n\th=%b;\r\n\tbh=%b;\r\n\tb=" % (
            self._tags,
            int(at.timestamp()),
            b":\r\n\t ".join(_listed(names, fields)),
            b64encode(hashlib.sha256(relaxed_body(body)).digest()),
        )
        signed = b"".join(value for name in names for value in reversed(fields.get(name, ())))
        signature = b64encode(self._signature(signed + relaxed_field(b"dkim-signature", unsigned.partition(b":")[2])))
        folded = b"\r\n\t ".join(signature[start : start + 70] for start in range(0, len(signature), 70))
        return b"%b%b\r\n%b" % (unsigned, folded, message)

    def _signature(self, signed: bytes) -> bytes:
        """RFC 8463, 3 signs the hash of the data with Ed25519; RSA hashes by itself."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(hashlib.sha256(signed).digest())


def new_private_key(algorithm: Algorithm) -> str:
    """Make a private key, in PEM: a secret."""
    key = _new_rsa() if algorithm == "rsa" else ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_record(private_key: str) -> str:
    """Return the TXT record at `selector._domainkey.domain` that lets others verify (RFC 6376, 3.6.1)."""
    key = _load(private_key)
    if isinstance(key, rsa.RSAPrivateKey):
        raw, name = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), "rsa"
    else:
        raw, name = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), "ed25519"
    return f"v=DKIM1; k={name}; p={b64encode(raw).decode()}"


def relaxed_field(name: bytes, value: bytes) -> bytes:
    """One header field in relaxed form (RFC 6376, 3.4.2), without a line end; `name` is in lower case."""
    return name + b":" + SPACE.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")


def relaxed_body(body: bytes) -> bytes:
    """Return the body in relaxed form (RFC 6376, 3.4.4): empty stays empty, anything else ends in one CRLF."""
    if b"  " in body or b"\t" in body:
        body = SPACE.sub(b" ", body)
    body = (body + b"\r\n").replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return body + b"\r\n" if body else b""


def _fields(head: bytes) -> dict[bytes, list[bytes]]:
    """Every field in relaxed form, with its line end, by name in lower case, in the order of the mail."""
    fields: dict[bytes, list[bytes]] = {}
    for match in FIELD.finditer(head):
        name = match[1].lower()
        fields.setdefault(name, []).append(relaxed_field(name, match[2]) + b"\r\n")
    return fields


def _listed(names: tuple[bytes, ...], fields: dict[bytes, list[bytes]]) -> Iterator[bytes]:
    """Yield the names for `h=`, some on a line: each as often as it occurs, and once more."""
    counts = Counter({name: len(fields.get(name, ())) + 1 for name in names})
    listed = [name for name in names for _ in range(counts[name])]
    for start in range(0, len(listed), 4):
        yield b":".join(listed[start : start + 4])


def _load(private_key: str) -> rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    try:
        key = load_pem_private_key(private_key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningKeyError("not a private key in PEM, without a password: make one with openssl genrsa") from None
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 1024:
        return key
    raise SigningKeyError("neither an RSA key of at least 1024 bits nor an Ed25519 key: receivers know no other")


def _new_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
