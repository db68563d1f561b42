"""Plain text out of html, for people and programs that do not read html.

A scanner of its own: the standard library's parser takes quadratic time on malformed input, and is slower.
"""

import re
from html import unescape

PARAGRAPHS = frozenset(
    "address article aside blockquote body center dl fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr html main nav ol p pre section table ul".split()
)
"""Elements with an empty line before and after."""
LINES = frozenset("caption dd div dt figcaption legend li option tr".split())
"""Elements that begin and end a line."""
SILENT = frozenset("head noscript object script style svg template textarea title".split())
"""Elements whose content is not shown."""

TOKEN = re.compile(r"(?P<words>[^<]+)|<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9:-]*)(?P<rest>[^>]*)>|<[!?/][^>]*>")
"""A tag is only looked for where a `>` follows, so that no `<` is searched in vain up to the end."""
ATTRIBUTE = re.compile(r"""\b(href|alt)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
WHITE = re.compile(r"[ \t\r\n\f]+")
"""White space that html folds into one space; no-break spaces stay."""


def html_to_text(html: str) -> str:
    """Make readable text: paragraphs apart, list items with a dash, links with their address in parentheses."""
    page = _Page()
    position, last_tag_end = 0, html.rfind(">")
    while position <= last_tag_end:
        if html.startswith("<!--", position):
            end = html.find("-->", position + 4)
            position = len(html) if end < 0 else end + 3
            continue
        token = TOKEN.match(html, position)
        if token is None:
            page.add_words("<")
            position += 1
            continue
        position = token.end()
        if token["name"]:
            name, closing = token["name"].lower(), bool(token["close"])
            rest, position = _whole_tag(html, token, position)
            _add_tag(page, name, rest, closing=closing)
            if name in SILENT and not closing and not rest.endswith("/"):
                position = _silence_end(html, name, position)
        elif token["words"]:
            page.add_words(token["words"])
    page.add_words(html[position:].partition("<!--")[0])
    return page.text()


class _Page:
    """The text so far."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._owed = 0
        """Line ends due before the next word."""
        self._space = False
        """A space is due before the next word."""
        self._link: tuple[str, int] | None = None
        """Where the open link leads, and where in `_pieces` its words begin."""

    def text(self) -> str:
        """What was written, with one line end behind it."""
        return "".join(self._pieces).strip() + "\n" if self._pieces else ""

    def add_words(self, raw: str) -> None:
        """Add text as html means it: white space folded, entities resolved."""
        words = WHITE.sub(" ", unescape(raw) if "&" in raw else raw)
        bare = words.strip(" ")
        self._space = self._space or words.startswith(" ")
        if bare:
            self.write(bare)
            self._space = words.endswith(" ")

    def write(self, words: str) -> None:
        """Add words as they are, after the line ends or the space that are due."""
        if self._pieces:
            self._pieces.append("\n" * self._owed if self._owed else " " if self._space else "")
        self._pieces.append(words)
        self._owed, self._space = 0, False

    def break_lines(self, count: int) -> None:
        """See to it that the next word stands after at least `count` line ends."""
        self._owed = max(self._owed, count)

    def add_line_end(self) -> None:
        """Add one line end to those that are due, but never a second empty line."""
        self._owed = min(self._owed + 1, 2)

    def add_space(self) -> None:
        """See to it that the next word stands apart."""
        self._space = True

    def open_link(self, target: str) -> None:
        """Remember where a link begins."""
        self._link = (target, len(self._pieces))

    def close_link(self) -> None:
        """Write where the link leads, unless that is what it says."""
        if self._link is None:
            return
        target, start = self._link
        self._link = None
        if not target or target.startswith(("#", "javascript:")):
            return
        words = "".join(self._pieces[start:]).strip().rstrip("/")
        target = target.removeprefix("mailto:")
        if words in {target.rstrip("/"), target.split("://")[-1].rstrip("/")}:
            return
        self._space = self._space or bool(words)
        self.write(f"({target})" if words else target)


def _whole_tag(html: str, token: re.Match[str], end: int) -> tuple[str, int]:
    """Find the tag's attributes and its end: a `>` inside a quoted value does not end it."""
    rest: str = token["rest"]
    for _ in range(3):
        further = html.find(">", end) if rest.count('"') % 2 else -1
        if further < 0:
            break
        rest, end = html[token.start("rest") : further], further + 1
    return rest, end


def _add_tag(page: _Page, name: str, rest: str, *, closing: bool) -> None:
    """Add what a tag means."""
    if name == "br":
        page.add_line_end()
    elif name in PARAGRAPHS:
        page.break_lines(2)
    elif name in LINES:
        page.break_lines(1)
        if name == "li" and not closing:
            page.write("-")
            page.add_space()
    elif name in {"td", "th"}:
        page.add_space()
    elif name == "img":
        page.add_words(_attribute(rest, "alt"))
    elif name == "a" and closing:
        page.close_link()
    elif name == "a":
        page.open_link(_attribute(rest, "href").strip())


def _silence_end(html: str, name: str, position: int) -> int:
    end = re.compile(f"</{name}", re.IGNORECASE).search(html, position)
    return end.start() if end else len(html)


def _attribute(rest: str, name: str) -> str:
    for found in ATTRIBUTE.finditer(rest):
        if found[1].lower() == name:
            return unescape(found[2] or found[3] or found[4] or "")
    return ""
