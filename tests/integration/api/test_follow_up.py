"""Weights, and tasks that follow up an earlier one through the same services."""

from typing import Any

import pytest

from tests.integration.api import orders
from tests.integration.api.asker import Asker


def order(**changes: Any) -> dict[str, Any]:
    """A task."""
    return {
        "name": "To one",
        "recipients": [{"email": "eva@example.org"}],
        "content": {"subject": "Hello", "text": "Hi"},
        **changes,
    }


async def test_a_task_has_the_weight_of_everyone_and_follows_up_none_unless_said(ann: Asker) -> None:
    await ann.made("/api/services", orders.service())

    task = await ann.made("/api/tasks", order())

    assert (task["weight"], task["followUpOf"], task["pinFallback"]) == (1.0, None, "any")


async def test_a_follow_up_names_an_earlier_task_of_ones_own(ann: Asker, bob: Asker) -> None:
    await ann.made("/api/services", orders.service())
    await bob.made("/api/services", orders.service())
    first = await ann.made("/api/tasks", order())

    second = await ann.made("/api/tasks", order(followUpOf=first["id"], pinFallback="wait"))

    assert (second["followUpOf"], second["pinFallback"]) == (first["id"], "wait")
    strange = await bob.post("/api/tasks", order(followUpOf=first["id"]))
    assert strange.status_code == 422
    assert [error["pointer"] for error in strange.json()["errors"]] == ["#/followUpOf"]


@pytest.mark.parametrize("change", [{"weight": 0.05}, {"weight": 11}, {"pinFallback": "never"}, {"followUpOf": "x"}])
async def test_a_wrong_wish_is_named(ann: Asker, change: dict[str, Any]) -> None:
    await ann.made("/api/services", orders.service())

    response = await ann.post("/api/tasks", order(**change))

    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [f"#/{next(iter(change))}"]


async def test_weight_and_fallback_change_while_it_sends_and_the_rest_stays(ann: Asker) -> None:
    await ann.made("/api/services", orders.service())
    task = await ann.made("/api/tasks", order())

    changed = (await ann.patch(f"/api/tasks/{task['id']}", {"weight": 2.5, "pinFallback": "wait"})).json()

    assert {key for key in task if task[key] != changed[key]} == {"weight", "pinFallback"}
    assert (changed["weight"], changed["pinFallback"]) == (2.5, "wait")


async def test_more_weight_in_a_shared_pool_needs_permission(admin: Asker, ann: Asker, bob: Asker) -> None:
    members = ["ann@tempost.example", "bob@tempost.example"]
    await admin.made("/api/pools", {"name": "team", "members": members, "mayPrioritise": members[1:]})
    await admin.made("/api/services", orders.service(pool="team"))

    refused = await ann.post("/api/tasks", order(pool="team", weight=2))
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/weight"]
    assert (await bob.post("/api/tasks", order(pool="team", weight=2))).status_code == 201
    task = await ann.made("/api/tasks", order(pool="team"))
    assert (await ann.patch(f"/api/tasks/{task['id']}", {"weight": 2})).status_code == 422
    assert (await ann.patch(f"/api/tasks/{task['id']}", {"weight": 0.5})).status_code == 200
