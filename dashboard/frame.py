"""What stands around every page: the way past it, where one is, where else one can go, language and theme."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from html import escape
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from api.client import ApiClient
from api.client_errors import ApiError, ApiUnreachableError
from api.schemas.alert import AlertOut
from dashboard import paths
from dashboard.element import element, icon, link
from dashboard.late import Late
from dashboard.problem import shown_in_page
from dashboard.session import ZONE_SCRIPT, Session
from dashboard.settings import DashboardSettings
from dashboard.words import LANGUAGES, Words

SECTIONS: Final = (
    (paths.OVERVIEW, "Overview", "dashboard"),
    (paths.TASKS, "Tasks", "send"),
    (paths.CAMPAIGNS, "Campaigns", "campaign"),
    (paths.CONTACTS, "Contacts", "people"),
    (paths.TEMPLATES, "Templates", "article"),
    (paths.SERVICES, "Services", "dns"),
    (paths.ALERTS, "Alerts", "notifications"),
    (paths.SETTINGS, "Settings", "tune"),
    (paths.KEYS, "Users and keys", "key"),
)
"""Path, title, and the picture beside it."""
THEMES: Final = {"auto": "Like the system", "light": "Light", "dark": "Dark"}
ALERT_SECONDS: Final = 30.0
MOST_ALERTS: Final = 9
"""Counted one by one; more are "9+": the question stays cheap."""
LONGEST: Final = 60.0
"""Seconds a page may take until it stands. NiceGUI's own 3 end in an error page that knows nothing of an API that is
slow; our client waits longer for an answer, and what it gives up is told inside the frame."""
DARK: Final = {"auto": None, "light": False, "dark": True}


shown_at = partial(ui.page, response_timeout=LONGEST)
"""Makes a function the page at a path."""


class Visit:
    """One page in one browser: its words, and the API as its person may use it."""

    late: Late
    """Says that what stands on the page is old."""
    content: Element
    """Holds what belongs to the page as a whole: it is there as long as the page."""
    heading: TextElement

    def __init__(self, session: Session, settings: DashboardSettings, here: str) -> None:
        self.session = session
        self._settings = settings
        self.here = here
        """The page's address, as it was asked for."""
        self.say = Words(session.language)
        self.api = ApiClient(settings.api_url, session.key)
        self.parts: list[Callable[[], Awaitable[None]]] = []
        """Asks for each part that changes."""

    def names(self, name: str) -> None:
        """Say which one of its kind the page shows: in the heading and, for who has many tabs, first in the title."""
        ui.page_title(f"{name} · {self.heading.text} · Tempost")
        self.heading.text = name

    async def look_again(self) -> None:
        """Show now what a person has just changed."""
        for part in self.parts:
            await part()

    def workflow_link(self, workflow_id: str) -> None:
        """Lead to a workflow in Temporal's Web UI, where that is known."""
        if self._settings.temporal_ui_url:
            path = f"namespaces/{self._settings.temporal_namespace}/workflows/{workflow_id}"
            element("a", self.say("In the Temporal Web UI"), href=f"{self._settings.temporal_ui_url}/{path}")


@asynccontextmanager
async def page(title: str, section: str) -> AsyncIterator[Visit]:
    """Build a page inside the frame; `section` is the path of its entry in the navigation.

    What the API refuses meanwhile is shown in place of the rest. The API's connections end when the browser has left.
    """
    client = ui.context.client
    request = client.request
    visit = Visit(request.state.session, request.state.settings, _here(request))
    client.on_delete(visit.api.close)
    ui.page_title(f"{visit.say(title)} · Tempost")
    ui.dark_mode(value=DARK[visit.session.theme])
    ui.add_head_html(_in_head(visit.say))
    _head(visit, section, client.layout)
    with element("div", classes="content", id="content", tabindex="-1") as visit.content:
        visit.heading = element("h1", visit.say(title))
        visit.late = Late(visit.say, visit.here)
        with shown_in_page(visit.say, visit.here, visit.api.health):
            yield visit


def _in_head(say: Words) -> str:
    """Style and script, the language for who reads aloud, and what to say while this process does not answer."""
    lost, again = escape(say("The pages do not get an answer.")), escape(say("They ask again and again."))
    return (
        f'<link rel="stylesheet" href="/style.css">{ZONE_SCRIPT}'
        f'<script src="/page.js" data-lost="{lost}" data-again="{again}"></script>'
        f'<script>document.documentElement.lang = "{say.language}"</script>'
    )


def _here(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _head(visit: Visit, section: str, layout: Element) -> None:
    """Put the head beside NiceGUI's own `main`, in front of it: a landmark must not stand in another."""
    link(visit.say("Skip to the content"), "#content", classes="skip").move(layout, 0)
    with element("header", classes="head") as head:
        link("Tempost", paths.OVERVIEW, classes="brand")
        _navigation(visit, section)
        _choices(visit)
    head.move(layout, 1)


def _navigation(visit: Visit, section: str) -> None:
    with element("nav", classes="sections", aria_label=visit.say("Main navigation")):
        for path, title, picture in SECTIONS:
            current = {"aria_current": "page"} if path == section else {}
            with link("", path, **current):
                icon(picture)
                element("span", visit.say(title))
                if path == paths.ALERTS:
                    _open_alerts(visit)


def _open_alerts(visit: Visit) -> None:
    """How many alerts last, beside their title: asked once the page stands, and anew as long as it does."""
    badge = element("span", classes="badge")

    async def ask() -> None:
        try:
            told = await visit.api.page(AlertOut, "/api/alerts", {"limit": str(MOST_ALERTS)})
        except (ApiError, ApiUnreachableError):
            return  # the page itself tells of it
        number = f"{len(told.data)}{'+' if told.next_cursor else ''}"
        badge.text = visit.say("{number} open", number=number) if told.data else ""

    ui.timer(ALERT_SECONDS, ask)


def _choices(visit: Visit) -> None:
    """Language and theme: plain links that set a cookie and come back."""
    here = visit.here
    with element("div", classes="choices"):
        for language, name in LANGUAGES.items():
            if language != visit.session.language:
                link(name, _choice(here, language=language), lang=language)
        with element("details"):
            element("summary", visit.say("Theme"))
            for theme, name in THEMES.items():
                current = {"aria_current": "true"} if theme == visit.session.theme else {}
                link(visit.say(name), _choice(here, theme=theme), **current)
        element("p", visit.say("Times are those of {zone}", zone=visit.session.zone.key), classes="faint")
        with element("form", method="post", action="/sign-out"):
            element("button", visit.say("Sign out"), type="submit")


def _choice(here: str, **choice: str) -> str:
    return f"/choice?{urlencode({**choice, 'next': here})}"
