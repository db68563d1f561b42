"""Creating requests that may be sent twice: with an `Idempotency-Key` the second gets the first one's answer.

The answer is kept in the transaction that creates, and a lock of that transaction keeps a second request out: a crash
leaves either both or nothing, and no key that hangs for ever.
"""

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from api.dependencies import Process, Writer
from api.operations.api_key import KeyHolder
from api.problems import KeyReusedError, StillRunningError
from database.connect import transaction
from database.queries import idempotency
from runtime.resources import Resources

Answer = TypeVar("Answer", bound=BaseModel)
SEALED = "sealed"

IdempotencyKey = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")] | None,
    Header(description="Send the same key again and nothing is done twice: for 24 hours the same answer comes back"),
]


@dataclass(frozen=True, slots=True)
class Once:
    """Does the work of one creating request at most once."""

    resources: Resources
    caller: KeyHolder
    key: str | None
    request_hash: bytes

    async def run(
        self, kind: type[Answer], work: Callable[[AsyncConnection], Awaitable[Answer]], *, secret: bool = False
    ) -> Answer:
        """Run `work` in a transaction of its own, or give what it answered before. `secret` answers are kept sealed."""
        async with transaction(self.resources.engine) as connection:
            if self.key is None:
                return await work(connection)
            if not await idempotency.lock(connection, self.caller.user_id, self.key):
                raise StillRunningError("The first request with this Idempotency-Key has not ended. Try again soon.")
            kept = await idempotency.find(connection, self.caller.user_id, self.key)
            if kept is not None:
                return self._replay(kind, kept["request_hash"], kept["response"])
            answer = await work(connection)
            await idempotency.keep(
                connection, self.caller.user_id, self.key, self.request_hash, self._keepable(answer, secret=secret)
            )
            return answer

    def _replay(self, kind: type[Answer], request_hash: bytes, response: dict[str, object]) -> Answer:
        if request_hash != self.request_hash:
            raise KeyReusedError("This Idempotency-Key came with another request. Use a new key for a new request.")
        if SEALED in response:
            opened = self.resources.seal.open(base64.b64decode(str(response[SEALED])), self._seal_name)
            response = json.loads(opened)
        return kind.model_validate(response)

    def _keepable(self, answer: BaseModel, *, secret: bool) -> dict[str, object]:
        if not secret:
            return answer.model_dump(mode="json", by_alias=True)
        sealed = self.resources.seal.seal(answer.model_dump_json(by_alias=True), self._seal_name)
        return {SEALED: base64.b64encode(sealed).decode()}

    @property
    def _seal_name(self) -> str:
        return f"idempotency {self.caller.user_id} {self.key}"


async def once(request: Request, process: Process, caller: Writer, idempotency_key: IdempotencyKey = None) -> Once:
    """Bind the key to what is asked: method, address and body (of an upload, which is a stream, not the body)."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    upload = request.headers.get("content-type", "").startswith("multipart/")
    if idempotency_key is not None and not upload:
        digest.update(await request.body())
    return Once(process, caller, idempotency_key, digest.digest())


OnlyOnce = Annotated[Once, Depends(once)]
