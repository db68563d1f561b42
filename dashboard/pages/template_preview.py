"""The mail that a template would be, while it is written: for a contact, with what is to be said of it."""

from typing import Final

from nicegui import ui

from api.client_errors import ApiError, ApiUnreachableError
from api.schemas.contact import ContactOut
from api.schemas.finding import FindingOut
from api.schemas.template import DraftOut
from dashboard.element import element
from dashboard.finding import findings
from dashboard.form import Form
from dashboard.frame import Visit
from dashboard.problem import lines

PAUSE_SECONDS: Final = 0.7
"""Without a key pressed, before the mail is made anew."""
PARTS: Final = ("subject", "html", "text")
FIELDS: Final = "#/fields/"
BEFORE: Final = '<!doctype html><base target="_blank">'
"""Links ask for a window that the frame does not get: who presses one goes on seeing the mail."""


class Preview:
    """Follows a form. The HTML stands in a frame without scripts, forms and windows, that loads nothing from outside.

    What is typed last is shown last: an answer that was overtaken is passed over.
    """

    def __init__(self, visit: Visit, form: Form) -> None:
        say = visit.say
        self._visit = visit
        self._form = form
        self._asked = 0
        element("h2", say("Preview"))
        with Form(visit) as self._contact:
            hint = say("How the address of a contact begins; empty: made-up fields.")
            self._contact.field("email", say("As this contact gets it"), hint=hint, autocomplete="off")
        self._state = element("p", role="status")
        self._subject = element("p", classes="lead")
        self._html = element("iframe", sandbox="", title=say("The mail as HTML"), classes="mail")
        element("p", say("Pictures from elsewhere are left out here, and links lead nowhere."), classes="faint")
        with element("details"):
            element("summary", say("Plain text"))
            self._text = element("pre")
        self._findings = element("div")
        form.on_typed = self._contact.on_typed = self._soon

    def _soon(self) -> None:
        self._asked += 1
        mine = self._asked

        async def show() -> None:
            if mine == self._asked:
                await self.show()

        with self._visit.content:
            ui.timer(PAUSE_SECONDS, show, once=True)

    async def show(self) -> None:
        """Make the mail of what stands in the form now."""
        mine = self._asked
        if not self._form.values.get("subject") or not (self._form.values.get("html") or self._form.values.get("text")):
            self._say(self._visit.say("It is shown once there are a subject and a text."))
            return
        try:
            contact = await self._found()
            told = await self._visit.api.preview_draft({**self._content(), **_for(contact)})
        except (ApiError, ApiUnreachableError) as error:
            if mine == self._asked:
                self._say(" ".join(self._faults(error)), fault=True)
            return
        if mine == self._asked:
            self._draw(told, contact)

    def _content(self) -> dict[str, object]:
        return {part: self._form.values[part] for part in PARTS if self._form.values.get(part)}

    async def _found(self) -> ContactOut | None:
        """The first contact whose address begins as was typed."""
        typed = self._contact.values.get("email", "").strip()
        if not typed:
            return None
        found = await self._visit.api.page(ContactOut, "/api/contacts", {"email": typed, "limit": "1"})
        if not found.data:
            raise ApiError(404, "", self._visit.say("No address of yours begins like this."), "")
        return found.data[0]

    def _draw(self, told: DraftOut, contact: ContactOut | None) -> None:
        say = self._visit.say
        self._say(say("As {email} gets it.", email=contact.email) if contact else say("With made-up fields."))
        self._subject.text = told.subject
        self._html.props["srcdoc"] = f"{BEFORE}{told.html or ''}"
        self._html.set_visibility(told.html is not None)
        self._text.text = told.text
        self._findings.clear()
        with self._findings:
            self._judge(told.findings)

    def _judge(self, found: list[FindingOut]) -> None:
        say = self._visit.say
        element("h3", say("What to mend before it is sent") if found else say("Nothing is to be mended."))
        findings(found, say)

    def _faults(self, error: ApiError | ApiUnreachableError) -> list[str]:
        errors = error.errors if isinstance(error, ApiError) else ()
        lacking = [pointer.removeprefix(FIELDS) for pointer, _ in errors if pointer.startswith(FIELDS)]
        if not lacking:
            return lines(error, self._visit.say)
        text = self._visit.say("This contact has no {name}: give it one, or the template a default.")
        return [text.format(name=name) for name in lacking]

    def _say(self, text: str, *, fault: bool = False) -> None:
        self._state.text = text
        self._state.classes(replace="fault" if fault else "faint")


def _for(contact: ContactOut | None) -> dict[str, object]:
    return {} if contact is None else {"fields": contact.fields, "email": contact.email}
