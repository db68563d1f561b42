"""What must be built into a stack from its start on, so that a fault can strike it later."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from stack.child import Child
from stack.surroundings import Surroundings
from stack.temporal_settings import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """Faults of the same rig share a stack."""

    name: str = ""
    temporal_settings: Mapping[str, Setting] = field(default_factory=dict)
    fitted: Callable[[Surroundings, Sequence[Child]], Sequence[Child]] = lambda _, children: children
    """Changes the processes on top of PostgreSQL and Temporal, or adds some."""
    held: Callable[[Path], AbstractContextManager[None]] = lambda _: nullcontext()
    """Is entered before the stack of this folder starts, and left when it has stopped."""
    missing: Callable[[], str | None] = lambda: None
    """Why it cannot be had on this machine."""


PLAIN = Rig()


def changed(
    children: Sequence[Child], name: str, environment: Mapping[str, str], needs: Sequence[str] = ()
) -> list[Child]:
    """Return the children, the named one with more in its environment and more needs."""
    return [
        replace(child, environment={**child.environment, **environment}, needs=(*child.needs, *needs))
        if child.name == name
        else child
        for child in children
    ]
