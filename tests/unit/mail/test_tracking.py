"""Links are found as browsers find them, and nothing else of the author's html changes."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.tracking import LONGEST_TARGET, MOST_LINKS, tracked, web_address

PIXEL = '<img src="P" width="1" height="1" alt="" style="border:0">'


def led(html: str) -> tuple[str, list[tuple[int, str]]]:
    """The html with `@1`, `@2` … for the links that were led, and where they lead."""
    seen: list[tuple[int, str]] = []

    def click(number: int, target: str) -> str:
        seen.append((number, target))
        return f"@{number}"

    return tracked(html, click, None), seen


@pytest.mark.parametrize(
    ("html", "changed", "target"),
    [
        ('<a href="https://x.org/">x</a>', '<a href="@1">x</a>', "https://x.org/"),
        ("<A\n HREF = 'HTTP://X.org'  >x</A>", "<A\n HREF = '@1'  >x</A>", "HTTP://X.org"),
        ("<a class=b href=https://x.org/a?b=c>x", "<a class=b href=@1>x", "https://x.org/a?b=c"),
        ('<a title="a > b" href="https://x.org">', '<a title="a > b" href="@1">', "https://x.org"),
        ('<area shape=rect href="https://x.org">', '<area shape=rect href="@1">', "https://x.org"),
        ('<a href="https://x.org" href="https://y.org">', '<a href="@1" href="https://y.org">', "https://x.org"),
        ('<a/href="https://x.org"/>', '<a/href="@1"/>', "https://x.org"),
        ('<a href="https://x.org/?a=1&amp;b=2">', '<a href="@1">', "https://x.org/?a=1&b=2"),
        ('<a href="https://x.org/?a=1&copy=2&lang=en">', '<a href="@1">', "https://x.org/?a=1&copy=2&lang=en"),
        ('<a href=" https://x.org/a\n  b ">', '<a href="@1">', "https://x.org/a%20%20b"),
        ('<a href="https://x.org/ü?q=日">', '<a href="@1">', "https://x.org/%C3%BC?q=%E6%97%A5"),
        ('<a href="https&#58;//x.org/&#x41;">', '<a href="@1">', "https://x.org/A"),
        ("<a href='https://x.org/%20\"'>", "<a href='@1'>", "https://x.org/%20%22"),
        ('a < b <3 </> </ > <a href="https://x.org">', 'a < b <3 </> </ > <a href="@1">', "https://x.org"),
        ('<!doctype html><?x?><a href="https://x.org">', '<!doctype html><?x?><a href="@1">', "https://x.org"),
        ('<!--[if !mso]><!--><a href="https://x.org">', '<!--[if !mso]><!--><a href="@1">', "https://x.org"),
        ('<!--><a href="https://x.org">', '<!--><a href="@1">', "https://x.org"),
        ('<b x="" y=\'"\'><a href="https://x.org">', '<b x="" y=\'"\'><a href="@1">', "https://x.org"),
    ],
)
def test_a_link_to_the_web_is_led_by_us(html: str, changed: str, target: str) -> None:
    assert led(html) == (changed, [(1, target)])


@pytest.mark.parametrize(
    "html",
    [
        '<a href="mailto:a@x.org">', '<a href="#top">', '<a href="/here">', '<a href="tel:1">', "<a href>", "<a>",
        '<a href="">', '<a href="javascript:alert(1)">', '<a href="//x.org">', '<a href="https://">',
        '<a data-no-track href="https://x.org">', '<a href="https://x.org" DATA-NO-TRACK="">',
        '<link href="https://x.org">', '<abbr href="https://x.org">', '<a-b href="https://x.org">',
        '<!-- <a href="https://x.org"> -->', '<!--[if mso]><a href="https://x.org"><![endif]-->',
        '<script>"<a href=https://x.org>"</script>', '<TITLE><a href="https://x.org"></title>',
        "<img alt='<a href=\"https://x.org\">'>", '<a title="<a href=https://x.org>">',
        '<a href="https://x.org', "<a href='https://x.org>", '<b x="<a href=https://x.org>', "<a href=https://x.org",
        '<a data-href="https://x.org" hrefs="https://x.org">', "&lt;a href=https://x.org&gt;", "",
        f'<a href="https://x.org/{"a" * LONGEST_TARGET}">', f'<a href="https://x.org/{"ü" * (LONGEST_TARGET // 2)}">',
        '<a href="https://x.org/\ud800">', '<textarea><a href="https://x.org">', "<style></styles><a href=https://x>",
    ],
)  # fmt: skip
def test_what_is_no_link_to_the_web_stays(html: str) -> None:
    assert led(html) == (html, [])


def test_links_are_numbered_as_they_stand_and_a_link_that_gets_none_stays() -> None:
    html = '<a href="https://own/">u</a><a href=https://x/><a href="#"><a href=https://y/>'

    numbers: list[int] = []

    def click(number: int, target: str) -> str | None:
        numbers.append(number)
        return None if "own" in target else f"@{number}"

    assert tracked(html, click, None) == '<a href="https://own/">u</a><a href=@1><a href="#"><a href=@2>'
    assert numbers == [1, 1, 2]


def test_beyond_the_most_links_they_stay() -> None:
    html = "<a href=https://x/>" * (MOST_LINKS + 5)
    changed, seen = led(html)
    assert (len(seen), changed.count("https")) == (MOST_LINKS, 5)


@pytest.mark.parametrize(
    ("html", "changed"),
    [
        ("<p>x</p>", f"<p>x</p>{PIXEL}"),
        ("<body>x</BODY ></html>", f"<body>x{PIXEL}</BODY ></html>"),
        ("<body><!-- </body> -->x</body> y", f"<body><!-- </body> -->x{PIXEL}</body> y"),
        ("<body>x</body>y</body>z", f"<body>x</body>y{PIXEL}</body>z"),
        ("<script></body></script>", f"<script></body></script>{PIXEL}"),
        ("", PIXEL),
    ],
)
def test_the_pixel_stands_at_the_end_of_the_body(html: str, changed: str) -> None:
    assert tracked(html, None, "P") == changed


def test_links_and_pixel_go_together() -> None:
    html = '<body><a href="https://x/">x</a></body>'
    assert tracked(html, lambda _, __: "@", "P") == f'<body><a href="@">x</a>{PIXEL}</body>'


PIECES = st.sampled_from([
    "<a ", "<area ", "</a>", "<b ", "<p>", "</p>", "<script>", "</script>", "</body>", "<!-- ", " -->", "<img ", "<",
    ">", "/", "=", '"', "'", " ", "\n", 'href="https://x.org/?a&amp;b"', "href=https://y.org", "href='#z'", "title=",
    "text", "data-no-track", "&", "ü", '<a href="https://w.org">', "<br/>",
])  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
def test_whatever_it_holds_only_targets_change(html: str) -> None:
    changed, seen = led(html)

    rest, place = "", 0
    for number, _ in seen:  # what stands between the links is the author's, in its order
        before, after = changed[place:].split(f"@{number}", 1)
        rest += before
        place = len(changed) - len(after)
    assert len(rest + changed[place:]) <= len(html)
    assert tracked(html, lambda _, __: None, None) == html


class Links(HTMLParser):
    """The standard library's reading."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(reversed(attrs))
        target = names.get("href")
        if tag in ("a", "area") and target and target.startswith("https:") and "data-no-track" not in names:
            self.targets.append(target)


