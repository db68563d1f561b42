"""Why a server refused, from what it said.

Providers agree on little: limits are refused with 5xx codes, blocks with 4xx, and enhanced codes are often wrong. So
the words are asked first, then the enhanced code (RFC 3463), then the code. The first match wins, hence the order: what
is said of the sender's account or pace stands before what the same words would mean about a mailbox.
"""

import re
from enum import StrEnum


class Reason(StrEnum):
    """Why a mail was not taken, by what a sender should do next."""

    QUOTA = "quota"
    """Our account's limit for the day is used up: the service rests until its reset, the mail goes elsewhere."""
    RATE_LIMITED = "rate_limited"
    """Too fast or too many: slow down, then the same again."""
    GREYLIST = "greylist"
    """First contact put off on purpose: same service, later."""
    AUTHENTICATION = "authentication"
    """The account must log in or encrypt first: the service's settings are wrong."""
    POLICY = "policy"
    """Refused for what can be mended: relaying, DMARC, headers, size, attachments."""
    BLOCKED = "blocked"
    """Refused for the reputation of address or domain: block lists."""
    CONTENT = "content"
    """Refused as spam for what the mail says."""
    MAILBOX_FULL = "mailbox_full"
    UNKNOWN_USER = "unknown_user"
    """The address takes no mail, or no longer."""
    UNSUPPORTED = "unsupported"
    """The service lacks what the mail needs: SMTPUTF8 or the size."""
    CONNECTION_LOST = "connection_lost"
    TIMEOUT = "timeout"
    OTHER = "other"


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


