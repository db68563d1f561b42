"""Says in Chinese what the API tells in English: known sentences are found again, with whatever was put into them."""

import re
from ast import literal_eval
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from string import Formatter
from typing import Final

from pydantic.alias_generators import to_camel

from dashboard.chinese import fault, part, refusal
from dashboard.chinese.whole import CHINESE
from dashboard.field import FIELDS

ENDED: Final = {f"{{place}}: {english}": f"{{place}}：{chinese}" for english, chinese in fault.DIALOGUES.items()}
SENTENCES: Final = {**refusal.REQUESTS, **fault.VALUES, **fault.CONTENT, **fault.FILES, **fault.LOGINS, **ENDED}
REASONS: Final = {**fault.DIALOGUES, **part.CONNECTIONS, **part.ADDRESSES, **part.TEMPLATES}
PARTS: Final = {**REASONS, **part.KINDS, **part.PHRASES}
"""Said inside sentences only: alone, they might be what a person wrote."""
SAID: Final = {"what", "whose", "why", "status", "high", "expected", "sign", "token", "wanted"}
"""What is put in under these names is told in English too. All else, such as names and addresses, stays as it is."""
STRANGE: Final = {"why", "token"}
"""Of these, where a stranger may speak: only whole sentences and reasons are told, no single words."""
LONGEST: Final = 600
"""Letters of a sentence that is looked for, which takes the square of them: a stranger's server may have said the rest.
"""
REMEMBERED: Final = 2_048
"""Sentences, so that a table that is drawn anew is not told anew."""
DEEPEST: Final = 4
"""Sentences inside each other."""
QUOTED: Final = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with places for what is put in."""

    pattern: re.Pattern[str]
    quoted: frozenset[str]
    """Which of its places hold what Python has quoted."""
    chinese: str


@lru_cache(REMEMBERED)
def in_chinese(sentence: str) -> str:
    """Say a sentence of the API; one that is not known stays English."""
    found = _found(sentence, _sentences(), DEEPEST) if len(sentence) <= LONGEST else None
    return sentence if found is None else found


@cache
def _sentences() -> list[Template]:
    return _templates(SENTENCES)


@cache
def _parts() -> list[Template]:
    return _templates({**SENTENCES, **PARTS})


@cache
def _reasons() -> list[Template]:
    return _templates({**SENTENCES, **REASONS})


def _templates(texts: Mapping[str, str]) -> list[Template]:
    """Those first of which a sentence was made most surely."""
    return [_template(each, texts[each]) for each in sorted(texts, key=_surety, reverse=True)]


def _surety(english: str) -> tuple[bool, int]:
    """Whether it begins with words of its own, and how many letters of it are its own."""
    return not english.startswith("{"), sum(len(literal) for literal, *_ in Formatter().parse(english))


def _template(english: str, chinese: str) -> Template:
    pattern, quoted = "", set()
    for literal, name, _, conversion in Formatter().parse(english):
        pattern += re.escape(literal)
        if name is not None:
            pattern += f"(?P<{name}>{QUOTED if conversion == 'r' else '.*?'})"
        if name is not None and conversion == "r":
            quoted.add(name)
    return Template(re.compile(pattern, re.DOTALL), frozenset(quoted), chinese)


def _found(sentence: str, templates: list[Template], depth: int) -> str | None:
    for each in templates:
        if match := each.pattern.fullmatch(sentence):
            values = {
                name: _put_in(name, _unquoted(value) if name in each.quoted else value, depth)
                for name, value in match.groupdict().items()
            }
            return each.chinese.format(**values)
    return None


def _put_in(name: str, value: str, depth: int) -> str:
    if name == "field":
        label = FIELDS.get(to_camel(value))
        return value if label is None else CHINESE[label]
    text = value.strip()
    if name not in SAID or not text or not depth:
        return value
    if name in STRANGE:
        return _found(text, _reasons(), depth - 1) or text
    found = _found(text, _parts(), depth - 1)
    return CHINESE.get(text, text) if found is None else found


def _unquoted(value: str) -> str:
    """What Python has quoted; as it is where a stranger has: half of a surrogate pair cannot be sent to a browser."""
    try:
        text = str(literal_eval(value))
    except (SyntaxError, ValueError):
        return value
    return text if text.isprintable() else value
