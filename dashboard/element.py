"""Plain HTML elements: what a screen reader knows by itself needs no component."""

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement


def element(tag: str, text: str = "", *, classes: str = "", **attributes: str) -> TextElement:
    """Make an element; `_` in an attribute's name stands for `-`. Its text is shown as it is, never as markup."""
    made = TextElement(tag=tag, text=text)
    made.props.update({name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})
    if classes:
        made.classes(classes)
    return made


def link(text: str, path: str, *, classes: str = "", **attributes: str) -> TextElement:
    """Make a link within the pages."""
    return element("a", text, classes=classes, href=path, **attributes)


def icon(name: str) -> Element:
    """Make a picture that says nothing to a screen reader: the words stand beside it."""
    return element("i", name, classes="material-icons", aria_hidden="true")