PHRASES: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (
        Reason.GREYLIST,
        _any(r"gr[ea]y[- ]?list", r"first (?:time|contact).*(?:later|again)", r"internal resource temporarily unavail"),
    ),
    (
        Reason.QUOTA,
        _any(
            r"dail(?:y|ies) .{0,30}(?:limit|quota)",
            r"exceeded (?:your|the) (?:\w+ )?(?:messaging|sending) (?:limit|quota)|(?:maximum )?credits exceeded",
            r"\b24[- ]hours?\b.*(?:limit|quota)|(?:limit|quota).*\b24[- ]hours?\b",
            r"(?:sending|outgoing|outbound) (?:limit|quota)|\bRP:ORQ\b|\bHL:ITC\b",
        ),
    ),
    (
        Reason.RATE_LIMITED,
        _any(
            r"rate[- ]?limit|limited.*rate|sending rate|at a rate that|too quickly|too fast|slow down|throttl",
            r"too many (?:\w+ ){0,3}(?:connection|message|mail|recipient|command|error|session)|trop de ",
            r"max(?:imum)? (?:number of )?(?:concurrent )?(?:messages?|e?-?mails?|recipients|connections?)\b",
            r"concurrent connections|per hour|hourly",
            r"frequency limited|unusual (?:rate|amount|volume)|unexpected volume|user complaints",
            r"relay limit|server (?:is )?(?:too )?busy|\bHL:I[CF]C\b|\bMI:SFQ\b",
            r"4\.16\.\d\d",
        ),
    ),
    (
        Reason.MAILBOX_FULL,
        _any(
            r"(?:mail-?box|inbox|account|user|recipient)\b.{0,40}"
            r"(?:\bfull\b|over ?quota|quota exceeded|out of storage|limit exc?eeded)",
        ),
    ),
    (
        Reason.AUTHENTICATION,
        _any(
            r"(?:smtp )?authentication (?:is )?required|requires? authentication (?:when|to|before)",
            r"turn on smtp auth|must issue a starttls|(?:not logged in|log ?in first)|authenticate first",
        ),
    ),
    (
        Reason.POLICY,
        _any(
            r"dmarc|\bspf\b|\bdkim\b|sender(?:'s)? (?:domain|address)|envelope sender|^sender .*(?:dns|mx)\b",
            r"required authentication level|unauthenticated (?:e-?mail|mail|message)",
            r"relay(?:ing)? (?:access )?(?:denied|not|is not)|to relay\b|rcpthosts|domain may not exist",
            r"missing .*header|from: header|rfc[- ]?(?:compliant|5322)|message size|size limits?\b|too (?:big|large)",
            r"illegal attachment|attachment.*(?:not allowed|guideline|type)|\bAUP\b|not verified",
            r"reverse (?:host ?name|dns)|\bPTR\b|authentication checks",
            r"\bpolic(?:y|ies)\b|message not allowed",
        ),
    ),
    (
        Reason.UNKNOWN_USER,
        _any(
            r"(?:no such|unknown|invalid|inexistent|nonexist\w*|not a valid|isn't a valid) "
            r"(?:\w+ )?(?:user|recipient|mail-?box|address|account|id|person)\b",
            r"(?:user|recipient|mail-?box|address|account|alias)\b.{0,40}"
            r"(?:unknown|not (?:found|exist|known|valid|activ)|does(?:n't| not) (?:exist|have)|no longer|invalid"
            r"|disabled|inactive|suspended|closed|has moved|unrecognized|not a valid|null mx|is not allowed)",
            r"(?:no|sorry,? no) mail-?box|mail-?box name not allowed|undeliverable address|address rejected",
            r"recipient unrecognized|utilisateur inconnu|not our customer|doesn't have an? \S+ account",
            r"mailbox unavailable|tenant or domain not found|null mx|no longer (?:valid|active|available|in use)",
        ),
    ),
    (
        Reason.CONTENT,
        _any(
            r"(?:as|is|contains?|to|for|REJECT(?:ED)?)[ -]{1,4}\(?spam|spam (?:content|message|contents|or virus)",
            r"content (?:denied|rejected)|spam pattern|junk ?mail|nature of the content|likely unsolicited|\bDT:SPM\b",
            r"virus|phish|malware",
        ),
    ),
    (
        Reason.BLOCKED,
        _any(
            r"spamhaus|spamcop|barracuda|abuseat|sorbs|ivmsip|\b[dr]bl\b|dnsbl|surbl|uribl",
            r"black-?list|block-?list|block list|deny-?list|listed (?:on|in|at|by)|reputation|is_blocked",
            r"permanently deferred|blocked (?:for|by|using)|spamming|traffic not accepted",
        ),
    ),
    (Reason.CONTENT, _any(r"\bspam\b")),
    (Reason.MAILBOX_FULL, _any(r"over ?quota|exceeded storage|quota (?:exceeded|violation|limit|full)")),
)
"""What servers say, by reason."""

ENHANCED = re.compile(r"\b[45]\.(\d{1,3})\.(\d{1,3})\b")

ENHANCED_REASONS = {
    (1, 1): Reason.UNKNOWN_USER,
    (1, 2): Reason.UNKNOWN_USER,
    (1, 3): Reason.UNKNOWN_USER,
    (1, 6): Reason.UNKNOWN_USER,
    (1, 10): Reason.UNKNOWN_USER,
    (2, 1): Reason.UNKNOWN_USER,
    (2, 2): Reason.MAILBOX_FULL,
    (2, 3): Reason.POLICY,
    (3, 4): Reason.POLICY,
    (7, 28): Reason.RATE_LIMITED,
}
"""Subject and detail of RFC 3463 and its registry, where they say more than "no"."""

CODE_REASONS = {
    530: Reason.AUTHENTICATION,
    534: Reason.AUTHENTICATION,
    535: Reason.AUTHENTICATION,
    538: Reason.AUTHENTICATION,
    556: Reason.UNKNOWN_USER,
}


def classify(code: int, text: str) -> Reason:
    """Find the reason behind a refusal."""
    for reason, pattern in PHRASES:
        if pattern.search(text):
            return reason
    for subject, detail in ENHANCED.findall(text):
        if reason_told := ENHANCED_REASONS.get((int(subject), int(detail))):
            return reason_told
    return CODE_REASONS.get(code, Reason.OTHER)
