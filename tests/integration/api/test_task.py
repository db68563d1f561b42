"""Tasks are ordered, steered and read."""

from typing import Any

from tests.integration.api import orders
from tests.integration.api.conftest import Asker


async def prepared(asker: Asker, people: int = 3) -> dict[str, Any]:
    """A service, a list and a template; the order that uses them."""
    await asker.made("/api/services", orders.service())
    listed = await asker.made("/api/contact-lists", {"name": "People"})
    await asker.made(f"/api/contact-lists/{listed['id']}/contacts", orders.contacts(people))
    template = await asker.made("/api/templates", orders.template())
    return {"name": "First mailing", "contactListId": listed["id"], "templateId": template["id"]}


async def test_a_task_is_written_though_temporal_is_down(ann: Asker) -> None:
    order = await prepared(ann)
    response = await ann.post("/api/tasks", order)
    assert response.status_code == 201, response.text
    task = response.json()
    assert task["status"] == "sending"
    assert task["total"] == 3
    assert response.headers["location"] == f"/api/tasks/{task['id']}"
    status = (await ann.get(f"/api/tasks/{task['id']}/realtime-status")).json()
    assert status["progress"]["pending"] == 3
    assert status["waiting"] == [
        {"reason": "preparing", "count": 3, "retryAt": None, "services": None, "serviceCount": None}
    ]
