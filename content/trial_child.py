"""The process in which templates are tried: reads requests from stdin, answers on stdout, ends with its parent.

Started by `content.trial` only. A trial that breaks a limit of the system ends this process; that is its purpose.
"""

import json
import math
import resource
import sys
import time
from dataclasses import asdict
from typing import Any

from content.errors import ContentError
from content.template import compile_content


def main(cpu_seconds: int, memory_bytes: int) -> None:
    """Answer each line of stdin by a line on stdout."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for line in sys.stdin.buffer:
        used = math.ceil(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + cpu_seconds, resource.RLIM_INFINITY))
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        rendered = compile_content(**request["content"]).render(request["fields"])
    except ContentError as error:
        return {"error": type(error).__name__, "args": error.args}
    return {"rendered": asdict(rendered)}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
