"""`/unsubscribe/{token}` and `/preferences/{token}`: for recipients. No key: the token is their right.

A POST to the first unsubscribes at once (RFC 8058). A GET changes nothing, because mail scanners open every link.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse

from api.dependencies import Process
from api.operations import unsubscribe as operations
from api.public_page import Choice

PAGE: dict[str, Any] = {"content": {"text/html": {"schema": {"type": "string"}}}}
router = APIRouter(
    tags=["recipients"],
    default_response_class=HTMLResponse,
    responses={
        404: {**PAGE, "description": "A page: nobody made this link, or its mail is gone"},
        503: {**PAGE, "description": "A page: the database is away, come again"},
    },
)
Token = Annotated[str, Path(max_length=100)]


@router.get("/unsubscribe/{token}")
async def ask(token: Token, process: Process, request: Request) -> HTMLResponse:
    """Show the question and a button."""
    return operations.ask(process, request, token)


@router.post("/unsubscribe/{token}")
async def unsubscribe(token: Token, process: Process, request: Request) -> HTMLResponse:
    """Never write to this person again for this sender. Twice is harmless."""
    return await operations.answered(request, operations.unsubscribe(process, request, token))


@router.get("/preferences/{token}")
async def show(token: Token, process: Process, request: Request) -> HTMLResponse:
    """Show which mails this person wants of this sender."""
    return await operations.answered(request, operations.show(process, request, token))


@router.post("/preferences/{token}")
async def choose(token: Token, process: Process, request: Request, choice: Annotated[Choice, Form()]) -> HTMLResponse:
    """Change which mails this person wants of this sender, back again too."""
    return await operations.answered(request, operations.choose(process, request, token, choice))
