"""Which statements a mail template may use, and what is put in their place so that they can be charged for."""

from collections.abc import Iterable
from typing import cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from content.functions import CONCATENATED, LISTED, LOOPED
from content.limits import MAX_NODES, MAX_NUMBER

ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.With,
    nodes.Assign,
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Filter,
    nodes.Test,
    nodes.Call,
    nodes.Keyword,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.BinExpr,
    nodes.UnaryExpr,
)

REFUSED_NAMES = frozenset({"self", "super"})

TAGS = {
    nodes.Macro: "{% macro %}",
    nodes.CallBlock: "{% call %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.AssignBlock: "{% set %} with a block",
    nodes.Block: "{% block %}",
    nodes.Extends: "{% extends %}",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from %}",
    nodes.NSRef: "setting a namespace's value",
    nodes.Dict: "a dictionary",
    nodes.Pow: "the operator **",
}


class NotAllowedError(Exception):
    """A statement that mail templates do not have."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def check(tree: nodes.Template) -> None:
    """Raise `NotAllowedError` at the first thing that is not for mails."""
    for number, node in enumerate(tree.find_all(nodes.Node)):
        if number > MAX_NODES:
            raise NotAllowedError(node.lineno, f"it has more than {MAX_NODES} statements and expressions up to here")
        if isinstance(node, nodes.Pow) or not isinstance(node, ALLOWED):
            name = TAGS.get(type(node), f"{type(node).__name__.lower()}")
            raise NotAllowedError(node.lineno, f"{name} cannot be used in a mail")
        problem = _problem(node)
        if problem:
            raise NotAllowedError(node.lineno, problem)


def _problem(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.For) and node.recursive:
        return "a recursive loop cannot be used in a mail"
    if isinstance(node, nodes.Name) and node.name in REFUSED_NAMES:
        return f"the name {node.name!r} cannot be used in a mail"
    if isinstance(node, nodes.Const) and isinstance(node.value, int | float) and abs(node.value) > MAX_NUMBER:
        return "a number is larger than 10 to the 18th"
    if isinstance(node, nodes.Call) and (node.dyn_args or node.dyn_kwargs):
        return "* and ** in a call cannot be used in a mail"
    return None


class Instrument(NodeTransformer):
    """Put filters where `~`, lists and loops stand, so that these too are charged for and bounded."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        """`a ~ b`."""
        self.generic_visit(node)
        return _filter(CONCATENATED, nodes.Tuple(node.nodes, "load", lineno=node.lineno))

    def visit_List(self, node: nodes.List) -> nodes.Node:
        """`[a, b]`."""
        self.generic_visit(node)
        return _filter(LISTED, node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        """`(a, b)`, but not as a target."""
        self.generic_visit(node)
        return node if node.ctx == "store" else _filter(LISTED, node)

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:
        """`a if b`: nothing otherwise, as people expect, rather than a missing value."""
        self.generic_visit(node)
        if node.expr2 is None:
            node.expr2 = nodes.Const("", lineno=node.lineno)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:
        """`for … in items`."""
        self.generic_visit(node)
        node.iter = _filter(LOOPED, node.iter)
        return node


def fields_first(tree: nodes.Template, names: Iterable[str]) -> nodes.Template:
    """Look fields up before anything else is done.

    Jinja gives a block that stands before `set b` the template's own `b`, which has no value yet, and never the field.
    """
    tree.body[:0] = [nodes.ExprStmt(nodes.Name(name, "load", lineno=1), lineno=1) for name in sorted(names)]
    return tree


def _filter(name: str, operand: nodes.Node) -> nodes.Filter:
    return nodes.Filter(cast("nodes.Expr", operand), name, [], [], None, None, lineno=operand.lineno)
