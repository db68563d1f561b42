"""What recipients may do with the links in their mails: unsubscribe, and choose which mails they want."""

import logging
from collections.abc import Awaitable
from typing import Literal
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse

from api import public_page
from api.public_page import Choice, Correspondence, language
from api.public_words import Language
from database.errors import UNREACHABLE
from database.queries import preference
from database.queries.preference import Recipient
from mail.links import Purpose
from runtime.resources import Resources

log = logging.getLogger(__name__)

UNSUBSCRIBED = "unsubscribed"
ONE_CLICK = b"One-Click"
"""Of the body `List-Unsubscribe=One-Click`, in whatever form it was sent (RFC 8058, 3.2)."""


async def answered(request: Request, work: Awaitable[HTMLResponse]) -> HTMLResponse:
    """What the work answers, or a page that says when to come again: these are no programs that read problems."""
    try:
        return await work
    except UNREACHABLE as error:
        log.warning("the database is away, a recipient is asked to come again: %s", str(error) or type(error).__name__)
        return public_page.try_later(_language(request))


def ask(process: Resources, request: Request, token: str) -> HTMLResponse:
    """Show the question and a button; the database is not needed for that."""
    lang = _language(request)
    mail = _mail(process, "unsubscribe", token)
    return public_page.question(lang, _preferences_url(process, mail)) if mail else public_page.not_complete(lang)


async def unsubscribe(process: Resources, request: Request, token: str) -> HTMLResponse:
    """Suppress the address the mail went to, for all that its sender sends."""
    lang = _language(request)
    mail = _mail(process, "unsubscribe", token)
    if mail is None:
        return public_page.not_complete(lang)
    by: Literal["one_click", "page"] = "one_click" if ONE_CLICK in await request.body() else "page"
    async with process.ledger_pool.acquire() as connection, connection.transaction():
        recipient = await preference.find(connection, *mail)
        if recipient is None:
            return public_page.not_complete(lang)
        await preference.unsubscribe(connection, *mail, recipient, by)
    process.webhook_wakes.events_recorded([mail[0]])
    return public_page.done(lang, _preferences_url(process, mail))


async def show(process: Resources, request: Request, token: str) -> HTMLResponse:
    """Show what the recipient of a mail has chosen, and what else they may."""
    mail = _mail(process, "preferences", token)
    if mail is None:
        return public_page.not_complete(_language(request))
    async with process.ledger_pool.acquire() as connection:
        return _shown(request, await preference.find(connection, *mail), saved=False)


async def choose(process: Resources, request: Request, token: str, choice: Choice) -> HTMLResponse:
    """Do what the recipient of a mail wants. The same twice changes nothing more."""
    mail = _mail(process, "preferences", token)
    if mail is None:
        return public_page.not_complete(_language(request))
    async with process.ledger_pool.acquire() as connection, connection.transaction():
        recipient = await preference.find(connection, *mail)
        if recipient is not None and recipient.suppressed in (None, UNSUBSCRIBED):
            if choice == "none":
                await preference.unsubscribe(connection, *mail, recipient, "page")
            else:
                await preference.resubscribe(connection, recipient)
            if choice == "list":
                await preference.leave_list(connection, recipient)
        chosen = await preference.find(connection, *mail)
    process.webhook_wakes.events_recorded([mail[0]])
    return _shown(request, chosen, saved=True)


def _shown(request: Request, recipient: Recipient | None, *, saved: bool) -> HTMLResponse:
    lang = _language(request)
    if recipient is None:
        return public_page.not_complete(lang)
    list_name = recipient.list_name if recipient.contact_id is not None else None
    chosen: Choice | None = "all" if recipient.on_list or list_name is None else "list"
    if recipient.suppressed:
        chosen = "none" if recipient.suppressed == UNSUBSCRIBED else None
    mails = Correspondence(recipient.sender, recipient.email, list_name, chosen)
    return public_page.preferences(lang, mails, saved=saved)


def _mail(process: Resources, purpose: Purpose, token: str) -> tuple[UUID, int] | None:
    mail = process.mail_links.read(purpose, token)
    return (mail.task_id, mail.seq) if mail else None


def _preferences_url(process: Resources, mail: tuple[UUID, int]) -> str | None:
    return process.mail_links.link("preferences", *mail)


def _language(request: Request) -> Language:
    return language(request.headers.get("Accept-Language", ""))
