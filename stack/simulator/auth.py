"""AUTH PLAIN and LOGIN (RFC 4954, RFC 4616): one exchange, line by line."""

import base64
import binascii
import hmac

USERNAME, PASSWORD = "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"


class AuthError(Exception):
    """The exchange is over; the argument is the whole reply."""


class Exchange:
    """One login under way. `answer` is fed the client's lines until `credentials` are there."""

    def __init__(self, mechanism: str) -> None:
        if mechanism not in {"PLAIN", "LOGIN"}:
            raise AuthError("504 5.5.4 Mechanism not known")
        self.credentials: tuple[str, str] | None = None
        self._plain = mechanism == "PLAIN"
        self._username: str | None = None

    def begin(self, initial: str | None) -> str:
        """Take the initial response, where there is one; return the next challenge, or nothing when done."""
        if initial is not None:
            return self.answer("" if initial == "=" else initial)
        return "334 " if self._plain else USERNAME

    def answer(self, line: str) -> str:
        """Take one line; return the next challenge, or nothing when done. Raise `AuthError` when it is no answer."""
        if line == "*":
            raise AuthError("501 5.7.0 Authentication cancelled")
        text = _decoded(line)
        if self._plain:
            parts = text.split("\0")
            if len(parts) != 3:
                raise AuthError("501 5.5.2 Not a PLAIN message")
            self.credentials = parts[1], parts[2]
            return ""
        if self._username is None:
            self._username = text
            return PASSWORD
        self.credentials = self._username, text
        return ""

    def matches(self, username: str | None, password: str) -> bool:
        """Whether the credentials are these."""
        if self.credentials is None or username is None:
            return False
        given, wanted = "\0".join(self.credentials), f"{username}\0{password}"
        return hmac.compare_digest(given.encode(), wanted.encode())


def _decoded(line: str) -> str:
    try:
        return base64.b64decode(line, validate=True).decode()
    except (binascii.Error, ValueError):
        raise AuthError("501 5.5.2 Not base64") from None
