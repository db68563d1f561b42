"""Each thing that costs readers or reputation is found, and an honest mail passes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from content.html_scan import scan
from content.preflight import Flight, preflight
from content.preflight_texts import PREFLIGHT
from content.spam_words import spam_words
from content.template import Rendered, compile_content
from contracts.finding import Finding, Severity

BODY = """<p>Dear Eva, we talked about the new pumps in May. The offer you asked for is ready; shall I send it?</p>
<img src="https://a.com/pump.png" alt="The pump">
<p><a href="https://a.com/offer">The offer</a>, <a href="https://a.com/bye">unsubscribe</a></p>"""
LINK = '<a href="{}">our offer</a>'


def findings(
    html: str | None = BODY,
    subject: str = "Your offer for three pumps",
    text: str = "Dear Eva, your offer. To unsubscribe: https://a.com/bye",
    *,
    own_text: bool = True,
    known: frozenset[str] | None = None,
    variables: frozenset[str] = frozenset(),
    unsubscribe: str | None = "https://a.com/u",
) -> dict[str, Finding]:
    """What is found in a mail, by code."""
    whole = f'<html lang="en"><body>\n{html}\n</body></html>' if html is not None else None
    mail = Rendered(subject, whole, text)
    found = preflight(Flight(mail, own_text, variables, known, unsubscribe, "sample"))
    assert len({finding.code for finding in found}) == len(found)
    return {finding.code: finding for finding in found}


def with_links(*hrefs: str) -> dict[str, Finding]:
    return findings(BODY + "\n".join(LINK.format(href) for href in hrefs))


def test_an_honest_mail_passes() -> None:
    assert findings() == {}
    assert findings(html=None, text="Dear Eva, here is the offer.\nTo unsubscribe write back.") == {}


@pytest.mark.parametrize(
    ("href", "fault"),
    [
        ("", "empty"), ("#", "empty"), ("sample", "from_field"),
        ("a.com/offer", "broken"), ("https://", "broken"), ("https://a b.com", "broken"), ("javascript:x()", "broken"),
        ("https://a.com:port/", "broken"), ("https://[::1/", "broken"), ("http://intranet/", "broken"),
        ("https://user:word@a.com/", "broken"), ("mailto:", "broken"), ("https://a..com/", "broken"),
        ("https://example.com/", "placeholder"), ("http://localhost:3000/", "placeholder"),
        ("https://a.com/{{ id }}", "placeholder"), ("https://yourdomain.com/", "placeholder"),
        ("https://192.0.2.1/x", "address"), ("http://[2001:db8::1]/", "address"),
        ("https://bit.ly/3x", "shortened"), ("http://t.cn/x", "shortened"),
        ("http://a.com/", "insecure"),
    ],
)  # fmt: skip
def test_a_link_that_is_wrong_is_named(href: str, fault: str) -> None:
    assert list(with_links(href)) == [f"link_{fault}"]


@pytest.mark.parametrize(
    "href",
    [
        "https://a.com", "https://www.a.co.uk:8443/x?y=1#z", "HTTPS://A.COM/", "https://münchen.de/", "https://例え.jp/",
        "mailto:ann@a.com?subject=x", "tel:+49123", "#part", " https://a.com/ ", "https://a.com/?q=a&amp;b=c",
    ],
)  # fmt: skip
def test_a_link_that_leads_somewhere_passes(href: str) -> None:
    assert with_links(href) == {}


@pytest.mark.parametrize(
    ("words", "href", "misleads"),
    [
        ("https://bank.com/login", "https://evil.com/", True),
        ("www.bank.com", "https://evil.com/bank.com", True),
        ("https://bank.com", "https://www.bank.com/login", False),
        ("https://bank.com", "https://news.bank.com/", False),
        ("Node.js", "https://a.com/", False),
        ("read on", "https://a.com/", False),
    ],
)
def test_a_link_that_shows_another_site_is_named(words: str, href: str, *, misleads: bool) -> None:
    found = findings(BODY + f'<a href="{href}"><b>{words}</b></a>')
    assert list(found) == (["link_misleading"] if misleads else [])


def test_a_finding_says_where_and_how_often() -> None:
    found = with_links("", "https://a.com", "#", "")
    assert found["link_empty"].where == ("html, line 4", "html, line 6", "html, line 7")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ('<img src="https://a.com/x.png">', "image_without_alt"),
        ('<img alt="" src="/x.png">', "image_broken"),
        ('<img alt="">', "image_broken"),
        ('<img alt="" src="data:image/png;base64,xx">', "image_as_data"),
        ("<script>x()</script>", "active_content"),
        ('<form action="https://a.com"></form>', "active_content"),
        ('<p onclick="x()">x</p>', "active_content"),
        ("<p>Hello *|FNAME|*</p>", "placeholder_left"),
        ("<p>Hello {{ first_name }}</p>", "placeholder_left"),
        ("<p>Hello %FIRST_NAME%</p>", "placeholder_left"),
        ("<p>Hello [FIRST NAME]</p>", "placeholder_left"),
        ("<p>lorem ipsum dolor</p>", "placeholder_left"),
        ("<p>You have been selected! Make money, risk-free, act now</p>", "spam_words"),
        ("<p>恭喜您中奖,点击领取</p>", "spam_words"),
        ("<p>THIS OFFER ENDS TODAY WITHOUT MERCY FOREVER</p>", "shouting"),
        (f"<!-- {'x' * 100_000} -->", "too_large"),
    ],
)
def test_what_a_mail_should_not_have_is_named(more: str, code: str) -> None:
    assert list(findings(BODY + more)) == [code]


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("A" + "n offer that takes a long time to read because it does not come to its point", "subject_long"),
        ("…", "subject_empty"),
        ("THE OFFER YOU ASKED for", "subject_capitals"),
        ("Your offer!!", "subject_marks"),
        ("优惠!!", "subject_marks"),
        ("Offer $$ inside", "subject_marks"),
        ("Re: our talk", "subject_pretends"),
        ("回复:报价", "subject_pretends"),
    ],
)
def test_a_subject_that_costs_readers_is_named(subject: str, code: str) -> None:
    assert list(findings(subject=subject)) == [code]


def test_a_mail_of_images_only_is_named() -> None:
    html = '<a href="https://a.com/unsubscribe"><img src="https://a.com/x.png" alt="Everything we wanted to say"></a>'
    assert list(findings(html)) == ["image_only"]


def test_a_mail_without_a_way_out_is_named() -> None:
    html = "<p>Dear Eva, we talked about the new pumps in May.</p>"
    assert list(findings(html)) == ["unsubscribe_link_missing"]
    assert list(findings(unsubscribe=None)) == ["unsubscribe_header_missing"]
    assert list(findings(unsubscribe="http://a.com/u")) == ["unsubscribe_not_one_click"]
    assert findings(html + "<p>如不想再收到邮件,请<a href='https://a.com/x'>退订</a></p>") == {}


def test_a_mail_without_text_or_language_is_named() -> None:
    assert list(findings(own_text=False)) == ["text_missing"]
    assert list(findings(text=" \n")) == ["text_empty"]
    mail = Rendered("Your offer", BODY, "text")
    assert [finding.code for finding in preflight(Flight(mail, True, frozenset(), None, "https://a.com", ""))] == [
        "language_missing"
    ]


def test_fields_that_nobody_has_are_named() -> None:
    found = findings(variables=frozenset({"email", "frist_name", "city"}), known=frozenset({"email", "city"}))
    assert "'frist_name'" in found["unknown_variable"].message
    assert findings(variables=frozenset({"city"}), known=None) == {}


def test_the_worst_comes_first() -> None:
    found = findings(own_text=False, unsubscribe=None, subject="Your offer!!!")
    order: list[Severity] = [finding.severity for finding in found.values()]
    assert order == ["error", "warning", "hint"]


def test_every_text_says_what_to_do() -> None:
    assert all(message.endswith((".", "!")) and action.endswith(".") for _, message, action in PREFLIGHT.values())


def test_words_count_once_and_as_words() -> None:
    assert spam_words("Casinos are no casino. CASINO") == {"casino": 3}
    assert spam_words("We will work\nfrom  home") == {"work from home": 2}


def test_what_is_hidden_is_not_read() -> None:
    page = scan("<head><title>t</title></head><body>a<style>b</style><svg/>c<!-- d --><script>'<b>'</script>e")
    assert page.words == "a c e"
    assert [tag.name for tag in page.tags] == ["head", "title", "body", "style", "svg", "script"]


def test_attributes_are_read_as_browsers_do() -> None:
    (tag,) = scan("<A HREF='x>y' href=z data-a=1 b  =  \"&amp;'\" = c don't>words</a>").tags
    assert tag.attributes == {"href": "x>y", "data-a": "1", "b": "&'"}


@given(
    st.lists(
        st.sampled_from(["<a", "<", ">", '"', "'", "=", " ", "href", "x", "/", "<!--", "-->", "\n", "<svg", "&lt;"])
    )
)
@example(["<a"])
@example(["<a ", "="])
def test_any_html_can_be_scanned(pieces: list[str]) -> None:
    scan("".join(pieces))


REPEATED = ("<", "<a ", '<a x="', "<a '", "<!--", "<script>", "<a><a>", " ", "=", "<a =", "&", "{{", "%%A", "$", "<<x")
HOSTILE = [piece * (300_000 // len(piece)) for piece in REPEATED] + ["<a " + " " * 300_000, "<a " + "x" * 300_000]
"""Html that would take a careless scanner hours."""


@pytest.mark.parametrize("html", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_html_is_judged_like_any_other(html: str) -> None:
    """Within the time-out of a test: whatever grows faster than the length takes longer than that."""
    preflight(Flight(Rendered("x", html, html), True, frozenset(), None, None, ""))


def test_a_template_renders_to_what_is_judged() -> None:
    content = compile_content("Hello {{ first_name }}", BODY)
    mail = content.render({"first_name": "Eva"})
    found = preflight(Flight(mail, False, content.variables, frozenset({"first_name"}), "https://a.com/u", "sample"))
    assert [finding.code for finding in found] == ["text_missing", "language_missing"]
