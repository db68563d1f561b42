"""`/unsubscribe/{token}`: for the people mails are sent to. No key: the token in their mail is their right.

A POST unsubscribes at once (RFC 8058); a GET only asks, because mail scanners open every link.
"""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from api.dependencies import Process
from api.operations import unsubscribe as operations

router = APIRouter(prefix="/unsubscribe", tags=["unsubscribe"])
Token = Annotated[str, Path(max_length=100)]


@router.get("/{token}", response_class=HTMLResponse)
async def ask(token: Token, process: Process) -> HTMLResponse:
    """Show the question and a button."""
    operations.mail_of(process, token)
    return HTMLResponse(operations.QUESTION)


@router.post("/{token}", response_class=HTMLResponse)
async def unsubscribe(token: Token, process: Process) -> HTMLResponse:
    """Never write to this person again for this sender. Twice is harmless."""
    await operations.unsubscribe(process, token)
    return HTMLResponse(operations.DONE)
