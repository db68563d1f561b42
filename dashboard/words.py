"""What people read, in their language: texts are written in English, `chinese/` holds what they are in Chinese."""

from collections.abc import Mapping
from typing import Final, Literal

from dashboard.chinese.coded import CODED
from dashboard.chinese.whole import CHINESE
from dashboard.told import in_chinese

Language = Literal["en", "zh"]
LANGUAGES: Final[dict[Language, str]] = {"en": "English", "zh": "中文"}


class Words:
    """Says texts in one language. A text without a translation is said in English: a test finds those."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, text: str, /, **values: object) -> str:
        """Say a text; `{name}` in it is replaced by the value of that name."""
        said = CHINESE.get(text, text) if self.language == "zh" else text
        return said.format(**values) if values else said

    def each(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Say all of these, such as the options of a choice by their values."""
        return {name: self(text) for name, text in texts.items()}

    def told(self, sentence: str) -> str:
        """Say a sentence that the API tells in English, such as why it refuses; one that is not known stays English."""
        return in_chinese(sentence) if self.language == "zh" else sentence

    def coded(self, code: str, params: Mapping[str, object], *english: str) -> tuple[str, ...]:
        """Say sentences that the API tells in English, such as what is wrong and what to do, by their code and figures.

        What an earlier release kept has no code or lacks figures, and stays English.
        """
        if self.language == "en" or code not in CODED:
            return english
        known = {name: self.told(str(value)) if name == "why" else value for name, value in params.items()}
        try:
            return tuple(text.format_map(known) for text in CODED[code])
        except KeyError:
            return english


def language_of(preferred: str) -> Language:
    """The first of a browser's languages (RFC 9110, 12.5.4, in the order they are written) that the pages have."""
    for entry in preferred.split(","):
        name = entry.partition(";")[0].strip().lower()
        if name.startswith("zh"):
            return "zh"
        if name.startswith("en"):
            return "en"
    return "en"
