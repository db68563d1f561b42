"""What is being done now, by its ids: log lines and spans carry them without anybody passing them on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_ids: ContextVar[Mapping[str, str]] = ContextVar("ids", default=NOTHING)


def about(**ids: object) -> None:
    """From here on, in this task and those it starts, it is about these too, such as `task_id`."""
    _ids.set(_with(ids))


@contextmanager
def concerning(**ids: object) -> Iterator[None]:
    """Until the block ends, it is about these too: for who does one thing after the other."""
    before = _ids.set(_with(ids))
    try:
        yield
    finally:
        _ids.reset(before)


def ids() -> Mapping[str, str]:
    """What it is about."""
    return _ids.get()


def _with(ids: Mapping[str, object]) -> Mapping[str, str]:
    return {**_ids.get(), **{name: str(value) for name, value in ids.items() if value is not None}}
