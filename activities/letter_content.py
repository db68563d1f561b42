"""What a task's mails are written from: its content, or that of each variant, understood once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from content.errors import TemplateError
from content.template import CompiledContent, compile_content
from contracts.variant import Variant
from database.queries.ledger import ClaimedMail
from database.queries.task_content import TaskContent

Compiled = CompiledContent | TemplateError
"""A content, or what is wrong with it: then each of its mails fails with that."""
ANSWER = re.compile(r"\s*re\s*(\[\d+\])?\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Content:
    """What a task's mails are written from."""

    compiled: Compiled
    """Of the task, or of its first variant."""
    tracks_opens: bool = False
    tracks_clicks: bool = False
    by_variant: Mapping[tuple[int, int], Compiled] = field(default_factory=dict)
    """By the mail's own variant, and that of the mail whose subject it takes (0 where it has one itself)."""
    answering: frozenset[int] = frozenset()
    """Variants without a subject of their own (0 of a task that has none): they take that of their thread."""

    def of(self, mail: ClaimedMail) -> Compiled:
        """The content of this mail."""
        variant = mail.variant or 0
        earlier = (mail.thread_variant or 0) if variant in self.answering else 0
        return self.by_variant.get((variant, earlier), self.compiled)

    def subject(self, mail: ClaimedMail, rendered: str) -> str:
        """The subject as it goes out: an answer's begins with `Re:`, once (RFC 5322, 3.6.5)."""
        if (mail.variant or 0) not in self.answering or ANSWER.match(rendered):
            return rendered
        return f"Re: {rendered}"


def understand(found: TaskContent) -> Content:
    """Compile what a task sends. Never raises: what is wrong stands where the content would."""
    parts: tuple[Variant | TaskContent, ...] = found.variants or (found,)
    answering = frozenset(place for place, part in enumerate(parts) if not part.subject.strip())
    by_variant = {
        (place, earlier): _compile(subject, part.html, part.text)
        for place, part in enumerate(parts)
        for earlier, subject in enumerate(found.thread_subjects if place in answering else (part.subject,))
    }
    compiled = by_variant.get((0, 0)) or _compile(parts[0].subject, parts[0].html, parts[0].text)
    return Content(compiled, found.tracks_opens, found.tracks_clicks, by_variant, answering)


def _compile(subject: str, html: str | None, text: str | None) -> Compiled:
    try:
        return compile_content(subject, html, text)
    except TemplateError as error:
        return error
