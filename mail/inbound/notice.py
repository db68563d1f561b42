"""Bounces of servers that know no RFC 3464: who failed, and why, from words for people."""

import re

from contracts.inbound import Failure
from mail.inbound import automatic
from mail.inbound.letter import ADDRESS, Letter, header
from mail.inbound.verdict import judge
from mail.inbound.wording import BOUNCE_SUBJECT, COPY_BEGINS, DELAYED, FAILED
from mail.reply import printable

DAEMONS = re.compile(
    r"^(?:mailer-?daemon|postmaster|mdaemon|mail-?daemon|mail(?:\.delivery|er)?(?:[.-](?:system|subsystem|service))?"
    r"|mailadm|ndr|daemon|imss|system(?: administrator)?|\w*smtp_(?:mail_service|gateways))$",
    re.IGNORECASE,
)
DAEMON_NAME = re.compile(
    r"mail ?(?:er)?[ -]?(?:daemon|delivery|admin)|postmaster|delivery (?:sub)?system|system administrator",
    re.IGNORECASE,
)
NOT_RECIPIENTS = re.compile(r"^(?:mailer-?daemon|postmaster|abuse|help(?:desk)?|support|root)@", re.IGNORECASE)
BEFORE_OTHERS = re.compile(
    r"(?:from|sender|contact|mailto|reply-?to|cc|write to|sent by|von|de|absender|发件人)\s*:?\s*[\"'<\[(]*$",
    re.IGNORECASE,
)
"""Stands before an address that is not a recipient's."""
ALONE = re.compile(r"^[\s\"'<\[(*>•·-]*(?:SMTP:|mailto:)?$", re.IGNORECASE)
FORWARDED = re.compile(r"(?:generated|expanded) from:?\s*[<\"']*$", re.IGNORECASE)
HEADING = re.compile(
    r"(?:following|these|some) (?:e-?mail )?(?:recipient|address|user|destination|person)\w*\b.*:\s*$"
    r"|recipient\(s\).*:\s*$",
    re.IGNORECASE,
)
"""A line after which those who failed are listed."""
AFTER_LISTED = re.compile(r"^[\s\"'>\])]*(?:[:;,.(]|\.\.\.|on \w+, \d|=20)?", re.IGNORECASE)
LABEL = re.compile(
    r"(?:\bto|recipients?(?:\(s\))?|address(?:es|ed,?)?|user|for|failed|fails|attempts|full|para|an|à|a|收件人"
    r"|адресату?)\s*:?\s*"
    r"[\"'<\[(*]*(?:SMTP:|mailto:)?$",
    re.IGNORECASE,
)
PARAGRAPH_END = re.compile(r"\n\s*\n|$")
RETURN_PATHS = ("X-Failed-Recipients",)
MOST_FAILED = 50


def failures(letter: Letter) -> tuple[Failure, ...]:
    """Recipients that the notice names as failed or delayed; empty for what is no bounce, or names nobody."""
    if not is_notice(letter):
        return ()
    text = own_words(letter)
    named = letter.addresses(*RETURN_PATHS) or _named(letter, text) or _returned_to(letter)
    delayed = bool(DELAYED.search(f"{letter.header('Subject')}\n{text}")) and not _gave_up(text)
    return tuple(_failure(address, text, delayed=delayed) for address in named[:MOST_FAILED])


def untold(letter: Letter) -> Failure:
    """What a notice that names nobody says; its recipient is empty, for the ledger knows whom the mail was to."""
    text = own_words(letter)
    delayed = bool(DELAYED.search(f"{letter.header('Subject')}\n{text}")) and not _gave_up(text)
    return judge(Failure("", delayed=delayed, text=printable(text[:2000])))


def is_notice(letter: Letter) -> bool:
    """It is a delivery report, or comes from a mail system and tells of a failure, or says in its subject that it is.

    Nobody to answer to (`Return-Path: <>`) proves nothing: answers of people who are away have that too.
    """
    if letter.header("X-Failed-Recipients") or is_report(letter):
        return True
    if automatic.SUBJECT.match(letter.header("Subject")):
        return False
    if BOUNCE_SUBJECT.search(letter.header("Subject")):
        # A person who answers a bounce, or a mail with such a subject, names the mail that they answer.
        return from_system(letter) or not letter.header("In-Reply-To")
    return named_system(letter) and bool(FAILED.search(own_words(letter)))


