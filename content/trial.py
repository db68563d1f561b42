"""Trying a template where it can do no harm: in a child process with limits, before it is saved.

Compiling and rendering are bounded already (`content.limits`). The child is for what was not foreseen: the system ends
it, and the API goes on. It is started without this process's environment: there is nothing in it worth stealing.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

from content.errors import ContentError, MissingFieldError, RenderError, TemplateError
from content.template import Rendered

ANSWER_BYTES = 32_000_000
"""Longest answer of a child, far above what the limits of a rendering allow."""


@dataclass(frozen=True, slots=True)
class Content:
    """A template as a person wrote it."""

    subject: str
    html: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class TrialLimits:
    """What a child may use for one trial; the system enforces processor time and memory."""

    cpu_seconds: int = 3
    memory_bytes: int = 512 * 1024 * 1024
    """Address space of the whole child, the interpreter included."""
    wall_seconds: float = 20.0
    """For a child that neither works nor ends."""


DEFAULT_LIMITS = TrialLimits()


class TemplateTrial:
    """Keeps one warm child and tries one template at a time in it. Close it, or use it as a context."""

    def __init__(self, limits: TrialLimits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._child: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def try_template(self, content: Content, sample_fields: Mapping[str, object]) -> Rendered:
        """Compile and render as a mail would be.

        Raises `TemplateError` or `RenderError` as these would, and `TemplateError` where the child had to be ended.
        """
        request = json.dumps({"content": asdict(content), "fields": dict(sample_fields)}).encode()
        async with self._one_at_a_time:
            answer = await self._ask(request)
        return _rendered(answer)

    async def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            if child.returncode is None:
                child.kill()
            await child.wait()

    async def _ask(self, request: bytes) -> dict[str, Any]:
        """One request, one answer; a child that gives none is replaced at the next trial."""
        child = await self._warm_child()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                child.stdin.write(request + b"\n")
                await child.stdin.drain()
                line = await child.stdout.readline()
            answer: dict[str, Any] = json.loads(line)
        except (TimeoutError, OSError, ValueError) as error:
            await self.close()
            raise TemplateError(None, None, "it takes too much time or memory to be tried") from error
        except BaseException:
            await self.close()
            raise
        return answer

    async def _warm_child(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "content.trial_child",
                str(self._limits.cpu_seconds),
                str(self._limits.memory_bytes),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
                limit=ANSWER_BYTES,
            )
        return self._child


ERRORS: dict[str, type[ContentError]] = {
    kind.__name__: kind for kind in (TemplateError, RenderError, MissingFieldError)
}


def _rendered(answer: dict[str, Any]) -> Rendered:
    if "error" in answer:
        raise ERRORS[answer["error"]](*answer["args"])
    return Rendered(**answer["rendered"])
