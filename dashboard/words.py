"""What people read, in their language: texts are written in English, `chinese/` holds what they are in Chinese."""

from typing import Final, Literal

from dashboard.chinese.whole import CHINESE

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


def language_of(preferred: str) -> Language:
    """The first of a browser's languages (RFC 9110, 12.5.4, in the order they are written) that the pages have."""
    for entry in preferred.split(","):
        name = entry.partition(";")[0].strip().lower()
        if name.startswith("zh"):
            return "zh"
        if name.startswith("en"):
            return "en"
    return "en"
