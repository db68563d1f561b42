"""The one page that is open to all: a form for the API key. Plain HTML; its one script only tells the time zone."""

from html import escape
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.client import ApiClient
from api.client_errors import ApiError, ApiUnreachableError
from dashboard.session import AGE, COOKIE, ZONE_SCRIPT, Sessions, chosen_language, chosen_theme
from dashboard.settings import DashboardSettings
from dashboard.words import Words

PAGE: Final = """<!doctype html>
<html lang="{language}" data-theme="{theme}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="/style.css">{zone}</head>
<body class="sign-in"><main>
<h1>Tempost</h1>
<form method="post" action="/sign-in">
<label for="key">{label}</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus
 aria-describedby="hint{invalid}>
<p id="hint">{hint}</p>{problem}
<input type="hidden" name="next" value="{next}">
<button type="submit">{button}</button>
</form></main></body></html>
"""
PROBLEM: Final = '<p id="problem" role="alert">{}</p>'

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def ask(request: Request, next_path: Annotated[str, Query(alias="next")] = "/") -> HTMLResponse:
    """Show the form."""
    return _page(request, next_path)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    key: Annotated[str, Form(max_length=200)],
    next_path: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Try the key at the API; a good one becomes a cookie."""
    settings: DashboardSettings = request.app.state.settings
    sessions: Sessions = request.app.state.sessions
    words = Words(chosen_language(request.headers))
    if not _may_be_sent(key.strip()):
        return _page(request, next_path, words("This is no API key: it has signs that none has."), 422)
    try:
        async with ApiClient(settings.api_url, key.strip()) as api:
            await api.health()
    except ApiError as error:
        refused = error.status in (401, 403)
        text = words("The API does not know this key. Was it revoked?") if refused else words.told(str(error))
        return _page(request, next_path, text, 401 if refused else 502)
    except ApiUnreachableError:
        return _page(request, next_path, words("The API cannot be reached. Is it running?"), 503)
    response = RedirectResponse(local_path(next_path), status_code=303)
    response.set_cookie(
        COOKIE,
        sessions.seal(key.strip()),
        max_age=int(AGE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )
    return response


@router.post("/sign-out")
async def sign_out() -> Response:
    """Forget the key."""
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(COOKIE)
    return response


def local_path(wanted: str) -> str:
    """Where to go after signing in: a path of ours, never another host."""
    return wanted if wanted.startswith("/") and wanted[1:2] not in ("/", "\\") and wanted.isprintable() else "/"


def _may_be_sent(key: str) -> bool:
    """Only what a header can carry: the client would raise at anything else."""
    return key.isascii() and key.isprintable()


def _page(request: Request, next_path: str, problem: str = "", status: int = 200) -> HTMLResponse:
    words = Words(chosen_language(request.headers))
    page = PAGE.format(
        language=words.language,
        theme=chosen_theme(request.headers),
        zone=ZONE_SCRIPT,
        title=words("Sign in") + " · Tempost",
        label=words("API key"),
        hint=words("The first one is made with: tempost keys create"),
        invalid=' problem" aria-invalid="true"' if problem else '"',
        problem=PROBLEM.format(escape(problem)) if problem else "",
        next=escape(local_path(next_path)),
        button=words("Sign in"),
    )
    return HTMLResponse(page, status_code=status)
