"""`/o/{token}.gif` and `/c/{token}`: what mails ask for when they are opened, and where their links go first.

Both answer at once, also while the database is away. Plain routes, for a mailing of a million asks often.
"""

import base64
from typing import cast

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.public_page import language, not_complete
from api.visits import Asked, Clicked, Visits
from mail.links import MailLinks

router = APIRouter()

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A GIF of one transparent dot."""
UNKEPT = {"Cache-Control": "no-store, max-age=0", "X-Robots-Tag": "noindex"}
PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


async def opened(request: Request) -> Response:
    """Answer with the picture, whoever asks; a HEAD looks at nothing and counts for nothing."""
    mail = _links(request).read("open", request.path_params["token"])
    if mail is not None and request.method == "GET":
        _visits(request).note(Asked(mail.task_id, mail.seq, "open", _user_agent(request), _purpose(request)))
    return Response(PIXEL, media_type="image/gif", headers=UNKEPT)


async def clicked(request: Request) -> Response:
    """Lead to where the mail said, and nowhere else."""
    found = _links(request).read_click(request.path_params["token"])
    if found is None:
        return not_complete(language(request.headers.get("Accept-Language", "")))
    mail, number, url = found
    if request.method == "GET":
        click = Clicked(number, url)
        _visits(request).note(Asked(mail.task_id, mail.seq, "click", _user_agent(request), _purpose(request), click))
    return Response(status_code=302, headers={**UNKEPT, "Location": url, "Referrer-Policy": "no-referrer"})


router.add_route("/o/{token}.gif", opened, methods=["GET", "HEAD"], include_in_schema=False)
router.add_route("/c/{token}", clicked, methods=["GET", "HEAD"], include_in_schema=False)


def _links(request: Request) -> MailLinks:
    return cast("MailLinks", request.app.state.resources.mail_links)


def _visits(request: Request) -> Visits:
    return cast("Visits", request.app.state.visits)


def _user_agent(request: Request) -> str:
    return request.headers.get("User-Agent", "")


def _purpose(request: Request) -> str:
    return " ".join(request.headers.get(name, "") for name in PURPOSES).strip()
