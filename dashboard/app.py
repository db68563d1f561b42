"""The dashboard as an application: the gate, the open pages, and all others behind it."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, PlainTextResponse
from nicegui import app as built
from nicegui import ui
from starlette.types import ASGIApp

from dashboard import choice, files, sign_in
from dashboard.gate import Gate
from dashboard.pages import (
    alert,
    campaign_change,
    campaign_list,
    campaign_round,
    contact,
    contact_import,
    key,
    mail,
    new_campaign,
    new_task,
    one_campaign,
    overview,
    people,
    segment,
    sending_domain,
    service,
    service_list,
    setting,
    task,
    task_list,
    template,
    webhook,
)
from dashboard.pages.missing import missing
from dashboard.session import Sessions
from dashboard.settings import DashboardSettings
from dashboard.whole_files import WholeFiles

STYLE: Final = Path(__file__).with_name("style.css")
SCRIPT: Final = Path(__file__).with_name("page.js")
FRESH: Final = {"Cache-Control": "no-cache"}
"""A browser asks whether its copy is still right: a new release is seen at once."""
PICTURE: Final = Path(__file__).with_name("favicon.svg")
PAGES: Final = (
    overview, task_list, new_task, task, mail, campaign_list, new_campaign, campaign_change, campaign_round,
    one_campaign, contact, contact_import, people, segment, template, service_list, service, sending_domain, alert,
    setting, webhook, key,
)  # fmt: skip
"""Their routes are known once they are imported, in the order of names: one longer by a fixed word comes first."""


def create_app(settings: DashboardSettings) -> ASGIApp:
    """Make the application. NiceGUI has one per process."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings = settings
    app.state.sessions = Sessions(settings.secret.get_secret_value())
    app.include_router(sign_in.router)
    app.include_router(choice.router)
    app.include_router(files.router)

    @app.get("/style.css")
    async def style() -> FileResponse:
        return FileResponse(STYLE, media_type="text/css", headers=FRESH)

    @app.get("/page.js")
    async def script() -> FileResponse:
        return FileResponse(SCRIPT, media_type="text/javascript", headers=FRESH)

    @app.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok")

    built.add_exception_handler(404, missing)
    built.add_exception_handler(RequestValidationError, missing)
    ui.run_with(app, title="Tempost", favicon=PICTURE, tailwind=False, show_welcome_message=False)
    built.add_middleware(WholeFiles)
    return Gate(app, settings, app.state.sessions)
