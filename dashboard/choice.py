"""What a person chose for their browser: language and theme, each a cookie."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse

from dashboard.session import LANGUAGE_COOKIE, THEME_COOKIE, Theme
from dashboard.sign_in import local_path
from dashboard.words import Language

YEAR_SECONDS = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)


@router.get("/choice")
async def choose(
    next_path: Annotated[str, Query(alias="next")] = "/", language: Language | None = None, theme: Theme | None = None
) -> RedirectResponse:
    """Remember a choice and go back."""
    response = RedirectResponse(local_path(next_path), status_code=303)
    for cookie, value in ((LANGUAGE_COOKIE, language), (THEME_COOKIE, theme)):
        if value is not None:
            response.set_cookie(cookie, value, max_age=YEAR_SECONDS, samesite="lax", httponly=True)
    return response
