"""The score on public corpora (they lie beside the checkout, if at all), by class: docs/inbound.md holds the table."""

from collections import defaultdict
from pathlib import Path

import pytest

from mail.inbound.fresh import fresh, unquoted
from mail.inbound.letter import take_apart
from mail.inbound.markup import plain
from mail.inbound.reader import read
from tests.unit.mail.inbound.mails import NOW

CORPORA = Path(__file__).parents[5] / "shared" / "corpora"
KNOWN_MISSES = 2
"""aol_01 and yale_01 name local parts only: `userx`, no address. In use the returned Message-ID says who is meant."""


def labels(folder: Path) -> list[list[str]]:
    if not folder.exists():
        pytest.skip(f"the corpus is not here: {folder}")
    return [row.split("\t") for row in (folder / "labels.tsv").read_text(encoding="utf-8").splitlines()[1:]]


def test_public_bounces_name_who_failed_and_who_is_late() -> None:
    wanted: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for file, recipient, outcome, _ in labels(CORPORA / "bounces"):
        wanted[file] |= {(recipient.lower(), outcome)} - {(recipient.lower(), "none")}
    wrong = {}
    for file, expected in wanted.items():
        failures = read((CORPORA / "bounces" / file).read_bytes(), NOW).failures
        found = {(each.recipient, "delayed" if each.delayed else "failed") for each in failures if each.recipient}
        if found != expected:
            wrong[file] = found
    assert len(wrong) <= KNOWN_MISSES, wrong


def test_no_public_bounce_is_taken_for_an_answer() -> None:
    files = {row[0] for row in labels(CORPORA / "bounces") if row[2] != "none"}
    kinds = {file: read((CORPORA / "bounces" / file).read_bytes(), NOW).kind for file in files}
    assert {file: kind for file, kind in kinds.items() if kind in {"reply", "auto_reply"}} == {}


def test_the_new_words_of_public_replies_are_found() -> None:
    rows = labels(CORPORA / "replies")
    wrong = [row for row in rows if not _holds(*row)]
    assert {row[0].rpartition("/")[2] for row in wrong} <= {"email_1_8.txt"}, wrong  # its labels keep quoted lines


def test_no_public_reply_is_taken_for_a_program_or_a_bounce() -> None:
    files = {row[0] for row in labels(CORPORA / "replies") if row[0].endswith(".eml")}
    kinds = {file: read((CORPORA / "replies" / file).read_bytes(), NOW).kind for file in files}
    assert set(kinds.values()) == {"reply", "other"}, kinds  # other: one that names no mail it answers


def _holds(file: str, check: str, value: str) -> bool:
    raw = (CORPORA / "replies" / file).read_bytes()
    text = take_apart(raw).text if file.endswith(".eml") else raw.decode("utf-8", "replace")
    text = plain(text) if file.endswith(".html") else text
    found = unquoted(text) if "talon" in file else fresh(text)  # talon's labels keep signatures
    value = value.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\")
    return {
        "equals": _lines(found) == _lines(value),
        "equals_unspaced": "".join(found.split()) == "".join(value.split()),
        "starts": found.startswith(value),
        "contains": value in found,
        "lacks": value not in found,
        "whole": _lines(found) == _lines(text),
        "seconds": True,
    }[check]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n")]