WORDS = st.text("ab <>&;=\"'/", max_size=8)
ATTRIBUTES = st.sampled_from(
    ['href="https://x.org/?a&amp;b"', "href='https://y.org'", 'title="<a>"', "c='\"'", "data-no-track"]
)
NAMES = st.sampled_from(["a", "A", "area", "abbr", "p", "img"])
TAGS = st.tuples(NAMES, st.lists(ATTRIBUTES, max_size=3), st.sampled_from(["", "/"])).map(
    lambda tag: f"<{' '.join([tag[0], *tag[1]])} {tag[2]}>"
)
COMMENTS = st.text('ab <>"', max_size=8).map(lambda text: f"<!-- {text} -->")
SCRIPTS = st.text('ab <>"/', max_size=8).map(lambda text: f"<script>{text}</script>")
ESCAPED = WORDS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;"))


@given(st.lists(st.one_of(TAGS, COMMENTS, SCRIPTS, ESCAPED, st.just("</a>")), max_size=12).map("".join))
def test_the_links_are_those_that_the_standard_library_reads(html: str) -> None:
    parser = Links()
    parser.feed(html)
    parser.close()

    assert [target for _, target in led(html)[1]] == parser.targets


@pytest.mark.parametrize(
    "piece", ["<a ", '<a x="', "<!--", "<script>", "</", "<a href='https://x>", "<x y='\"", "<", '="']
)
def test_broken_html_takes_no_longer_than_other_html(piece: str) -> None:
    assert len(led(piece * 100_000)[1]) <= MOST_LINKS


def test_an_address_that_is_a_whole_one_to_the_web_is_told_from_others() -> None:
    assert web_address("https://x.org/a b") == "https://x.org/a%20b"
    assert web_address("https://x.org\\@y.org/") == "https://x.org\\@y.org/"
    assert web_address("ftp://x.org/") is None
