"""Who looks at the pages: the API key of a person, sealed in their cookie, and what the browser prefers.

The server keeps nothing: whoever holds the cookie is signed in, with the rights of the key, until it is revoked, the
cookie's age ends or they sign out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import Fernet, InvalidToken

from dashboard.words import Language, language_of

COOKIE: Final = "tempost"
LANGUAGE_COOKIE: Final = "tempost-language"
THEME_COOKIE: Final = "tempost-theme"
ZONE_COOKIE: Final = "tempost-zone"
ZONE_SCRIPT: Final = (
    "<script>document.cookie = `tempost-zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}"
    "; path=/; max-age=31536000; samesite=lax`</script>"
)
"""Only a script knows the person's time zone; without one, times are told in UTC."""
UTC: Final = ZoneInfo("UTC")
AGE: Final = timedelta(hours=12)

Theme = Literal["auto", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Session:
    """One browser. `key` is the person's API key: never shown, never logged."""

    key: str
    language: Language
    theme: Theme
    zone: ZoneInfo = UTC
    """Where the person's clock stands."""

    def __repr__(self) -> str:
        """Say nothing of the key."""
        return f"Session(language={self.language!r}, theme={self.theme!r})"


class Sessions:
    """Seals keys into cookies and reads them."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(secret)

    def seal(self, key: str) -> str:
        """The cookie's value."""
        return self._fernet.encrypt(key.encode()).decode()

    def read(self, headers: Mapping[str, str]) -> Session | None:
        """Who sends these headers; None: nobody who is signed in."""
        cookies = cookies_of(headers)
        try:
            key = self._fernet.decrypt(cookies.get(COOKIE, ""), ttl=int(AGE.total_seconds())).decode()
        except InvalidToken:
            return None
        return Session(key, chosen_language(headers), chosen_theme(headers), chosen_zone(headers))


def cookies_of(headers: Mapping[str, str]) -> dict[str, str]:
    """All cookies of a request; none where the header makes no sense."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def chosen_language(headers: Mapping[str, str]) -> Language:
    """What the person chose, else what their browser prefers."""
    return language_of(cookies_of(headers).get(LANGUAGE_COOKIE) or headers.get("accept-language", ""))


def chosen_theme(headers: Mapping[str, str]) -> Theme:
    """What the person chose, else what their system shows."""
    match cookies_of(headers).get(THEME_COOKIE):
        case "light":
            return "light"
        case "dark":
            return "dark"
        case _:
            return "auto"


def chosen_zone(headers: Mapping[str, str]) -> ZoneInfo:
    """The time zone that the browser told; UTC where it told none that is known."""
    try:
        return ZoneInfo(cookies_of(headers).get(ZONE_COOKIE, UTC.key))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # not a name, a path elsewhere, a folder of zones
        return UTC
