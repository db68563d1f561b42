"""Preflight: what of a mail may cost it readers or its sender's reputation, found before it is sent.

Pure: judges a template, rendered once for a sample, by what is written in it; nothing is fetched.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from content.html_scan import Page, Tag, scan
from content.link_check import link_fault
from content.preflight_texts import PREFLIGHT
from content.spam_words import spam_words
from content.template import Rendered
from contracts.finding import Finding, worded, worst_first

MOST_BYTES = 100_000
"""Of html: Gmail cuts a mail off at about 102 kB, the way to unsubscribe at its end with it."""
LONGEST_SUBJECT = 70
"""Characters; telephones show about 40, other programs up to 70."""
MOST_SPAM = 6
"""Weight of distrusted words that come together."""
MOST_PLACES = 5
"""Places or words that a finding names."""
FEWEST_LETTERS = 40
"""What a mail with pictures must say in words as well, letters and digits."""

ACTIVE = frozenset(
    {"script", "form", "input", "button", "select", "textarea", "iframe", "frame", "object", "embed", "applet"}
)
"""Elements that no mail should have."""
UNSUBSCRIBE = re.compile(
    r"unsubscri|opt[ -]?out|abmelden|abbestellen|désabonner|desinscr|cancelar la suscripci|darse de baja|退订|取消订阅"
    r"|退訂|取消訂閱|配信停止|수신거부|отписаться",
    re.IGNORECASE,
)
FOREIGN = re.compile(
    r"\{\{.{0,40}?\}\}|\{%.{0,40}?%\}|\*\|\w{1,40}\|\*|%%?[A-Z][A-Z_]{2,40}%%?|\$\{\w{1,40}\}|<<\w{1,40}>>|lorem ipsum"
    r"|\[(?:FIRST|LAST|FULL|FNAME|LNAME|NAME|EMAIL|COMPANY)[ _A-Z]{0,30}\]"
)
"""Variables of other systems, and what was meant to be replaced by a person."""
PRETENDS = re.compile(r"(?:re|fwd?|aw|wg|回复|答复|转发)\s*[:：]", re.IGNORECASE)
CURRENCY = re.compile(r"[$€¥￥]{2}")
EVENT = re.compile(r"on[a-z]{3,}")
"""Attributes that hold a script."""
LONG_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Flight:
    """What is looked at."""

    mail: Rendered
    """For a sample."""
    own_text: bool
    """The template has a text part of its own."""
    variables: frozenset[str]
    """Fields that a contact must have."""
    known: frozenset[str] | None
    """Fields that contacts have; None where that was not said."""
    unsubscribe: str | None
    """The link that goes into the header of every mail, as far as its scheme; None: mails have no such header."""
    sample: str
    """What fields without a value were filled with."""


def preflight(flight: Flight) -> list[Finding]:
    """Everything that was found, the worst first; nothing is a good sign, no promise."""
    page = scan(flight.mail.html or "")
    found = [
        *_fields(flight, page),
        *_subject(flight.mail.subject),
        *_parts(flight, page),
        *_unsubscribing(flight, page),
        *_links(page, flight.sample),
        *_images(page, flight.sample),
        *_words(flight, page),
    ]
    return worst_first(found)


def _fields(flight: Flight, page: Page) -> Iterator[Finding]:
    unknown = sorted(flight.variables - flight.known) if flight.known is not None else []
    if unknown:
        yield worded(PREFLIGHT, "unknown_variable", names=", ".join(map(repr, unknown)))
    parts = {"subject": flight.mail.subject, "html": page.words, "text": flight.mail.text}
    left = {part: match[0] for part, text in parts.items() if (match := FOREIGN.search(text))}
    if left:
        yield worded(PREFLIGHT, "placeholder_left", tuple(left), text=next(iter(left.values())))


def _subject(subject: str) -> Iterator[Finding]:
    letters = [letter for letter in subject if letter.isalpha()]
    faults = {
        "subject_long": len(subject) > LONGEST_SUBJECT,
        "subject_empty": not any(map(str.isalnum, subject)),
        "subject_capitals": len(letters) >= 8 and sum(map(str.isupper, letters)) > len(letters) * 0.6,
        "subject_marks": sum(map(subject.count, "!！")) > 1 or CURRENCY.search(subject) is not None,
        "subject_pretends": PRETENDS.match(subject) is not None,
    }
    yield from (worded(PREFLIGHT, code, ("subject",), length=len(subject)) for code, found in faults.items() if found)


def _parts(flight: Flight, page: Page) -> Iterator[Finding]:
    mail = flight.mail
    if mail.html is not None and not flight.own_text:
        yield worded(PREFLIGHT, "text_missing")
    if not mail.text.strip():
        yield worded(PREFLIGHT, "text_empty", ("text",))
    if mail.html is None:
        return
    size = len(mail.html.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        yield worded(PREFLIGHT, "too_large", ("html",), size=size)
    if not any(tag.attributes.get("lang") for tag in page.tags if tag.name in {"html", "body"}):
        yield worded(PREFLIGHT, "language_missing", ("html",))
    active = {f"<{tag.name}>": tag for tag in page.tags if tag.name in ACTIVE}
    active |= {name: tag for tag in page.tags for name in tag.attributes if EVENT.fullmatch(name)}
    if active:
        yield worded(PREFLIGHT, "active_content", _places(list(active.values())), what=next(iter(active)))


def _unsubscribing(flight: Flight, page: Page) -> Iterator[Finding]:
    if flight.unsubscribe is None:
        yield worded(PREFLIGHT, "unsubscribe_header_missing")
    elif not flight.unsubscribe.lower().startswith("https:"):
        yield worded(PREFLIGHT, "unsubscribe_not_one_click")
    ways = [f"{tag.words} {tag.attributes.get('href', '')}" for tag in page.tags if tag.name == "a"]
    seen = page.words if flight.mail.html else flight.mail.text
    if not any(map(UNSUBSCRIBE.search, [*ways, seen])):
        yield worded(PREFLIGHT, "unsubscribe_link_missing")


def _links(page: Page, sample: str) -> Iterator[Finding]:
    faults: dict[str, list[Tag]] = {}
    for tag in page.tags:
        is_anchor = "href" not in tag.attributes and tag.attributes.keys() & {"name", "id"}
        fault = link_fault(tag, sample) if tag.name == "a" and not is_anchor else None
        if fault:
            faults.setdefault(f"link_{fault}", []).append(tag)
    for code, tags in faults.items():
        yield worded(PREFLIGHT, code, _places(tags), text=tags[0].attributes.get("href", "").strip()[:80])


def _images(page: Page, sample: str) -> Iterator[Finding]:
    images = [tag for tag in page.tags if tag.name == "img"]
    if silent := [tag for tag in images if "alt" not in tag.attributes]:
        yield worded(PREFLIGHT, "image_without_alt", _places(silent), silent=len(silent), images=len(images))
    sources = [(tag, tag.attributes.get("src", "").strip().lower()) for tag in images]
    sources = [(tag, source) for tag, source in sources if source != sample]
    if broken := [tag for tag, source in sources if not source.startswith(("https:", "http:", "data:", "cid:"))]:
        yield worded(PREFLIGHT, "image_broken", _places(broken), text=broken[0].attributes.get("src", "")[:80])
    if inside := [tag for tag, source in sources if source.startswith("data:")]:
        yield worded(PREFLIGHT, "image_as_data", _places(inside))
    if images and sum(map(str.isalnum, page.words)) < FEWEST_LETTERS:
        yield worded(PREFLIGHT, "image_only", ("html",))


def _words(flight: Flight, page: Page) -> Iterator[Finding]:
    seen = page.words if flight.mail.html else flight.mail.text
    found = spam_words(f"{flight.mail.subject}\n{seen}")
    if sum(found.values()) >= MOST_SPAM:
        yield worded(PREFLIGHT, "spam_words", words=", ".join(list(found)[:MOST_PLACES]))
    words = LONG_WORD.findall(seen)
    loud = [word for word in words if word.isupper()]
    if len(loud) >= 5 and len(loud) * 5 > len(words):
        yield worded(PREFLIGHT, "shouting", word=loud[0])


def _places(tags: Sequence[Tag]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"html, line {tag.line}" for tag in tags))[:MOST_PLACES]
