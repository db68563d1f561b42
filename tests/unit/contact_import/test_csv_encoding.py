"""The encoding of a file is found out, or its fault is told with the line."""

import io

import pytest

from content import csv_encoding
from content.csv_encoding import EncodingError, find_encoding, guess, known_encoding
from tests.unit.contact_import.tables import cells, read

TABLES = {
    "windows-1252": "Email;Name\r\na@example.de;Jürgen Groß\r\nb@example.fr;Zoé\r\n",
    "windows-1251": "Почта;Имя\r\nivan@example.ru;Иван Петров\r\n",
    "gb18030": "邮箱,姓名\r\na@example.cn,李雷\r\nb@example.cn,韩梅梅\r\n",
    "big5": "電子郵件,姓名,城市\r\nwang@example.tw,王小明,臺北\r\n",
    "cp932": "メールアドレス,名前\r\ntanaka@example.jp,田中太郎\r\n",
    "euc-jp": "メールアドレス,名前\r\ntanaka@example.jp,田中太郎\r\n",
    "cp949": "이메일,이름\r\nkim@example.kr,김철수\r\nlee@example.kr,이영희\r\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_usual_encoding_is_recognised_by_its_letters(name: str) -> None:
    assert guess(TABLES[name].encode(name)) == name


@pytest.mark.parametrize("name", TABLES)
def test_a_file_in_a_usual_encoding_is_read_as_it_was_written(name: str) -> None:
    rows = [line.replace(";", ",").split(",") for line in TABLES[name].splitlines()[1:]]
    assert cells(TABLES[name].encode(name)) == rows


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised_with_and_without_its_mark(codec: str) -> None:
    text = "email,name\nana@example.com,Añá\n"
    marked = text if codec == "utf-8-sig" else f"\ufeff{text}"
    assert cells(marked.encode(codec)) == cells(text.encode(codec)) == [["ana@example.com", "Añá"]]


def test_the_mark_is_no_part_of_the_first_title() -> None:
    dialect, _ = read("email,name\n".encode("utf-8-sig"))
    assert dialect.header.titles == ("email", "name")


def test_a_letter_far_behind_the_beginning_still_decides() -> None:
    content = b"email,name\n" + b"a@example.com,Ann\n" * 90_000 + "b@example.com,Jürgen\n".encode("cp1252")
    assert find_encoding(io.BytesIO(content)).name == "windows-1252"


def test_a_broken_letter_in_a_utf_8_file_is_told_with_its_line() -> None:
    content = b"email,name\n" + "a@example.com,Ñandú ñoño ¿qué?\r\n".encode() * 3 + b"b@example.com,\xff\n"
    with pytest.raises(EncodingError, match="line 5 holds bytes that are not utf-8") as raised:
        find_encoding(io.BytesIO(content))
    assert raised.value.line == 5


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_lines_are_counted_across_the_pieces_that_are_read(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_encoding, "CHUNK_BYTES", chunk)
    content = "é\r\né\ré\né\r\n\r\nééééé\r".encode() + b"\xff"
    with pytest.raises(EncodingError, match="line 7 "):
        find_encoding(io.BytesIO(content))


def test_what_a_person_says_is_believed() -> None:
    content = "email,name\na@example.cz,Řehoř\n".encode("cp1250")
    assert cells(content, encoding="windows-1250") == [["a@example.cz", "Řehoř"]]


@pytest.mark.parametrize("name", ["rot13", "base64", "unicode_escape", "idna", "no such", "utf-7", "\0"])
def test_an_encoding_that_is_none_of_texts_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(EncodingError, match=r"known are .*utf-8"):
        known_encoding(name)
