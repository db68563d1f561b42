"""The Jinja environment of mail templates: little is allowed, and all of it is charged for and bounded.

Values are plain: strings, numbers and flat lists of them. What could make a large value out of small ones, or hold the
processor without a step that is counted, is either missing here or has a bound of its own.
"""

from functools import partial
from typing import Any

from jinja2 import StrictUndefined, Undefined, UndefinedError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from content.functions import FILTERS, GLOBALS, OPERATORS, TESTS, binary, paid_for, writable
from content.limits import charge

STRING_METHODS = frozenset(
    "capitalize casefold count endswith find isalnum isalpha isdigit islower isspace istitle isupper "
    "lower lstrip "
    "removeprefix removesuffix rstrip split splitlines startswith strip swapcase title upper".split()
)
LOOP_ATTRIBUTES = frozenset(
    "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0".split()
)


class MissingValueError(UndefinedError):
    """A template used a name that has no value."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class Missing(StrictUndefined):
    """A value that is not there: it may be asked about (`is defined`, `default`), never used."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = UndefinedError
    ) -> None:
        if obj is missing and name is not None:
            exc = partial(MissingValueError, name)
        super().__init__(hint, obj, name, exc)


class Sandbox(ImmutableSandboxedEnvironment):
    """Compiles and runs templates of one kind: with or without the escaping of html."""

    intercepted_binops = frozenset(OPERATORS)

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(
            autoescape=autoescape,
            undefined=Missing,
            finalize=writable,
            optimized=False,  # folding constants would run operations that nobody has paid for
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            cache_size=0,
        )
        self.filters = dict(FILTERS)
        self.tests = dict(TESTS)
        self.globals = dict(GLOBALS)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Read one of the few attributes there are."""
        charge()
        if isinstance(obj, Undefined):
            str(obj)  # raises, with the name of what is missing
        allowed = STRING_METHODS if isinstance(obj, str) else LOOP_ATTRIBUTES if isinstance(obj, LoopContext) else ()
        if attribute in allowed:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Take an item or a slice; a name in brackets is an attribute."""
        if isinstance(argument, str) or isinstance(obj, Undefined | LoopContext):
            return self.getattr(obj, argument)
        try:
            return paid_for(obj[argument])
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)

    def call(self, context: Context, called: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a method of a string or a loop, or one of the functions: nothing else can be reached."""
        charge()
        return paid_for(context.call(called, *args, **kwargs))

    def call_binop(self, _: Context, operator: str, left: Any, right: Any) -> Any:
        """Apply an operator within bounds."""
        return binary(operator, left, right)
