"""Who gets past the gate, and where signing in leads."""

import base64
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr
from starlette.responses import PlainTextResponse

from dashboard.gate import Gate
from dashboard.session import COOKIE, LANGUAGE_COOKIE, THEME_COOKIE, ZONE_COOKIE, Sessions, chosen_zone
from dashboard.settings import DashboardSettings
from dashboard.sign_in import local_path

SECRET = base64.urlsafe_b64encode(bytes(32)).decode()
SETTINGS = DashboardSettings(api_url="http://127.0.0.1:1", secret=SecretStr(SECRET))
SESSIONS = Sessions(SECRET)


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """Looks at an application behind the gate that tells whose session it sees."""

    async def behind(scope, receive, send):  # type: ignore[no-untyped-def]  # ASGI's own types say nothing
        session = scope.get("state", {}).get("session")
        await PlainTextResponse("open" if session is None else repr(session))(scope, receive, send)

    transport = httpx.ASGITransport(Gate(behind, SETTINGS, SESSIONS))
    async with httpx.AsyncClient(transport=transport, base_url="http://pages") as client:
        yield client


def cookie(key: str = "tp_key", **others: str) -> dict[str, str]:
    pairs = {COOKIE: SESSIONS.seal(key), **others}
    return {"cookie": "; ".join(f"{name}={value}" for name, value in pairs.items())}


async def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/tasks?status=sending", headers={"accept": "text/html"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/tasks%3Fstatus%3Dsending")


@pytest.mark.parametrize("path", ["/_nicegui/3/static/nicegui.js", "/socket.io/", "/sign-out", "/choice"])
async def test_nothing_else_is_answered_without_a_session(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 401


@pytest.mark.parametrize("path", ["/sign-in", "/style.css", "/favicon.ico", "/healthz"])
async def test_what_the_sign_in_page_needs_is_open(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).text == "open"


async def test_no_page_loads_from_elsewhere_or_stands_in_another_site_s_frame(browser: httpx.AsyncClient) -> None:
    policy = (await browser.get("/sign-in")).headers["content-security-policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


async def test_a_session_says_nothing_of_its_key(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/", headers=cookie("tp_secret"))

    assert answer.text == "Session(language='en', theme='auto')"


FOREIGN = Sessions(base64.urlsafe_b64encode(b"1" + bytes(31)).decode()).seal("tp_key")


@pytest.mark.parametrize("value", ["", "x", "gAAAAA==", FOREIGN], ids=["none", "short", "broken", "foreign"])
async def test_a_cookie_that_was_not_sealed_here_is_none(browser: httpx.AsyncClient, value: str) -> None:
    assert (await browser.get("/", headers={"cookie": f"{COOKIE}={value}"})).status_code == 401


def test_a_person_s_own_choice_wins_over_the_browser_s() -> None:
    session = SESSIONS.read(cookie(**{LANGUAGE_COOKIE: "zh", THEME_COOKIE: "dark"}) | {"accept-language": "en"})

    assert session is not None
    assert (session.language, session.theme) == ("zh", "dark")


@pytest.mark.parametrize(
    ("header", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("de-DE,en;q=0.7,zh;q=0.5", "en"), ("fr", "en"), ("", "en")],
)
def test_the_browser_s_first_language_that_the_pages_have_is_taken(header: str, language: str) -> None:
    session = SESSIONS.read(cookie() | {"accept-language": header})

    assert session is not None
    assert session.language == language


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nb"]
)
def test_signing_in_leads_to_no_other_host(wanted: str) -> None:
    assert local_path(wanted) == "/"


def test_a_key_in_a_cookie_cannot_be_read() -> None:
    assert not re.search("tp_", SESSIONS.seal("tp_secret"))


@pytest.mark.parametrize(
    ("told", "zone"),
    [
        ("Asia/Shanghai", "Asia/Shanghai"),
        ("", "UTC"),
        ("America", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("Nowhere/Town", "UTC"),
        (None, "UTC"),
    ],
)
def test_times_are_told_by_the_persons_clock_or_in_utc(told: str | None, zone: str) -> None:
    cookie = "" if told is None else f"{ZONE_COOKIE}={told}"

    assert chosen_zone({"cookie": cookie}).key == zone
