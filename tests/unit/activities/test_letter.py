"""Letters: what a mail holds for its recipient, and what it tells us."""

import base64
import email
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

from activities.letter import Letters
from activities.letter_content import Content
from content.template import compile_content
from database.queries.ledger import ClaimedMail
from database.queries.reservation import Reservation
from mail.links import MailLinks
from mail.return_path import ReturnPaths

KEY = base64.urlsafe_b64encode(bytes(32)).decode()
LINKS = MailLinks(KEY, "https://mail.example")
PATHS = ReturnPaths(KEY)
TASK = UUID(int=7)
HTML = """<body><a href="https://x.org/?a=1&amp;b=2">x</a> <a href="{{ unsubscribe_url }}">no more</a>
<a href="{{ preferences_url }}">less</a></body>"""
FROM = Reservation(UUID(int=1), 1, "mailbox", "h", 25, "none", None, None, "ann@example.org", "Ann")
MAIL = ClaimedMail(3, "eve@example.net", {"unsubscribe_url": "https://forged"}, "<1.3@example.org>", 1, 0)


def letters(links: MailLinks) -> Letters:
    return Letters(None, links, PATHS)  # type: ignore[arg-type] # nothing is read here


def written(links: MailLinks, *, opens: bool, clicks: bool, html: str | None = HTML) -> dict[str, str]:
    """The parts of a mail, and its header for unsubscribing."""
    content = Content(compile_content("Hi", html, "{{ unsubscribe_url }}" if html is None else None), opens, clicks)
    letter = letters(links).write(TASK, content, MAIL, FROM)
    message = email.message_from_bytes(letter.message, policy=default)
    assert isinstance(message, EmailMessage)
    parts = {part.get_content_subtype(): part.get_content() for part in message.walk() if not part.is_multipart()}
    return {**parts, "header": str(message["List-Unsubscribe"])}


def links_in(html: str) -> list[str]:
    return re.findall(r'(?:href|src)="([^"]*)"', html)


def test_links_and_a_picture_lead_to_us_and_own_links_stay() -> None:
    mail = written(LINKS, opens=True, clicks=True)

    click, unsubscribe, preferences, pixel = links_in(mail["html"])
    clicked = LINKS.read_click(click.rpartition("/")[2])
    assert clicked is not None
    assert (clicked[0][:2], *clicked[1:]) == ((TASK, 3), 1, "https://x.org/?a=1&b=2")
    assert unsubscribe == LINKS.link("unsubscribe", TASK, 3) == mail["header"].strip("<>")
    assert preferences == LINKS.link("preferences", TASK, 3)
    assert pixel == LINKS.link("open", TASK, 3)


def test_the_text_leads_where_it_says() -> None:
    assert "(https://x.org/?a=1&b=2)" in written(LINKS, opens=True, clicks=True)["plain"]


def test_both_can_be_switched_off() -> None:
    assert written(LINKS, opens=False, clicks=False)["html"].count("https://x.org/?a=1&amp;b=2") == 1
    assert len(links_in(written(LINKS, opens=False, clicks=True)["html"])) == 3
    assert "https://x.org" in written(LINKS, opens=True, clicks=False)["html"]


def test_a_mail_without_html_tells_nothing() -> None:
    mail = written(LINKS, opens=True, clicks=True, html=None)
    assert mail["plain"].strip() == LINKS.link("unsubscribe", TASK, 3)


def test_without_a_base_url_nothing_leads_to_us() -> None:
    mail = written(MailLinks(KEY, None), opens=True, clicks=True)

    assert links_in(mail["html"]) == ["https://x.org/?a=1&amp;b=2", "", ""]
    assert mail["header"] == "None"


def test_bounces_return_to_the_from_address_or_to_an_address_of_the_mails_own() -> None:
    content = Content(compile_content("Hi", None, "Hello"))
    through_receiver = replace(FROM, bounce_address="bounces@mail.example.org")

    assert letters(LINKS).write(TASK, content, MAIL, FROM).sender == "ann@example.org"
    assert PATHS.mail_of(letters(LINKS).write(TASK, content, MAIL, through_receiver).sender) == (TASK, 3)
