"""Gathers from the source what the API may say when it refuses, as templates with a `{}` where something is put in."""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCES = (
    "api", "content", "contracts", "mail/opening.py", "mail/login.py", "mail/smtp.py", "activities/webhook_post.py",
)  # fmt: skip
CALLS = {"_not_sent", "invalid", "problem_response"}
"""Functions beside exceptions whose texts people see."""
KEYWORDS = {"custom_error_message", "detail"}
NAMES = {"text", "problem", "told", "detail", "message", "reason", "what", "NO_LIST", "how"}
"""Variables that hold such texts before they are raised."""
TABLES = {"DETAILS", "WHY"}
SAYERS = {"_attempt", "_message", "_problem", "lack"}
"""Functions that return such texts."""
KINDS = {"owned": 1}
"""Functions that are told what is looked for: which argument says it."""


def sentences() -> set[str]:
    """Whatever is raised, answered or told as refused; single words are codes."""
    return {each for node in _nodes() for text in _told(node) for each in _templates(text) if _is_sentence(each)}


def kinds() -> set[str]:
    """What may be missing: the words in `You have no …`."""
    return {
        each
        for node in _nodes()
        if isinstance(node, ast.Call) and _name(node.func) in KINDS
        for each in _templates(node.args[KINDS[_name(node.func)]])
    }


def _nodes() -> Iterator[ast.AST]:
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            yield from ast.walk(ast.parse(file.read_text()))


def _told(node: ast.AST) -> Iterable[ast.expr]:
    if isinstance(node, ast.Call):
        name = _name(node.func)
        named = [each.value for each in node.keywords if each.arg in KEYWORDS]
        return [*node.args, *named] if name in CALLS or name.endswith(("Error", "Exception")) else named
    if isinstance(node, ast.Assign):
        names = {each.id for each in ast.walk(node.targets[0]) if isinstance(each, ast.Name)}
        if names & TABLES and isinstance(node.value, ast.Dict):
            return node.value.values
        return _parts(node.value) if names & NAMES else []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in SAYERS:
        returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value is not None]
        return [part for each in returned for part in _parts(each)]
    return []


def _parts(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, ast.Tuple) else [value]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _templates(text: ast.expr) -> list[str]:
    """The texts that an expression may become, such as both of a condition."""
    if isinstance(text, ast.Constant):
        return [text.value.replace("{", "{{").replace("}", "}}")] if isinstance(text.value, str) else [""]
    if isinstance(text, ast.JoinedStr):
        parts = [_templates(each) for each in text.values]
        return ["".join(each).replace("{}{}", "{}") for each in product(*parts)]
    if isinstance(text, ast.FormattedValue):
        return ["{!r}" if text.conversion == ord("r") else "{}"]
    if isinstance(text, ast.IfExp):
        return _templates(text.body) + _templates(text.orelse)
    if isinstance(text, ast.BoolOp):
        return [each for value in text.values for each in _templates(value)]
    if isinstance(text, ast.BinOp) and isinstance(text.op, ast.Add):
        return ["".join(each) for each in product(_templates(text.left), _templates(text.right))]
    return ["{}"]


def _is_sentence(template: str) -> bool:
    """Codes have no spaces; what is put together of others has no words."""
    return " " in template.strip() and re.search(r"[A-Za-z]{2}", template) is not None
