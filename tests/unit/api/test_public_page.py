"""Pages for recipients: in their language, and with nothing from outside."""

import re
from dataclasses import fields

import pytest
from starlette.responses import HTMLResponse

from api import public_page
from api.public_page import Correspondence, language, masked
from api.public_words import WORDS, Language, Words

MAILS = Correspondence("Ann & Co", "eve@example.net", "News <1>", "all")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-US,en;q=0.9,zh;q=0.5", "en"), ("de,fr;q=0.8", "en"),
        ("de, zh-Hant;q=0.3", "zh"), ("zh;q=0", "en"), ("*", "en"), ("zh;q=x, en;q=", "zh"), (",;,q=", "en"),
        ("EN;q=0.1,ZH;q=0.2", "zh"), ("zh;q=1.2.3", "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_best_of_ours(header: str, expected: str) -> None:
    assert language(header) == expected


def text_of(response: HTMLResponse) -> str:
    return bytes(response.body).decode()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pages_are_whole_and_take_nothing_from_outside(lang: Language) -> None:
    pages = [
        public_page.question(lang, "https://mail.example/preferences/x"), public_page.done(lang, None),
        public_page.preferences(lang, MAILS, saved=True), public_page.not_complete(lang), public_page.try_later(lang),
    ]  # fmt: skip
    for page in map(text_of, pages):
        assert page.startswith(f'<!doctype html><html lang="{lang}">')
        assert len(re.findall("<h1>", page)) == 1
        assert not re.search(r"<(script|img|link|iframe)|url\(|@import|{", page.replace(public_page.STYLE, ""))


def test_names_cannot_break_out_of_a_page() -> None:
    page = text_of(public_page.preferences("en", MAILS, saved=False))

    assert "Ann &amp; Co" in page
    assert "News &lt;1&gt;" in page
    assert page.count("<label>") == page.count('type="radio"') == 3


def test_languages_have_all_texts_with_the_same_places() -> None:
    for field in fields(Words):
        places = {lang: sorted(re.findall(r"{\w+}", getattr(words, field.name))) for lang, words in WORDS.items()}
        assert len({tuple(found) for found in places.values()}) == 1, (field.name, places)
        assert all(getattr(words, field.name) for words in WORDS.values())


def test_an_address_is_known_again_only_by_its_owner() -> None:
    assert masked("eve@example.net") == "e•••@example.net"
    assert masked("nonsense") == "•••nonsense"
