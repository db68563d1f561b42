"""What benchmarks ask of the API beyond what `tempost` and people's programs ask of it."""

from collections.abc import Mapping
from uuid import UUID

from api.client import ApiClient
from api.client_errors import raise_for_problem
from api.client_transport import Answer
from api.schemas.campaign import CampaignOut
from api.schemas.subtask import SubtaskHistoryOut
from api.schemas.task import TaskOut
from api.schemas.user import PoolOut, UserOut


class AdminClient(ApiClient):
    """Speaks for an administrator, who makes users and pools, and changes what runs."""

    async def add_user(self, email: str) -> UserOut:
        """Add a user, named as their address begins."""
        return await self.create_user({"email": email, "name": email.partition("@")[0]})

    async def key_of(self, user_id: UUID) -> str:
        """Make a key for a user."""
        return (await self.create_key({"name": "bench", "userId": str(user_id)})).key

    async def create_pool(self, name: str, members: list[str]) -> PoolOut:
        """Make a pool that these users share; a member by id or address."""
        return await self._post(PoolOut, "/api/pools", {"name": name, "members": members})

    async def configure(self, key: str, value: float) -> None:
        """Change a row of `system_config`."""
        await self._send("PATCH", f"/api/system/config/{key}", json={"value": value})

    async def submit_once(self, order: Mapping[str, object], request_key: str) -> TaskOut:
        """Start a task; the same request with the same key again starts none."""
        return await self._post_once(TaskOut, "/api/tasks", order, request_key)

    async def submit_campaign_once(self, order: Mapping[str, object], request_key: str) -> CampaignOut:
        """Start a campaign, likewise."""
        return await self._post_once(CampaignOut, "/api/campaigns", order, request_key)

    async def _post_once(self, kind: type[Answer], path: str, order: Mapping[str, object], request_key: str) -> Answer:
        response = await self._http.post(path, json=order, headers={"Idempotency-Key": request_key})
        return kind.model_validate_json((await raise_for_problem(response)).content)

    async def workers_of(self, task_id: UUID, seq: int) -> set[str]:
        """Which worker processes had this mail in hand."""
        found = await self._get(SubtaskHistoryOut, f"/api/tasks/{task_id}/subtasks/{seq}")
        return {delivery.worker for delivery in found.deliveries}
