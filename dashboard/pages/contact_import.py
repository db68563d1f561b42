"""A file of contacts: how it would be read, on its way, and how its import goes."""

import base64
import json
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from nicegui import events, ui

from api.client_errors import ApiError, ApiUnreachableError
from api.schemas.contact_import import ColumnOut, ContactImportOut, ImportLookOut
from dashboard import paths
from dashboard.element import element, link
from dashboard.figure import figure, figures
from dashboard.form import Form, Values
from dashboard.frame import Visit, page, shown_at
from dashboard.live import live
from dashboard.problem import messages
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import count

IMPORT_SECONDS: Final = 1.0
LONGEST_UPLOAD_SECONDS: Final = 6 * 3600.0
MODES: Final = {
    "merge": "get the file's fields and keep their others",
    "replace": "have the file's fields only",
    "update": "get the file's fields; nobody new is added",
    "insert": "are skipped; only new ones are added",
}
"""The API's own default first."""
FILE: Final = "field-file"
BAR: Final = "upload-bar"
CHOSEN: Final = """async (event) => {
    const file = event.target.files[0];
    const head = file ? new Uint8Array(await file.slice(0, 65536).arrayBuffer()) : [];
    emit({size: file?.size ?? 0, head: btoa(Array.from(head, (byte) => String.fromCharCode(byte)).join(""))});
}"""
"""The beginning of the file is enough to say how it would be read."""


class Upload:
    """A form for a file, into a list that exists or into a new one: chosen, looked at, then sent with its progress."""

    def __init__(self, visit: Visit, list_id: UUID | None = None) -> None:
        say = visit.say
        self._visit = visit
        self._list_id = list_id
        self._size = 0
        self._head = b""
        self._seen: ImportLookOut | None = None
        with Form(visit) as self._form:
            if list_id is None:
                self._form.field("name", say("Name of the new list"), maxlength="200")
            hint = say("Any usual encoding and delimiter; columns beside the address become fields.")
            chosen = self._form.field("file", say("CSV file"), kind="file", hint=hint, accept=".csv,.txt,.tsv,text/csv")
            chosen.on("change", self._chosen, js_handler=CHOSEN)
            self._how_to_read()
            self._columns = element("div", role="status")
            self._form.choice("mode", say("Contacts that exist"), say.each(MODES))
            with element("div", hidden="", role="status") as self._under_way:
                element("p", say("The file is sent, then its rows are read. Stay on this page until that is done."))
                element("progress", id=BAR, max="1", value="0", aria_label=say("Sent so far"))
            self._form.button(say("Import"), self._send)

    def _how_to_read(self) -> None:
        say = self._visit.say
        with element("details"):
            element("summary", say("If it is read wrongly"))
            hint = say("Such as windows-1252 or gb18030; empty: found out.")
            encoding = self._form.field("encoding", say("Encoding"), hint=hint)
            hint = say("One sign, or: tab; empty: found out.")
            delimiter = self._form.field("delimiter", say("Between the columns"), hint=hint)
        for each in (encoding, delimiter):
            each.on("change", self._look)

    async def _chosen(self, event: events.GenericEventArguments) -> None:
        """Show how the file would be read, before anything is sent."""
        self._size, self._head = int(event.args["size"]), base64.b64decode(event.args["head"])
        await self._look()

    async def _look(self) -> None:
        self._seen = None
        self._form.forget("column/")
        self._form.forget("emailColumn")
        self._columns.clear()
        self._form.clear("file")
        if not self._size:
            self._refuse(self._visit.say("This file is empty."))
            return
        try:
            self._seen = await self._visit.api.look_at(self._head, _told(self._form.values))
        except (ApiError, ApiUnreachableError) as error:
            self._refuse(" ".join(messages(error, self._visit.say)))
            return
        with self._columns:
            self._show(self._seen)

    def _show(self, seen: ImportLookOut) -> None:
        say = self._visit.say
        values = {"encoding": seen.encoding, "delimiter": seen.delimiter.replace("\t", "\\t")}
        element("p", say("Read as {encoding}, with {delimiter} between the columns.", **values), classes="faint")
        open_ = {} if seen.email_column else {"open": ""}
        with self._form, self._columns, element("details", **open_):
            element("summary", say("Columns of the file: {number}", number=count(len(seen.columns))))
            titles = {each.title: each.title for each in seen.columns}
            if seen.email_column:
                self._form.values["emailColumn"] = seen.email_column
            self._form.choice("emailColumn", say("Column with the addresses"), titles)
            for place, each in enumerate(seen.columns):
                if each.title != seen.email_column:
                    self._column(place, each)

    def _column(self, place: int, column: ColumnOut) -> None:
        say = self._visit.say
        examples = ", ".join(column.examples) or "–"
        self._form.values[f"column/{place}"] = column.field
        hint = say("The field's name; empty: left out. Such as: {examples}", examples=examples)
        self._form.field(f"column/{place}", column.title or column.field, hint=hint)

    def _refuse(self, why: str) -> None:
        self._form.mark([("#/file", why)])

    async def _send(self, values: Values) -> None:
        say = self._visit.say
        if not self._size or self._seen is None:
            self._refuse(say("Choose a CSV file that can be read."))
            return
        if self._size > self._seen.max_upload_bytes:
            most = count(self._seen.max_upload_bytes / 1e6)
            self._refuse(say("It is larger than {most} MB: split it and import the parts.", most=most))
            return
        list_id = self._list_id
        if list_id is None:
            list_id = (await self._visit.api.create_list(values.get("name", ""))).id
        query = urlencode(_reading(self._seen, values), doseq=True)
        url = f"{paths.upload(list_id)}?{query}{'' if self._list_id else '&fresh=true'}"
        del self._under_way.props["hidden"]
        call = f"sendFile({json.dumps(FILE)}, {json.dumps(url)}, {json.dumps(BAR)})"
        answer = await ui.run_javascript(call, timeout=LONGEST_UPLOAD_SECONDS)
        self._under_way.props["hidden"] = ""
        if answer["status"] == 202:
            ui.navigate.to(answer["text"])
            return
        lost = say("The file did not get through whole. Is the connection stable, and the API running?")
        self._refuse(answer["text"] or lost)


