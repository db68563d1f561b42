"""Who asks the API in tests."""

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Asker:
    """Someone with a key."""

    http: httpx.AsyncClient
    key: str

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Send one request."""
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        return await self.http.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.ask("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return await self.ask("POST", path, body, **options)

    async def patch(self, path: str, body: Any) -> httpx.Response:
        return await self.ask("PATCH", path, body)

    async def delete(self, path: str) -> httpx.Response:
        return await self.ask("DELETE", path)

    async def made(self, path: str, body: Any) -> dict[str, Any]:
        """Create something that must succeed."""
        response = await self.post(path, body)
        assert response.is_success, response.text
        answer: dict[str, Any] = response.json()
        return answer
