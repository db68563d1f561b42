"""What is being done now, by its ids: log lines and spans carry them without anybody passing them on."""

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_ids: ContextVar[Mapping[str, str]] = ContextVar("ids", default=NOTHING)


def about(**ids: object) -> None:
    """From here on, in this task and those it starts, it is about these too, such as `task_id`."""
    _ids.set({**_ids.get(), **{name: str(value) for name, value in ids.items() if value is not None}})


def ids() -> Mapping[str, str]:
    """What it is about."""
    return _ids.get()
