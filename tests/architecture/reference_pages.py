"""The pages of reference, made from the code: API, settings, command line."""

import ast
import inspect
from collections.abc import Iterator, Sequence
from itertools import pairwise
from types import UnionType
from typing import Any, Union, get_args, get_origin

import typer
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

import cli
from api.app import ROUTERS
from dashboard.settings import DashboardSettings
from runtime.settings import Settings

METHODS = ("get", "post", "put", "patch", "delete")


def row(*cells: str) -> str:
    """A row of a table; what would end a cell is quoted."""
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """A table, and an empty line after it."""
    return [row(*titles), "|" + "---|" * len(titles), *(row(*each) for each in rows), ""]


def code(text: object) -> str:
    """Text as it is typed."""
    return f"`{text}`" if str(text) else "–"


# The REST API


def description() -> dict[str, Any]:
    """The API's own description, of all its routes."""
    app = FastAPI(title="Tempost", version="0")
    for router in ROUTERS:
        app.include_router(router)
    return app.openapi()


def api_page() -> str:
    """Every operation by its subject, then what the bodies of requests hold."""
    document = description()
    subjects: dict[str, list[tuple[str, ...]]] = {}
    bodies: set[str] = set()
    for path, operations in sorted(document["paths"].items()):
        for method in (each for each in METHODS if each in operations):
            operation = operations[method]
            body = _body(operation)
            bodies |= {body} if body in document["components"]["schemas"] else set()
            query = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
            subjects.setdefault(operation["tags"][0], []).append(
                (
                    code(f"{method.upper()} {path}"),
                    operation.get("description", ""),
                    ", ".join(map(code, query)) or "–",
                    f"[{body}](#{body.lower()})" if body in bodies else body or "–",
                )
            )
    lines = []
    for subject, rows in subjects.items():
        lines += [f"## {subject.capitalize()}", "", *table(("operation", "what it does", "query", "body"), rows)]
    lines += ["## Bodies of requests", ""]
    for name in sorted(bodies):
        lines += _fields(name, document["components"]["schemas"][name])
    return "\n".join(lines)


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    for kind, media in content.items():
        return _type(media.get("schema", {})) if kind == "application/json" else code(kind)
    return ""


def _fields(name: str, schema: dict[str, Any]) -> list[str]:
    required = schema.get("required", ())
    rows = [
        (
            code(field) + (" *" if field in required else ""),
            _type(each),
            code(each["default"]) if each.get("default") is not None else "–",
            each.get("description", ""),
        )
        for field, each in schema.get("properties", {}).items()
    ]
    said = [schema["description"], ""] if schema.get("description") else []
    return [
        f"### {name}",
        "",
        *said,
        *(table(("field (* required)", "type", "default", "meaning"), rows) if rows else []),
    ]


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_type(each) for each in schema[several]))
    if "enum" in schema or "const" in schema:
        return ", ".join(code(each) for each in schema.get("enum", (schema.get("const"),)))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


# Settings of processes


def settings_page() -> str:
    """Every variable, by its group."""
    lines = ["## Settings", "", *table(TITLES, list(_variables("TEMPOST_", Settings)))]
    for name, field in Settings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, BaseModel):
            lines += _group(name.capitalize(), f"TEMPOST_{name}__", group)
    return "\n".join([*lines, *_group("Dashboard", "TEMPOST_DASHBOARD__", DashboardSettings)])


def _group(title: str, prefix: str, model: type[BaseModel]) -> list[str]:
    return [f"## {title}", "", inspect.getdoc(model) or "", "", *table(TITLES, list(_variables(prefix, model)))]


TITLES = ("variable", "type", "default", "meaning")


def _variables(prefix: str, model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    said = attribute_docstrings(model)
    for name, field in model.model_fields.items():
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            yield code(f"{prefix}{name}".upper()), _annotation(field.annotation), _default(field), said.get(name, "")


def _default(field: FieldInfo) -> str:
    if field.is_required() or field.default is PydanticUndefined:
        return "**required**"
    if field.default is None:
        return "–"
    value = TypeAdapter(type(field.default)).dump_python(field.default, mode="json")
    return code(str(value).lower() if isinstance(value, bool) else value)


def _annotation(annotation: object) -> str:
    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(_annotation(each) for each in get_args(annotation) if each is not type(None))
    arguments = [each for each in get_args(annotation) if isinstance(each, str)]
    if arguments:
        return ", ".join(map(code, arguments))
    name = getattr(annotation, "__name__", str(annotation))
    names = {"SecretStr": "secret", "timedelta": "duration", "tuple": "list", "str": "text", "int": "number"}
    return names.get(name, name.lower()).replace("float", "number").replace("bool", "true or false")


def attribute_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """What the string under a field says of it."""
    (body,) = (node.body for node in ast.parse(inspect.getsource(model)).body if isinstance(node, ast.ClassDef))
    return {
        field.target.id: inspect.cleandoc(said.value.value)
        for field, said in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(said, ast.Expr) and isinstance(said.value, ast.Constant) and isinstance(said.value.value, str)
    }


# The command line


def cli_page() -> str:
    """Every command with its arguments and options."""
    return "\n".join(_command(typer.main.get_command(cli.app), "tempost"))


def _command(command: Any, path: str) -> Iterator[str]:
    """A command, or all of a group's; typer brings a Click of its own, whose classes have no public names."""
    inner = getattr(command, "commands", {})
    if not inner or command.invoke_without_command:
        yield from _alone(command, path)
    for name, each in inner.items():
        yield from _command(each, f"{path} {name}")


def _alone(command: Any, path: str) -> Iterator[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    words = [each.name.upper() if each.required else f"[{each.name.upper()}]" for each in arguments]
    yield from (
        f"## {path}",
        "",
        inspect.cleandoc(command.help or ""),
        "",
        "```sh",
        " ".join([path, *words]),
        "```",
        "",
    )
    rows = [
        (
            code(each.name.upper() if each in arguments else ", ".join(each.opts + each.secondary_opts)),
            getattr(each, "help", None) or "",
            code(each.default) if isinstance(each.default, str | int | float) and each.default is not False else "–",
        )
        for each in command.params
    ]
    if rows:
        yield from table(("argument or option", "meaning", "default"), rows)
