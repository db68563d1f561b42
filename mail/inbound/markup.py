"""HTML of a mail as plain text: lines where a reader would see them, and what it quotes marked as quoted."""

from html.parser import HTMLParser

BREAKS = frozenset(
    {"address", "article", "blockquote", "br", "center", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "hr", "li",
     "ol", "p", "pre", "section", "table", "tr", "ul"}
)  # fmt: skip
SILENT = frozenset({"head", "script", "style", "title"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "gmail_extra_quote")
"""Classes that mail programs give to what they quote."""
BORDERS = ("border:none;border-top:solid", "border-top:solid")
"""How Outlook and Windows Mail set off the head of the mail that is answered: all after it is quoted."""
QUOTED = "\n> "
RULE = "\n-----Original Message-----\n"
"""Written where everything that follows is quoted."""


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._silent = 0
        self._quotes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        if tag in BREAKS:
            self._newline()
        given = {name: (value or "").lower() for name, value in attrs}
        style = given.get("style", "").replace(" ", "")
        if any(border in style for border in BORDERS) or given.get("id") in {"stopspelling", "divrplyfwdmsg"}:
            self.out.append(RULE)
        quotes = tag == "blockquote" or any(name in given.get("class", "") for name in QUOTES)
        if tag not in VOID and (quotes or self._quotes):
            self._quotes.append(tag)
            self._newline()

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        if tag in BREAKS:
            self._newline()
        if tag in self._quotes:
            while self._quotes.pop() != tag:
                pass
            if not self._quotes:
                self._newline()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.out.append(" ".join(data.split()) if data.strip() else " ")
            if data[-1:].isspace() and data.strip():
                self.out.append(" ")

    def _newline(self) -> None:
        self.out.append(QUOTED if self._quotes else "\n")


def plain(html: str) -> str:
    """The text of an HTML part; quoted lines begin with `>`, as in plain mails. Never raises."""
    parser = _Plain()
    try:
        parser.feed(html)
        parser.close()
    except (AssertionError, ValueError):  # CPython's parser asserts on some broken declarations
        return html
    lines = [line.strip() for line in "".join(parser.out).replace("\xa0", " ").split("\n")]
    kept = [line for place, line in enumerate(lines) if line not in {"", ">"} or lines[place - 1 : place] != [line]]
    return "\n".join(kept).strip()
