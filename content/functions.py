"""Filters, tests and operators a template may use: each is charged for, each has a bounded result."""

import operator
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from jinja2 import Undefined, pass_context, pass_eval_context
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.tests import TESTS as JINJA_TESTS
from markupsafe import Markup, escape

from content.limits import CHARACTERS_PER_STEP, ITEMS_PER_STEP, MAX_VALUE, LimitError, bounded, charge

CONCATENATED = "~"
LISTED = "[]"
LOOPED = "for()"
"""Names under which `content.grammar` calls what stands behind `~`, `[…]` and `for`; a template cannot type them."""

SCALAR_FILTERS = (
    "abs capitalize e escape float int lower round safe string title trim truncate upper urlencode wordcount"
).split()
"""Jinja's own, for a string or a number only: the text of a list can be far longer than the list."""
OTHER_FILTERS = "count d default first last length reverse unique".split()
TAKEN_TESTS = (
    "!= < <= == > >= boolean defined divisibleby eq equalto even false float ge greaterthan gt in integer le lessthan "
    "lower lt ne none number odd string true undefined upper"
).split()


def charged(function: Callable[..., Any], *, of_scalar: bool = False) -> Callable[..., Any]:
    """Make `function` cost by the size of its result, and bound what goes in and comes out."""
    first = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)  # keeps the mark by which Jinja passes the environment
    def paid(*args: Any, **kwargs: Any) -> Any:
        charge()
        if of_scalar:
            scalar(args[first])
        for value in (*args[first:], *kwargs.values()):
            bounded(value)
        return paid_for(function(*args, **kwargs))

    return paid


def paid_for(value: Any) -> Any:
    """Charge for a new value by its size: kept, they fill the memory."""
    if isinstance(value, str | int | float | range | Undefined) or value is None:
        plain = bounded(value)
    else:
        plain = bounded(flat_list(value))
    if isinstance(plain, str | list):
        charge(1 + len(plain) // (CHARACTERS_PER_STEP if isinstance(plain, str) else ITEMS_PER_STEP))
    return plain


def flat_list(items: Iterable[Any]) -> list[Any]:
    """Make a list of strings and numbers. Lists in lists are refused: a few of them can stand for billions of items."""
    result = list(items)
    for item in result:
        scalar(item)
    return result


def scalar(value: Any) -> Any:
    """Let pass a string or a number."""
    if isinstance(value, Undefined):
        str(value)  # raises, with the name of what is missing
    if not (value is None or isinstance(value, str | int | float)):
        raise TypeError(f"a text or a number is needed here, not a {type(value).__name__}")
    return value


@pass_context
def writable(_: Context, value: Any) -> Any:
    """Turn into what `{{ value }}` writes: nothing for None."""
    charge()
    return "" if value is None else scalar(value)


@pass_eval_context
def concatenate(context: EvalContext, items: Iterable[Any]) -> str:
    """Join the operands of `~`."""
    return join(context, items)


@pass_eval_context
def join(context: EvalContext, items: Iterable[Any], separator: str = "") -> str:
    """Join strings and numbers; where html is written, what is not marked safe is escaped."""
    parts = ["" if item is None else item if isinstance(item, str) else str(item) for item in flat_list(items)]
    if sum(map(len, parts)) + len(separator) * len(parts) > MAX_VALUE:
        raise LimitError(f"a text gets longer than {MAX_VALUE} characters")
    if context.autoescape and any(hasattr(part, "__html__") for part in (separator, *parts)):
        return Markup(escape(separator)).join(parts)  # noqa: S704 - joining escapes the parts
    return separator.join(parts)


def replace(text: str, old: str, new: str, count: int = -1) -> str:
    """Replace `old` by `new`; escapes what is put into text that was marked safe."""
    text, old, new = (value if isinstance(value, str) else str(scalar(value)) for value in (text, old, new))
    growth = max(0, len(new) - len(old)) * (text.count(old) if count < 0 else min(count, text.count(old)))
    if len(text) + growth > MAX_VALUE:
        raise LimitError(f"a text gets longer than {MAX_VALUE} characters")
    return text.replace(old, new, count)


def sort(items: Iterable[Any], reverse: bool = False) -> list[Any]:  # noqa: FBT001, FBT002 - as templates call it
    """Sort strings without regard to case, or numbers."""
    return sorted(items, key=lambda item: item.casefold() if isinstance(item, str) else item, reverse=reverse)


def limited_range(*bounds: int) -> range:
    """Make a `range` of a bearable length."""
    bounded(sum(map(abs, bounds)))  # so that its length can be told
    result = range(*bounds)
    bounded(result)
    return result


def looped(items: Iterable[Any]) -> list[Any]:
    """Charge for all turns of a `for` before its first."""
    if isinstance(items, Undefined):
        str(items)
    bounded(items)
    result = flat_list(items)
    charge(len(result))
    return result


def binary(symbol: str, left: Any, right: Any) -> Any:
    """Apply an operator to numbers, or `+` to strings."""
    charge()
    if symbol == "**" or not _may_combine(symbol, left, right):
        kinds = f"{type(left).__name__} and {type(right).__name__}"
        raise TypeError(f"the operator {symbol} cannot be used with {kinds} in a template")
    return paid_for(OPERATORS[symbol](bounded(left), bounded(right)))


def _may_combine(symbol: str, left: Any, right: Any) -> bool:
    for value in (left, right):
        if isinstance(value, Undefined):
            str(value)
    if isinstance(left, str) and isinstance(right, str):
        return symbol == "+"
    return isinstance(left, int | float) and isinstance(right, int | float)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}

FILTERS: dict[str, Callable[..., Any]] = {
    **{name: charged(JINJA_FILTERS[name], of_scalar=True) for name in SCALAR_FILTERS},
    **{name: charged(JINJA_FILTERS[name]) for name in OTHER_FILTERS},
    "join": charged(join),
    "list": charged(list),
    "replace": charged(replace),
    "sort": charged(sort),
    CONCATENATED: charged(concatenate),
    LISTED: charged(flat_list),
    LOOPED: looped,
}
TESTS: dict[str, Any] = {name: JINJA_TESTS[name] for name in TAKEN_TESTS}
GLOBALS: dict[str, Callable[..., Any]] = {"range": limited_range}
