"""Unsubscribing: the person a mail was sent to is suppressed for the user who sent it."""

from uuid import UUID

from api.problems import NotFoundError
from database.connect import transaction
from database.queries import suppression
from runtime.resources import Resources

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Unsubscribe</title><style>
body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}}
button{{font:inherit;padding:.5rem 1.2rem}}</style>{body}</html>"""
QUESTION = PAGE.format(
    body="<h1>Unsubscribe</h1><p>Stop all further mails from this sender to your address?</p>"
    '<form method="post"><button>Unsubscribe</button></form>'
)
DONE = PAGE.format(body="<h1>Unsubscribed</h1><p>This sender will not write to your address again.</p>")


def mail_of(process: Resources, token: str) -> tuple[UUID, int]:
    """Read a token, or answer that there is no such page."""
    mail = process.mail_links.read("unsubscribe", token)
    if mail is None:
        raise NotFoundError("This link is not complete. Please use the one in the mail.")
    return mail.task_id, mail.seq


async def unsubscribe(process: Resources, token: str) -> None:
    """Suppress the address the mail went to."""
    task_id, seq = mail_of(process, token)
    async with transaction(process.engine) as connection:
        known = await suppression.suppress_recipient(connection, task_id, seq)
    if not known:
        raise NotFoundError("The mail this link came with is not known any more.")
