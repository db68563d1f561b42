"""Which fields a template needs, found without running it.

A field is needed where its value is used. Where the template first asks for it (`is defined`, `default(…)`), it is
optional. The question is followed through `if`, `elif`, `else`, `and`, `or`, `not`, inline `if` and `set`.
"""

from dataclasses import dataclass, field

from jinja2 import nodes

Known = frozenset[str]
"""Names that have a value at this place: set by the template, or asked about."""

NOTHING: Known = frozenset()
DEFAULTS = frozenset({"default", "d"})


@dataclass(slots=True)
class Uses:
    """What was found so far."""

    required: dict[str, int] = field(default_factory=dict)
    """Names used as if they were always there, with the line of the first use."""
    mentioned: set[str] = field(default_factory=set)
    """All names the template does not set itself."""


def find_uses(tree: nodes.Template, given: Known) -> Uses:
    """Walk the template as it would run, once through each branch. `given`: names that are always there."""
    uses = Uses()
    _block(tree.body, given, uses)
    return uses


def _block(body: list[nodes.Node], known: Known, uses: Uses) -> Known:
    for statement in body:
        known = _statement(statement, known, uses)
    return known


def _statement(node: nodes.Node, known: Known, uses: Uses) -> Known:
    """Visit one statement; what is known after it."""
    if isinstance(node, nodes.If):
        return _if(node, known, uses)
    if isinstance(node, nodes.For):
        _for(node, known, uses)
    elif isinstance(node, nodes.With):
        for value in node.values:
            _expression(value, known, uses)
        _block(node.body, known | _names(*node.targets), uses)
    elif isinstance(node, nodes.Assign):
        _expression(node.node, known, uses)
        return known | _names(node.target)
    else:
        for child in node.iter_child_nodes():
            _expression(child, known, uses)
    return known


def _if(node: nodes.If, known: Known, uses: Uses) -> Known:
    """Visit all branches; afterwards known is what every one of them knows at its end."""
    _expression(node.test, known, uses)
    ends = [_block(node.body, known | when_true(node.test), uses)]
    otherwise = known | when_false(node.test)
    for branch in node.elif_:
        _expression(branch.test, otherwise, uses)
        ends.append(_block(branch.body, otherwise | when_true(branch.test), uses))
        otherwise |= when_false(branch.test)
    ends.append(_block(node.else_, otherwise, uses))
    return frozenset.intersection(*ends)


def _for(node: nodes.For, known: Known, uses: Uses) -> None:
    _expression(node.iter, known, uses)
    inside = known | _names(node.target)
    if node.test is not None:
        _expression(node.test, inside, uses)
        inside |= when_true(node.test)
    _block(node.body, inside | {"loop"}, uses)
    _block(node.else_, known, uses)


def _expression(node: nodes.Node, known: Known, uses: Uses) -> None:
    if isinstance(node, nodes.Name):
        _use(node, known, uses)
    elif isinstance(node, nodes.CondExpr):
        _expression(node.test, known, uses)
        _expression(node.expr1, known | when_true(node.test), uses)
        if node.expr2 is not None:
            _expression(node.expr2, known | when_false(node.test), uses)
    elif isinstance(node, nodes.And | nodes.Or):
        _expression(node.left, known, uses)
        fact = when_true if isinstance(node, nodes.And) else when_false
        _expression(node.right, known | fact(node.left), uses)
    else:
        asked = _asked_about(node)
        for child in node.iter_child_nodes():
            if child is asked:
                _mention(asked, known, uses)
            else:
                _expression(child, known, uses)


def _asked_about(node: nodes.Node) -> nodes.Name | None:
    """Find the name whose absence this filter or test can bear."""
    bears = (isinstance(node, nodes.Filter) and node.name in DEFAULTS) or (
        isinstance(node, nodes.Test) and node.name in {"defined", "undefined"}
    )
    operand = getattr(node, "node", None)
    return operand if bears and isinstance(operand, nodes.Name) else None


def _use(name: nodes.Name, known: Known, uses: Uses) -> None:
    _mention(name, known, uses)
    if name.name not in known:
        uses.required.setdefault(name.name, name.lineno)


def _mention(name: nodes.Name, known: Known, uses: Uses) -> None:
    # A name that is known only because it was asked about was mentioned in the question.
    if name.name not in known:
        uses.mentioned.add(name.name)


def when_true(test: nodes.Node) -> Known:
    """Names that have a value if this test turned out true."""
    if isinstance(test, nodes.Test) and test.name == "defined":
        return _names_asked(test)
    if isinstance(test, nodes.Not):
        return when_false(test.node)
    if isinstance(test, nodes.And):
        return when_true(test.left) | when_true(test.right)
    if isinstance(test, nodes.Or):
        return when_true(test.left) & when_true(test.right)
    return NOTHING


def when_false(test: nodes.Node) -> Known:
    """Names that have a value if this test turned out false."""
    if isinstance(test, nodes.Test) and test.name == "undefined":
        return _names_asked(test)
    if isinstance(test, nodes.Not):
        return when_true(test.node)
    if isinstance(test, nodes.And):
        return when_false(test.left) & when_false(test.right)
    if isinstance(test, nodes.Or):
        return when_false(test.left) | when_false(test.right)
    return NOTHING


def _names_asked(test: nodes.Test) -> Known:
    return frozenset({test.node.name}) if isinstance(test.node, nodes.Name) else NOTHING


def _names(*targets: nodes.Node) -> Known:
    """Names that an assignment sets."""
    found = {name.name for target in targets for name in target.find_all(nodes.Name)}
    return frozenset(found | {target.name for target in targets if isinstance(target, nodes.Name)})
