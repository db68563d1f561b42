"""What the writer of an answer newly wrote: the text without what it quotes and without the signature of a phone.

Only read, never kept: what an out-of-office answer states must not be taken from the mail that it quotes.
"""

import re

OPENS = re.compile(r"^\s*(?:on|le|am|el|il|em|op|den|на|dnia)\b", re.IGNORECASE)
WROTE = re.compile(
    r"^\s*(?:(?:on|le|am|el|il|em|op|den|на|dnia)\b.{4,200}|.{4,120}[<＜][^<>@\s]+@[^<>\s]+[>＞].{0,40}"
    r"|.{0,30}\d{4}.{0,150}?)"
    r"(?:wrote|a écrit|schrieb.{0,120}|escribi[óo]|ha scritto|escreveu|schreef.{0,120}|skrev|написал[а]?"
    r"|пише.{0,5}|napisał[a]?|写道|寫道|のメール|님이 작성)"
    r"\s*[:：]?\s*$",
    re.IGNORECASE | re.DOTALL,
)
"""`On …, Ada wrote:` in several languages, on one line or folded over some."""
HAS_TIME = re.compile(r"\b\d{1,2}:\d\d\b.*[<\"]")
WROTE_DATED = re.compile(
    r"^\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{0,80}[<＜].{3,100}@.{3,100}[>＞]\s*[:：]?"
    r"|.{0,80}\d{1,2}:\d\d.{0,80}<[^<>\s]+@[^<>\s]+>\s*[:：]|.{0,40}<[^<>\s]+@[^<>\s]+>\s*[:：])\s*$"
)
RULE = re.compile(
    r"^\s*[-_*]{3,}\s*(?:original\s+(?:message|mail|appointment)|original|forwarded message|ursprüngliche nachricht"
    r"|message (?:d'origine|transféré)|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht"
    r"|oprindelig meddelelse|исходное сообщение|пересылаемое сообщение|原始邮件|原邮件"
    r"|転送|元のメッセージ)\s*[-_*]*\s*$"
    r"|^\s*-{3,}\s*reply above this line.*$|^\s*(?:original message|begin forwarded message)\s*:?\s*$",
    re.IGNORECASE,
)
HEAD_FIRST = re.compile(
    r"^\s*\*?(?:from|von|de|da|van|от|发件人|寄件者|寄件人|差出人|fra|från)\s*\*?\s*[:：].*\S", re.IGNORECASE
)
HEAD_NEXT = re.compile(
    r"^\s*\*?(?:sent|date|to|subject|cc|reply-?to|gesendet|datum|an|betreff|envoyé|date|à|objet|enviado(?: el)?"
    r"|fecha|para|asunto"
    r"|inviato|data|a|oggetto|verzonden|aan|onderwerp|отправлено|дата|кому|тема|发送时间|日期|收件人|主题|寄件日期|件名|宛先"
    r"|送信日時)\s*\*?\s*[:：]",
    re.IGNORECASE,
)
PHONE = re.compile(
    r"^\s*(?:sent|enviado|envoyé|von meinem|gesendet|inviato|verzonden|отправлено)\s+(?:from|de(?:sde)?|depuis"
    r"|mit|von|da|vanaf|с)\s+"
    r"(?:my|mi|mon|meinem|mein|il mio|mijn|моего)\b(?:\s+\w+){1,5}\s*\.?\s*$"
    r"|^\s*发自我的\S{1,20}\s*$",
    re.IGNORECASE,
)
SIGNED = re.compile(r"^\s*(?:--|__|-\w)")
BARE_RULE = re.compile(r"^\s*[-_]{5,}\s*$")
QUOTE = re.compile(r"^\s?>")
MOST_LINES = 2_000
MOST_WROTE = 6
"""Lines over which `On …, Ada wrote:` may be folded."""


def fresh(text: str) -> str:
    """The new words: what stands before, and between, what is quoted; without a signature."""
    return unsigned(unquoted(text))


def unquoted(text: str) -> str:
    """Everything but the quoted mail and the line that introduces it."""
    lines = text.replace("\r\n", "\n").split("\n")[:MOST_LINES]
    kept: list[str] = []
    place = 0
    while place < len(lines):
        if RULE.match(lines[place]) or _head(lines, place):
            break
        span = 1 if QUOTE.match(lines[place]) else _wrote(lines, place)
        if span and not QUOTE.match(lines[place]) and not any(map(QUOTE.match, lines[place + span :])):
            break  # quoted without a mark
        if not span:
            kept.append(lines[place].rstrip())
        place += max(span, 1)
    while kept and (not kept[-1].strip() or (place < len(lines) and BARE_RULE.match(kept[-1]))):
        kept.pop()
    return "\n".join(kept).strip()


def unsigned(text: str) -> str:
    """Without signatures at the end: what follows `-- `, paragraphs that begin with dashes, and what phones add."""
    text = re.split(r"\n-- ?\n(?!(?:.*\n){12})", text)[0].rstrip()
    paragraphs = re.split(r"\n\s*\n", text)
    while len(paragraphs) > 1 and (SIGNED.match(paragraphs[-1]) or PHONE.match(paragraphs[-1])):
        paragraphs.pop()
    return text[: text.rindex(paragraphs[-1]) + len(paragraphs[-1])].strip()


def _head(lines: list[str], place: int) -> bool:
    """Two or more lines of a quoted mail's head, as Outlook writes it; blank lines between them do not count."""
    if not HEAD_FIRST.match(lines[place]):
        return False
    following = [line for line in lines[place + 1 : place + 8] if line.strip()]
    return bool(following[:2]) and any(HEAD_NEXT.match(line) for line in following[:2])


def _wrote(lines: list[str], place: int) -> int:
    """How many lines from here are an `On …, Ada wrote:`; 0: none. Quoted lines follow it, or nothing that is new."""
    folds = OPENS.match(lines[place]) or HAS_TIME.search(lines[place])
    for span in range(1, (MOST_WROTE if folds else 1) + 1):
        joined = " ".join(line.strip() for line in lines[place : place + span])
        if len(joined) > 400 or (span > 1 and not lines[place + span - 1 : place + span]):
            return 0
        if WROTE.match(joined) or (span == 1 and WROTE_DATED.match(joined)):
            return span
    return 0
