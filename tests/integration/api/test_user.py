"""Users and the pools they share."""

from api.operations.user import first_user
from database.connect import transaction
from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.asker import Asker


async def test_a_new_user_has_a_pool_of_their_own(ann: Asker, bob: Asker) -> None:
    for asker in (ann, bob):
        (pool,) = (await asker.get("/api/pools")).json()["data"]
        assert (pool["name"], pool["members"], pool["activeServices"]) == ("default", [], 0)


async def test_only_administrators_see_and_add_users(ann: Asker) -> None:
    assert (await ann.get("/api/users")).status_code == 403
    assert (await ann.post("/api/users", {"email": "eve@example.com", "name": "Eve"})).status_code == 403
    assert (await ann.post("/api/pools", {"name": "team"})).status_code == 403


async def test_an_address_is_one_user_in_any_case_of_its_letters(admin: Asker) -> None:
    await admin.made("/api/users", {"email": "eve@example.com", "name": "Eve"})
    again = await admin.post("/api/users", {"email": "EVE@Example.com", "name": "Eve"})
    assert again.status_code == 409
    assert "eve@example.com" in again.json()["detail"].lower()


async def test_a_user_without_an_address_is_refused(admin: Asker) -> None:
    response = await admin.post("/api/users", {"email": "nobody", "name": "Nobody"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/email"


async def test_the_first_user_is_made_once(resources: Resources) -> None:
    async with transaction(resources.engine) as connection:
        first = await first_user(connection, "Root@Example.com", "Root")
        second = await first_user(connection, "root@example.com", "Someone else")
    assert first == second
    assert first.role == "admin"


async def test_members_of_a_shared_pool_send_through_its_services(admin: Asker, ann: Asker, bob: Asker) -> None:
    pool = await admin.made("/api/pools", {"name": "team", "members": ["ann@tempost.example"]})
    assert [member["email"] for member in pool["members"]] == ["ann@tempost.example"]
    await admin.made("/api/services", orders.service(pool="team"))
    order = {
        "name": "To one",
        "recipients": [{"email": "eva@example.org"}],
        "content": {"subject": "Hello", "text": "Hi"},
        "pool": pool["id"],
    }
    assert (await ann.post("/api/tasks", order)).status_code == 201
    stranger = await bob.post("/api/tasks", order)
    assert stranger.status_code == 422
    assert stranger.json()["errors"][0]["pointer"] == "#/pool"


async def test_priority_1_in_a_shared_pool_needs_permission(admin: Asker, ann: Asker, bob: Asker) -> None:
    members = ["ann@tempost.example", "bob@tempost.example"]
    await admin.made("/api/pools", {"name": "team", "members": members, "mayPrioritise": members[1:]})
    await admin.made("/api/services", orders.service(pool="team"))
    order = {
        "name": "Urgent",
        "recipients": [{"email": "eva@example.org"}],
        "content": {"subject": "Hello", "text": "Hi"},
        "pool": "team",
    }
    refused = await ann.post("/api/tasks", {**order, "priority": 1})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#/priority"
    assert (await bob.post("/api/tasks", {**order, "priority": 1})).status_code == 201
    task = await ann.made("/api/tasks", order)
    assert (await ann.patch(f"/api/tasks/{task['id']}", {"priority": 1})).status_code == 422
    assert (await ann.patch(f"/api/tasks/{task['id']}", {"priority": -1})).status_code == 200


async def test_a_pool_of_people_who_do_not_exist_is_refused_whole(admin: Asker) -> None:
    response = await admin.post("/api/pools", {"name": "team", "members": ["ghost@example.com"]})
    assert response.status_code == 422
    assert response.json()["errors"] == [{"pointer": "#/members/0", "message": "there is no user 'ghost@example.com'"}]
    assert [pool["name"] for pool in (await admin.get("/api/pools")).json()["data"]] == ["default"]


async def test_a_pools_name_is_taken_once(admin: Asker) -> None:
    await admin.made("/api/pools", {"name": "team"})
    assert (await admin.post("/api/pools", {"name": "team"})).status_code == 409
