"""Opens and clicks by machines are told from those by people."""

from datetime import timedelta

import pytest

from mail.machine import RULES, Visit, VisitKind, machine

BROWSERS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.4 Safari/605",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.12.0",
    "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0 Safari/537.36",
]
READERS = [
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0.5435; ms-office; MSOffice 16)",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)",
]
SAFARI = BROWSERS[1]


@pytest.mark.parametrize("kind", ["open", "click"])
@pytest.mark.parametrize("user_agent", BROWSERS)
def test_a_browser_is_a_person(kind: VisitKind, user_agent: str) -> None:
    assert machine(Visit(kind, user_agent, age=timedelta(hours=1))) is None
    assert machine(Visit(kind, user_agent)) is None


@pytest.mark.parametrize("user_agent", READERS)
def test_a_proxy_or_program_that_loads_pictures_when_a_mail_is_looked_at_is_a_person(user_agent: str) -> None:
    assert machine(Visit("open", user_agent)) is None


@pytest.mark.parametrize(
    ("visit", "rule"),
    [
        (Visit("open", SAFARI, purpose="prefetch;prerender"), "prefetch"),
        (Visit("click", SAFARI, purpose="Preview"), "prefetch"),
        (Visit("open", f"{BROWSERS[0]} Edge/12.246 Mozilla/5.0"), "gmail_prefetch"),
        (Visit("open", "Mozilla/5.0"), "apple_privacy"),
        (Visit("click", "Mozilla/5.0"), "program"),
        (Visit("open", " "), "nameless"),
        (Visit("click", "curl/8.5.0"), "program"),
        (Visit("click", "python-requests/2.32"), "program"),
        (Visit("open", "Go-http-client/2.0"), "program"),
        (Visit("click", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"), "program"),
        (Visit("click", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"), "program"),
        (Visit("click", "facebookexternalhit/1.1"), "program"),
        (Visit("click", "Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36"), "program"),
        (Visit("click", "Mozilla/5.0 Barracuda Sentinel"), "scanner"),
        (Visit("click", "Proofpoint URL Defense"), "scanner"),
        (Visit("click", "Mimecast-URL-Protect"), "scanner"),
        (Visit("click", "Microsoft Office Existence Discovery"), "office"),
        (Visit("click", SAFARI, many=True), "many_links"),
        (Visit("click", SAFARI, age=timedelta(seconds=4)), "at_once"),
        (Visit("open", SAFARI, age=timedelta(seconds=1)), "at_once"),
        (Visit("open", SAFARI, age=timedelta(seconds=-1)), "at_once"),
    ],
)
def test_a_machine_is_known_by_a_rule(visit: Visit, rule: str) -> None:
    assert machine(visit) == rule


@pytest.mark.parametrize(("kind", "seconds"), [("open", 2), ("click", 5)])
def test_a_person_may_be_quick(kind: VisitKind, seconds: int) -> None:
    assert machine(Visit(kind, SAFARI, age=timedelta(seconds=seconds))) is None


def test_many_pictures_at_once_are_no_sign() -> None:
    assert machine(Visit("open", SAFARI, many=True)) is None


def test_every_rule_has_a_name_of_its_own_and_a_source() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.source for rule in RULES)