def _told(values: Values) -> dict[str, str]:
    """What a person says of the file themselves."""
    return {name: values[name] for name in ("encoding", "delimiter") if values.get(name)}


def _reading(seen: ImportLookOut, values: Values) -> dict[str, str | list[str]]:
    """What the API is to be told of the file: the mode, and of the columns what is not as it found it."""
    told: dict[str, str | list[str]] = {"mode": values.get("mode", "merge"), **_told(values)}
    address = values.get("emailColumn", "")
    if address and address != seen.email_column:
        told["emailColumn"] = address
    wishes = [
        f"{each.title}={values[name]}"
        for place, each in enumerate(seen.columns)
        if (name := f"column/{place}") in values and each.title != address and values[name] != each.field
    ]
    return {**told, **({"column": wishes} if wishes else {})}


@shown_at(paths.IMPORT)
async def contact_import(import_id: UUID) -> None:
    """Show how an import goes."""
    async with page("Import", paths.CONTACTS) as visit:
        known = await visit.api.contact_import(import_id)
        visit.names(known.file_name)
        await live(
            visit, lambda: visit.api.contact_import(import_id), lambda told: _import(told, visit.say), IMPORT_SECONDS
        )
        element("h2", visit.say("How it was read"))
        columns = (
            Column[tuple[str, str]]("Column", lambda each: each[0]),
            Column[tuple[str, str]]("Field", lambda each: each[1] or visit.say("left out")),
        )
        table("How it was read", columns, known.columns.items(), visit.say)


def _import(told: ContactImportOut, say: Words) -> None:
    element("p", say(told.status), classes="lead", role="status")
    if told.error:
        element("p", say.told(told.error), classes="fault")
    whole = max(1, told.rows_read - told.rejected - told.merged - told.skipped)
    if told.status not in ("completed", "failed"):
        element("progress", max=str(whole), value=str(told.accepted), aria_label=say("Contacts on the list"))
    with figures():
        figure(say("Rows"), count(told.rows_read), say("of the file"))
        figure(say("On the list"), count(told.accepted), say("because of this file"))
        figure(say("Twice"), count(told.merged), say("rows whose address stood elsewhere in the file"))
        if told.skipped:
            figure(say("Skipped"), count(told.skipped), say("left alone, as was chosen"))
        state = "warn" if told.rejected else ""
        figure(say("Refused"), count(told.rejected), say("rows that are no contact"), state=state)
    with element("div", classes="actions"):
        if told.rejected:
            link(say("Refused rows as CSV"), paths.import_errors(told.id), classes="action")
        link(say("To the list"), paths.contact_list(told.contact_list_id), classes="main")
