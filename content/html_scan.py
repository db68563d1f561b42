"""Tags of html with their attributes and the words that people see between, in time that grows with the length only.

Follows the tokens of the html standard as far as attributes go; knows no tree. `content.text` writes text; this is for
looking at what a mail is made of.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)")
ATTRIBUTE = re.compile(
    r"""[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?""",
)
END = re.compile(r"[\s/]*>")
HIDDEN = frozenset({"head", "noscript", "script", "style", "svg", "template", "textarea", "title"})
"""Elements whose content is not shown."""
RAW = frozenset({"script", "style", "textarea", "title"})
"""Elements whose content holds no tags."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that opens an element."""

    name: str
    """In lower case."""
    attributes: Mapping[str, str]
    """Names in lower case; of one that is given twice the first counts."""
    line: int
    words: str = ""
    """Of a link: what people see of it."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a mail's html is made of."""

    tags: tuple[Tag, ...]
    words: str
    """What people see, white space folded; no alternative texts of images."""


def scan(html: str) -> Page:
    """Read html, however broken. What stands in a tag that never ends is dropped, as browsers do."""
    ends = [match.start() for match in re.finditer("\n", html)]
    tags: list[Tag] = []
    words: list[str] = []
    link: tuple[int, int] | None = None
    """Of the link that is open: its place in `tags`, and where in `words` it begins."""
    hidden: list[str] = []
    for token in _tokens(html):
        if isinstance(token, str):
            words += [] if hidden else [unescape(token)]
            continue
        name, attributes, position, closing = token
        _hide(hidden, name, closing=closing)
        if name == "a" and link is not None:
            tags[link[0]] = _with_words(tags[link[0]], words[link[1] :])
            link = None
        if not closing:
            link = (len(tags), len(words)) if name == "a" else link
            tags.append(Tag(name, attributes, bisect_right(ends, position) + 1))
        if name != "a":
            words.append(" ")
    return Page(tuple(tags), _folded(words))


def _with_words(tag: Tag, words: list[str]) -> Tag:
    return Tag(tag.name, tag.attributes, tag.line, _folded(words))


def _folded(words: list[str]) -> str:
    return " ".join("".join(words).split())


def _hide(hidden: list[str], name: str, *, closing: bool) -> None:
    """Note that an element without a face begins or ends; whatever is open, a body is shown."""
    if name == "body":
        hidden.clear()
    elif name in HIDDEN and not closing:
        hidden.append(name)
    elif name in hidden:
        del hidden[hidden.index(name) :]


Token = str | tuple[str, dict[str, str], int, bool]
"""Words; or a tag's name, attributes and place, and whether it closes."""


def _tokens(html: str) -> Iterator[Token]:
    position = 0
    while (start := html.find("<", position)) >= 0:
        if start > position:
            yield html[position:start]
        if html.startswith(("<!", "<?"), start):
            mark = "-->" if html.startswith("<!--", start) else ">"
            end = html.find(mark, start + 2)
            position = len(html) if end < 0 else end + len(mark)
            continue
        named = NAME.match(html, start)
        if named is None:
            yield "<"
            position = start + 1
            continue
        attributes, end = _attributes(html, named.end())
        if end < 0:
            return
        name, position = named[1].lower(), end
        closing = html[start + 1] == "/"
        yield name, attributes, start, closing
        if name in HIDDEN and not closing and html.endswith("/>", start, end):
            yield name, {}, start, True
            continue
        if name in RAW and not closing:
            position = _raw_end(html, name, position)
    if position < len(html):
        yield html[position:]


def _attributes(html: str, position: int) -> tuple[dict[str, str], int]:
    """Read up to the end of the tag; -1 if it has none."""
    found: dict[str, str] = {}
    while (end := END.match(html, position)) is None:
        match = ATTRIBUTE.match(html, position)
        if match is None:
            return found, html.find(">", position) + 1 or -1  # past what is no attribute, such as a lone `=`
        value = next((group for group in match.groups()[1:] if group is not None), "")
        found.setdefault(match[1].lower(), unescape(value))
        position = match.end()
    return found, end.end()


def _raw_end(html: str, name: str, position: int) -> int:
    """Find where the element's content ends: at its closing tag."""
    end = re.compile(f"</{name}", re.IGNORECASE).search(html, position)
    return end.start() if end else len(html)
