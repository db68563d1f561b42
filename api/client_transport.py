"""How the REST client sends: one key, careful retries of what is safe to repeat, errors that say what to do."""

import asyncio
import ipaddress
import ssl
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from functools import cache
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel

from api.client_errors import ApiUnreachableError, raise_for_problem
from api.schemas.base import Page

Answer = TypeVar("Answer", bound=BaseModel)
Body = BaseModel | Mapping[str, object]

TIMEOUT = httpx.Timeout(30.0, connect=5.0)
UPLOAD_TIMEOUT = httpx.Timeout(60.0, connect=5.0, read=1800.0)
"""An upload is answered when all its rows are staged."""
ATTEMPTS = 3
PAUSE = 0.3
"""Seconds before the first new try; doubled for the next."""
LONGEST_PAUSE = 10.0
GATEWAY_FAULTS = {502, 503, 504}
PAGE = 200


class Transport:
    """Speaks to one installation with one key. What changes something is sent with an Idempotency-Key."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.AsyncClient(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=TIMEOUT,
            verify=_trusted(),
            trust_env=not _is_loopback(self.url),  # a proxy of the environment does not lead to this machine
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def close(self) -> None:
        """End the connections; what `async with` does at its end."""
        await self._http.aclose()

    async def _get(
        self, kind: type[Answer], path: str, params: Mapping[str, str] | Mapping[str, list[str]] | None = None
    ) -> Answer:
        return kind.model_validate_json((await self._send("GET", path, params=params)).content)

    async def _post(
        self,
        kind: type[Answer],
        path: str,
        body: Body,
        params: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> Answer:
        response = await self._send("POST", path, key, params=params, json=_plain(body))
        return kind.model_validate_json(response.content)

    async def _patch(self, kind: type[Answer], path: str, body: Body) -> Answer:
        return kind.model_validate_json((await self._send("PATCH", path, json=_plain(body))).content)

    async def _put(self, kind: type[Answer], path: str, body: Body) -> Answer:
        return kind.model_validate_json((await self._send("PUT", path, json=_plain(body))).content)

    async def _all(
        self, kind: type[Answer], path: str, filters: Mapping[str, str] | None = None
    ) -> AsyncIterator[Answer]:
        params = {"limit": str(PAGE), **(filters or {})}
        while True:
            page = await self.page(kind, path, params)
            for item in page.data:
                yield item
            if page.next_cursor is None:
                return
            params["cursor"] = page.next_cursor

    async def page(self, kind: type[Answer], path: str, filters: Mapping[str, str]) -> Page[Answer]:
        """One part of a list: for who shows lists part by part. `filters` may hold `cursor` and `limit`."""
        content = (await self._send("GET", path, params=filters)).content
        return Page[kind].model_validate_json(content)  # type: ignore[valid-type]  # the argument is a type

    async def file(self, path: str, filters: Mapping[str, str] | None = None) -> AsyncIterator[bytes]:
        """A file that the API makes while it is read, in pieces."""
        async with self._http.stream("GET", path, params=filters) as response:
            await raise_for_problem(response)
            async for piece in response.aiter_bytes():
                yield piece

    async def _hand_on(
        self,
        path: str,
        body: AsyncIterator[bytes],
        headers: Mapping[str, str],
        params: Mapping[str, str | list[str]],
    ) -> bytes:
        """Post a body that comes from elsewhere and cannot be sent a second time."""
        try:
            response = await self._http.post(path, content=body, headers=headers, params=params, timeout=UPLOAD_TIMEOUT)
        except httpx.TransportError as error:
            raise ApiUnreachableError(self.url, str(error) or type(error).__name__) from error
        return (await raise_for_problem(response)).content

    async def _send(self, method: str, path: str, key: str | None = None, **request: Any) -> httpx.Response:
        """Send until an answer comes that a further try would not better; the same key each time."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())} if method == "POST" else {}
        pause = PAUSE
        for _ in range(ATTEMPTS - 1):
            try:
                response = await self._http.request(method, path, headers=headers, **request)
            except httpx.TransportError:
                await asyncio.sleep(pause)
            else:
                told = _retry_after(response)
                if told is None and response.status_code not in GATEWAY_FAULTS:
                    return await raise_for_problem(response)
                await asyncio.sleep(min(LONGEST_PAUSE, told or pause))
            pause *= 2
        try:
            response = await self._http.request(method, path, headers=headers, **request)
        except httpx.TransportError as error:
            raise ApiUnreachableError(self.url, str(error) or type(error).__name__) from error
        return await raise_for_problem(response)


def given(**parameters: str | datetime | None) -> dict[str, str]:
    """Parameters as the API takes them, without those that are not given."""
    return {
        name: value.astimezone().isoformat() if isinstance(value, datetime) else value
        for name, value in parameters.items()
        if value is not None
    }


def _plain(body: Body) -> Mapping[str, object]:
    return body if isinstance(body, Mapping) else body.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _retry_after(response: httpx.Response) -> float | None:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() else None


@cache
def _trusted() -> ssl.SSLContext:
    """The system's authorities, read once: for a program that speaks with many keys, each reading would be 20 ms."""
    return ssl.create_default_context()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