def is_report(letter: Letter) -> bool:
    """It calls itself a delivery report (RFC 3464), whatever lies in it."""
    return str(letter.message.get_param("report-type", "")).lower() == "delivery-status"


def from_system(letter: Letter) -> bool:
    """The sender is a mail system, or there is nobody to answer to."""
    return named_system(letter) or letter.header("Return-Path").strip() == "<>"


def named_system(letter: Letter) -> bool:
    """The sender's address or name is that of a mail system."""
    sender = letter.header("From")
    local = next(iter(letter.addresses("From")), "").partition("@")[0]
    return bool(DAEMONS.match(local.strip("\"' "))) or bool(DAEMON_NAME.search(sender)) or sender.strip().endswith("<>")


def own_words(letter: Letter) -> str:
    """The notice without the copy of the mail that follows it."""
    lines: list[str] = []
    named = False
    for line in letter.text.split("\n"):
        if named and COPY_BEGINS.match(line):
            break
        named = named or ADDRESS.search(line) is not None
        lines.append(line)
    return "\n".join(lines)


def _gave_up(text: str) -> bool:
    return bool(re.search(r"permanent(?:ly)? (?:fatal )?(?:error|fail)|giving up|given up", text, re.I))


def _named(letter: Letter, text: str) -> list[str]:
    """Addresses that stand where notices name recipients; else any that can be a recipient's."""
    own = _not_failed(letter)
    lines = text.split("\n")
    heading = next((place for place, line in enumerate(lines) if HEADING.search(line)), -1)
    if any(ADDRESS.search(line) for line in lines[heading + 1 :]):
        lines = lines[heading + 1 :]
    listed: dict[str, None] = {}
    loose: dict[str, None] = {}
    for line in lines:
        clean = re.sub(r"=(?:09|20|\d?$)", " ", line)
        for found in ADDRESS.finditer(clean):
            address, before, after = _trim(found[0]), clean[: found.start()], clean[found.end() :]
            if address in own or NOT_RECIPIENTS.match(address) or _is_other(before):
                continue
            told = LABEL.search(before) or FORWARDED.search(before)
            (listed if told or (ALONE.match(before) and AFTER_LISTED.match(after)) else loose).setdefault(address)
    return list(listed or loose)


def _is_other(before: str) -> bool:
    """What stands before an address says that it is not a recipient's."""
    return bool(BEFORE_OTHERS.search(before)) and not FORWARDED.search(before)


def _trim(address: str) -> str:
    """Without the quotes around it, or the kind of address before it."""
    return re.sub(r"^(?:smtp|rfc822|mailto)=", "", address.strip("'`*=").lower())


def _not_failed(letter: Letter) -> set[str]:
    """Who wrote the notice, who gets it, and who wrote the mail that it returns."""
    own = set(letter.addresses("From", "To", "Delivered-To", "Reply-To"))
    for name in ("From", "Sender", "Return-Path", "Errors-To", "Reply-To"):
        own |= {address.lower() for address in ADDRESS.findall(header(letter.returned, name))}
    recipients = {address.lower() for address in ADDRESS.findall(header(letter.returned, "To"))}
    return own - recipients


def _returned_to(letter: Letter) -> list[str]:
    """Whom the returned mail was to, if that is one: the notice names nobody."""
    named = [address.lower() for address in ADDRESS.findall(header(letter.returned, "To"))]
    return named if len(named) == 1 and letter.header("X-Failed-Recipients") else []


def _failure(address: str, text: str, *, delayed: bool) -> Failure:
    """Judge by what is said after the address, up to the next one's; else by all that is said."""
    place = text.lower().find(address)
    around = text[place + len(address) :] if place >= 0 else ""
    paragraph = PARAGRAPH_END.search(around)
    following = ADDRESS.search(around, paragraph.start() if paragraph else 0)
    said = around[: following.start() if following else 600][:600]
    failure = judge(Failure(address, delayed=delayed, text=printable(said)))
    if failure.reason == "other":
        failure = judge(Failure(address, delayed=delayed, text=printable(text[:2000])))
    return failure
