"""Pages for the people mails are sent to: plain HTML in their language, with nothing from outside and no script."""

import base64
import hashlib
import re
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from starlette.responses import HTMLResponse

from api.public_words import WORDS, Language, Words

STYLE = """
:root{color-scheme:light dark;--text:#1c1e21;--soft:#5a6068;--page:#f4f5f7;--card:#fff;--line:#c3c8cf;--main:#1a56b8;
--on-main:#fff}
@media (prefers-color-scheme:dark){:root{--text:#e8eaed;--soft:#aab1bb;--page:#15171a;--card:#202327;--line:#4a515a;
--main:#8ab4f8;--on-main:#10131a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1.0625rem/1.6 system-ui,"Noto Sans CJK SC",sans-serif}
main{max-width:34rem;margin:10vh auto;padding:2rem;background:var(--card);border:1px solid var(--line);
border-radius:.75rem}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 1rem}
p{margin:0 0 1rem}
main>:last-child{margin-bottom:0}
.soft{color:var(--soft)}
fieldset{border:0;margin:0 0 1.25rem;padding:0}
legend{padding:0;margin-bottom:.5rem;font-weight:600}
label{display:flex;gap:.75rem;align-items:baseline;padding:.75rem;border:1px solid var(--line);border-radius:.5rem;
margin-bottom:.5rem;cursor:pointer;overflow-wrap:anywhere}
input{accent-color:var(--main)}
button{font:inherit;font-weight:600;padding:.65rem 1.4rem;border:0;border-radius:.5rem;background:var(--main);
color:var(--on-main);cursor:pointer}
a{color:var(--main)}
:focus-visible{outline:3px solid var(--main);outline-offset:2px}
label:focus-within{border-color:var(--main)}
@media (max-width:36rem){main{margin:0;border:0;border-radius:0;min-height:100vh}}
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
"""The address of a page is its visitor's right: it goes to nobody else, and into no index."""

Choice = Literal["all", "list", "none"]
"""Every mail of the sender, all but those to this list, or none."""

RANGE = re.compile(r"\s*([A-Za-z]{1,8})[A-Za-z0-9-]*\s*(?:;\s*q=([0-9.]{1,5}))?")


def language(accept_language: str) -> Language:
    """The best of those we have for a header `Accept-Language` (RFC 9110, 12.5.4); English if it names none of them."""
    best: tuple[float, Language] = (0.0, "en")
    for part in accept_language[:500].split(","):
        found = RANGE.match(part)
        name = found[1].lower() if found else ""
        if found and name in WORDS and (weight := _weight(found[2])) > best[0]:
            best = weight, "zh" if name == "zh" else "en"
    return best[1]


def question(lang: Language, preferences_url: str | None) -> HTMLResponse:
    """Ask whether to unsubscribe: a GET changes nothing, because mail scanners open every link."""
    words = WORDS[lang]
    return _page(
        lang,
        words.unsubscribe,
        f"<p>{words.unsubscribe_question}</p>"
        f'<form method="post"><p><button>{words.unsubscribe}</button></p></form>'
        + _more(words.more_choices, preferences_url),
    )


def done(lang: Language, preferences_url: str | None) -> HTMLResponse:
    """Say that it is done, and how to take it back."""
    words = WORDS[lang]
    return _page(lang, words.unsubscribed, f"<p>{words.no_more}</p>{_more(words.mistake, preferences_url)}")


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Who writes to whom, and what the recipient has chosen."""

    sender: str
    address: str
    list_name: str | None
    """The list that can be left, if there is one."""
    chosen: Choice | None
    """None of an address that is not written to for a reason that is not the person's to change."""


def preferences(lang: Language, mails: Correspondence, *, saved: bool) -> HTMLResponse:
    """Let a person choose; what is chosen now is marked."""
    words, sender = WORDS[lang], escape(mails.sender)
    if mails.chosen is None:
        unwritten = f"<p>{_about(words, mails)}</p><p>{words.not_written_to.format(sender=sender)}</p>"
        return _page(lang, words.preferences, unwritten)
    choices: dict[Choice, str] = {"all": words.all_mails.format(sender=sender)}
    if mails.list_name is not None:
        choices["list"] = words.not_this_list.format(list=escape(mails.list_name))
    choices["none"] = words.no_mails.format(sender=sender)
    radios = "".join(
        f'<label><input type="radio" name="choice" value="{choice}"{" checked" if choice == mails.chosen else ""}>'
        f"<span>{text}</span></label>"
        for choice, text in choices.items()
    )
    return _page(
        lang,
        words.preferences,
        (f'<p role="status"><strong>{words.saved}</strong></p>' if saved else "") + f"<p>{_about(words, mails)}</p>"
        f'<form method="post"><fieldset><legend>{words.which}</legend>{radios}</fieldset>'
        f'<p><button>{words.save}</button></p></form><p class="soft">{words.on_the_way}</p>',
    )


def not_complete(lang: Language) -> HTMLResponse:
    """Say that nobody made this link."""
    return _page(lang, WORDS[lang].not_found, f"<p>{WORDS[lang].link_broken}</p>", 404)


def try_later(lang: Language) -> HTMLResponse:
    """Say that nothing was changed, and that it may be soon."""
    response = _page(lang, WORDS[lang].not_now, f"<p>{WORDS[lang].try_soon}</p>", 503)
    response.headers["Retry-After"] = "30"
    return response


def masked(address: str) -> str:
    """An address that its owner knows again, and somebody the mail was passed on to does not learn."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••{at}{domain}"


def _about(words: Words, mails: Correspondence) -> str:
    return words.about.format(sender=f"<strong>{escape(mails.sender)}</strong>", address=escape(masked(mails.address)))


def _more(text: str, url: str | None) -> str:
    return f'<p class="soft"><a href="{escape(url)}">{text}</a></p>' if url else ""


def _weight(q: str | None) -> float:
    try:
        return float(q) if q else 1.0
    except ValueError:
        return 0.0


def _page(lang: Language, title: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>",
        status,
        {**HEADERS, "Content-Language": lang},
    )
