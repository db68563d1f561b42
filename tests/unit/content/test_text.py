import pytest

from content.text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain\n"),
        ("", ""),
        ("<p></p>", ""),
        ("<p>one</p><p>two</p>", "one\n\ntwo\n"),
        ("one<br>two<br/>three", "one\ntwo\nthree\n"),
        ("one<br><br>two<br><br><br>three", "one\n\ntwo\n\nthree\n"),
        ("<div>one</div><div>two</div>", "one\ntwo\n"),
        ("a <b>bold</b> word", "a bold word\n"),
        ("un<i>believ</i>able", "unbelievable\n"),
        ("  many \n\t spaces  ", "many spaces\n"),
        ("5&nbsp;000 &euro; &amp; &#x4f60; &lt;b&gt;", "5\xa0000 € & 你 <b>\n"),
        ("<ul><li>one</li><li>two</li></ul>after", "- one\n- two\n\nafter\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"),
        ("<head><title>t</title></head><body>b</body>", "b\n"),
        ("<STYLE>p > a { color: red }</STYLE>b", "b\n"),
        ("<script>if (a < b) { '<p>' }</script>b", "b\n"),
        ("a<script>never closed", "a\n"),
        ("a<!-- <p>no</p> -->b<!-- unclosed", "ab\n"),
        ("<!DOCTYPE html><?xml?>b</>", "b\n"),
        ('<a href="https://x.example/a">click</a> me', "click (https://x.example/a) me\n"),
        ("<a href=https://x.example/?a=1&amp;b=2>click</a>", "click (https://x.example/?a=1&b=2)\n"),
        ('<a href="https://x.example/">x.example</a>', "x.example\n"),
        ('<a href="mailto:me@x.example">me@x.example</a>', "me@x.example\n"),
        ('<a href="#top">up</a>', "up\n"),
        ('<a href="https://x.example"><img src="i" alt="logo"></a>', "logo (https://x.example)\n"),
        ('<a href="https://x.example"><img src="i"></a>', "https://x.example\n"),
        ('a<img alt="a > b">c', "aa > bc\n"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2\n"),
        ("I <3 you", "I <3 you\n"),
        ("a < b", "a < b\n"),
        ("a <b", "a <b\n"),
        ("<h1>Title</h1>\n<p>Text</p>", "Title\n\nText\n"),
    ],
)
def test_html_becomes_text_for_people(html: str, text: str) -> None:
    assert html_to_text(html) == text
