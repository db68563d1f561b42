"""Forms: labelled fields, sent to the API as they are typed; what it refuses is shown at the field it is about."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from nicegui import events
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from api.client_errors import ApiError, ApiUnreachableError
from dashboard.button import once_at_a_time
from dashboard.element import element
from dashboard.frame import Visit
from dashboard.problem import line, lines

Values = dict[str, str]
Send = Callable[[Values], Awaitable[None]]
TYPED: Final = "(event) => emit(event.target.type === 'checkbox' ? String(event.target.checked) : event.target.value)"


FOCUS: Final = """
    const focus = (times) => {
        const field = document.getElementById({id})
        field?.closest("details")?.setAttribute("open", "")
        if (field) field.focus()
        else if (times) requestAnimationFrame(() => focus(times - 1))
    }
    focus(120)
"""
"""What was just made may not stand yet when the script comes: it is looked for at the next pictures of the screen."""


class Form:
    """Fields one below the other and a button; use it in a `with` block, then `button(…)`.

    `values` are texts by the API's names; what they mean is said by who sends them.
    """

    def __init__(self, visit: Visit, values: Mapping[str, object] | None = None, *, name: str = "") -> None:
        """`name` tells it from the other forms of a page."""
        self._ids = f"field-{name}-" if name else "field-"
        self.values: Values = {name: _text(value) for name, value in (values or {}).items()}
        self.on_typed: Callable[[], None] | None = None
        """Is called whenever something was typed."""
        self._visit = visit
        self._fields: dict[str, Element] = {}
        self._faults: dict[str, TextElement] = {}
        self.place_of: Callable[[str], str] = str
        """Says for a pointer of the API which field it is about, where their names differ."""
        self._element = element("div", classes="form", role="group")
        self._whole = element("p", classes="fault", role="alert", id=self._ids, tabindex="-1")
        self._whole.move(self._element)

    def __enter__(self) -> "Form":
        """Put what follows into the form."""
        self._element.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """End it."""
        self._element.__exit__()

    def field(self, name: str, label: str, *, kind: str = "text", hint: str = "", **attributes: str) -> Element:
        """Add a field; `kind` as in HTML, or `textarea`."""
        tag = "textarea" if kind == "textarea" else "input"
        typed = {} if tag == "textarea" else {"type": kind}
        shown = {"checked": ""} if kind == "checkbox" and self.values.get(name) == "true" else {}
        # Not `value`: that is set anew whenever anything on the page changes, over what a person has typed meanwhile.
        value = {} if kind == "checkbox" else {"defaultValue": self.values.get(name, "")}
        return self._labelled(
            name, label, hint, lambda more: element(tag, **typed, **value, **shown, **attributes, **more)
        )

    def choice(self, name: str, label: str, options: Mapping[str, str], *, hint: str = "") -> Element:
        """Add a choice of one among several: value and what is shown for it."""
        self.values.setdefault(name, next(iter(options), ""))

        def make(more: dict[str, str]) -> Element:
            with element("select", **more) as made:
                for value, text in options.items():
                    chosen = {"selected": ""} if value == self.values[name] else {}
                    element("option", text, value=value, **chosen)
            return made

        return self._labelled(name, label, hint, make)

    def focus(self, name: str) -> None:
        """Have the person go on typing in this field."""
        # Of the form's page, not of what was clicked: that may have been taken away with its place.
        self._element.client.run_javascript(FOCUS.replace("{id}", json.dumps(f"{self._ids}{name}")))

    def fault(self, name: str) -> None:
        """Make room for what is wrong with a part of the form that is no field."""
        self._faults[name] = element("p", classes="fault", role="alert")

    def _labelled(self, name: str, label: str, hint: str, make: Callable[[dict[str, str]], Element]) -> Element:
        key = f"{self._ids}{name}"
        with element("div", classes="field"):
            element("label", label, for_=key)
            made = make({"id": key, "aria_describedby": f"{key}-about"})
            with element("div", id=f"{key}-about"):
                if hint:
                    element("p", hint, classes="faint")
                self._faults[name] = element("p", classes="fault", role="alert")

        def typed(event: events.GenericEventArguments) -> None:
            self.values[name] = str(event.args)
            if self.on_typed is not None:
                self.on_typed()

        self._fields[name] = made.on("input", typed, js_handler=TYPED)
        return made

    def button(self, text: str, send: Send) -> Element:
        """Add the button that sends."""
        made = element("button", text, classes="main", type="button")

        async def clicked() -> None:
            self._clear()
            try:
                await send(dict(self.values))
            except (ApiError, ApiUnreachableError) as error:
                self._tell(error)

        return made.on("click", once_at_a_time(self._visit, made, clicked))

    def _clear(self) -> None:
        self._whole.text = ""
        for name in self._faults:
            self.clear(name)

    def clear(self, name: str) -> None:
        """Say no more that something is wrong with a field."""
        self._faults[name].text = ""
        if name in self._fields:
            self._fields[name].props.pop("aria-invalid", None)

    def _tell(self, error: ApiError | ApiUnreachableError) -> None:
        """Show each fault at its field, and what belongs to none above them all."""
        say = self._visit.say
        errors = error.errors if isinstance(error, ApiError) else ()
        left = [line(pointer, message, say) for pointer, message in self.mark(errors)]
        self._whole.text = " ".join(left if errors else lines(error, say))
        if len(left) == len(errors):
            self.focus("")  # it stands above all fields, which may be far from the button

    def mark(self, errors: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Show faults at the fields that their pointers lead to, the first of which gets the focus; which have none."""
        left: list[tuple[str, str]] = []
        wrong: dict[str, str] = {}
        for pointer, message in errors:
            if name := self._field_at(pointer):
                text = self._visit.say.told(message)
                wrong[name] = f"{wrong[name]} {text}" if name in wrong else text
            else:
                left.append((pointer, message))
        for name, message in wrong.items():
            self._faults[name].text = message
            if name in self._fields:
                self._fields[name].props["aria-invalid"] = "true"
        if first := next((name for name in wrong if name in self._fields), ""):
            self.focus(first)
        return left

    def _field_at(self, pointer: str) -> str:
        """The field that a pointer of the API leads to or into, the nearest; empty: none of this form."""
        path = self.place_of(pointer).removeprefix("#").lstrip("/")
        while path and path not in self._faults:
            path = path.rpartition("/")[0]
        return path

    def forget(self, prefix: str) -> None:
        """Send no values whose names begin so: their fields have been taken away."""
        for kept in (self.values, self._fields, self._faults):
            for name in [name for name in kept if name.startswith(prefix) or name == prefix.rstrip("/")]:
                kept.pop(name)


def number(value: str) -> float | int | str:
    """What was typed into a field of numbers; the text itself where it is none, for the API to refuse it."""
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value.replace(",", "."))
    except ValueError:
        return value


def given(values: Values) -> dict[str, object]:
    """Only what was filled in."""
    return {name: value for name, value in values.items() if value != ""}


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
