"""Seals what must not be readable in the database: authenticated encryption, bound to the row it belongs to."""

import base64
import hashlib
import hmac
import os
import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
API_KEY_PREFIX = "tp_"


class SealBrokenError(Exception):
    """A sealed value does not open: another key, another row, or altered bytes."""


class Seal:
    """AES-256-GCM. `bound_to` (a row's id) is authenticated: a value moved to another row does not open."""

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(base64.urlsafe_b64decode(key))

    def seal(self, text: str, bound_to: object) -> bytes:
        """Encrypt a text."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), str(bound_to).encode())

    def open(self, sealed: bytes, bound_to: object) -> str:
        """Decrypt what `seal` made, or raise `SealBrokenError`."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], str(bound_to).encode()).decode()
        except InvalidTag as error:
            raise SealBrokenError(
                "a stored secret does not open with TEMPOST_SECRETS__KEY: was the key changed?"
            ) from error


def new_api_key() -> str:
    """A bearer key of 256 random bits."""
    return API_KEY_PREFIX + secrets.token_urlsafe(32)


def api_key_hash(key: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).digest()


def same_secret(given: str, wanted: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), wanted.encode())


class ErasureHash:
    """What is kept of an erased address: enough to know it again, of no use without the installation's secret."""

    def __init__(self, key: str) -> None:
        self._key = hmac.digest(base64.urlsafe_b64decode(key), b"tempost erased addresses", "sha256")

    def of(self, user_id: UUID, email_key: str) -> bytes:
        """HMAC-SHA-256 of an address in lower case, another one for each user."""
        return hmac.digest(self._key, user_id.bytes + email_key.encode(), "sha256")
