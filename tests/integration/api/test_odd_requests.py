"""Odd values in every field of every order: some are taken, most refused, none is a fault of ours."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.sending import CONTENT, sending

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.1, 2**31, 2**63, -(2**63) - 1, 10**400, 1e308, -1e308, "", " ", "\0", "a\0b", "\n",
    "\ud800", "\u202egnp", "𝕊", "e\u0301", "x" * 300, "x" * 20_000, "7", "-7", "null", "{{", "{{ a.b.c }}", "{% if %}",
    "'; DROP TABLE users; --", "%s%n", "../../etc/passwd", "a@b", "a@b.c", "@", "a@" + "b" * 300 + ".com", "127.0.0.1",
    "2020-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "4c9b0c5e-0000-4000-8000-000000000000", [], [[]],
    [None], {}, {"a": {}}, {"": ""}, [1] * 2000, {"__class__": "x"}, "Infinity", "é" * 150,
)  # fmt: skip
ROUNDS = 60


def mutated(order: Any, chance: random.Random) -> Any:
    """The same with one value somewhere replaced, removed or added."""
    if not isinstance(order, dict | list) or not order or chance.random() < 0.1:
        return chance.choice(ODD)
    places: list[Any] = list(order) if isinstance(order, dict) else list(range(len(order)))
    place = chance.choice(places)
    if isinstance(order, dict) and chance.random() < 0.1:
        return {key: value for key, value in order.items() if key != place}
    if isinstance(order, dict) and chance.random() < 0.1:
        return {**order, str(chance.choice(ODD)): chance.choice(ODD)}
    changed = order.copy()
    changed[place] = mutated(order[place], chance)
    return changed


def bodies(order: Any, seed: str) -> Iterator[bytes]:
    """Odd variations of an order, the same in every run."""
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        odd = mutated(order, chance)
        yield json.dumps(mutated(odd, chance) if chance.random() < 0.3 else odd).encode()


ORDERS: dict[str, tuple[str, str, Any]] = {
    "service": ("POST", "/api/services", orders.service(priority=1, maxConnections=2, kind="relay", pool="default")),
    "services": ("POST", "/api/services/bulk", {"services": [orders.service(), orders.service(name="b")]}),
    "service change": ("PATCH", "{service}", orders.service()),
    "list": ("POST", "/api/contact-lists", {"name": "x"}),
    "contacts": ("POST", "{list}/contacts", orders.contacts(2, a="x", b=1, c=True, d=0.5)),
    "tags": ("POST", "/api/contacts/tags", {"add": ["vip"], "remove": ["old"], "contactIds": [1]}),
    "segment": (
        "POST",
        "/api/segments/preview",
        {
            "rules": {
                "all": [
                    {"field": "city", "op": "equals", "value": "Graz"}, {"any": [{"tag": "vip"}, {"domain": "b.org"}]},
                    {"not": {"engagement": "opened", "withinDays": 30}}, {"created": {"after": "2026-01-01T00:00:00Z"}},
                    {"field": "age", "op": "greater", "value": 4}, {"suppressed": False},
                ]
            }
        },
    ),
    "suppressions": ("POST", "/api/suppressions", {"email": "a@b.org", "emails": ["c@d.org"], "reason": "r"}),
    "template": ("POST", "/api/templates", orders.template(text="{{ a }}")),
    "template change": ("PATCH", "{template}", orders.template(text="{{ a }}")),
    "preview": ("POST", "{template}/preview", {"fields": {"first_name": "E", "company": 1}, "email": "a@b.org"}),
    "task": (
        "POST",
        "/api/tasks",
        {
            "name": "T", "recipients": [{"email": "a@b.org", "fields": {"a": 1}}], "content": {**CONTENT, "html": "x"},
            "pool": "default", "priority": 1, "startAt": "2099-01-01T00:00:00Z", "unknownPolicy": "hold",
        },
    ),
    "task change": ("PATCH", "{task}", {"name": "T", "priority": 1}),
    "decision": ("POST", "{task}/subtasks/resolve", {"decision": "sent", "seqs": [1, 2]}),
    "key": ("POST", "/api/api-keys", {"name": "k", "scopes": ["read"], "expiresAt": "2099-01-01T00:00:00Z"}),
    "user": ("POST", "/api/users", {"email": "a@b.org", "name": "A", "role": "member"}),
    "pool": ("POST", "/api/pools", {"name": "p", "members": ["a@b.org"], "mayPrioritise": ["a@b.org"]}),
    "setting": ("PATCH", "/api/system/config/queue.fanout_width", {"value": 50}),
}  # fmt: skip


@pytest.mark.parametrize("name", ORDERS)
async def test_no_odd_order_is_a_fault(admin: Asker, resources: Resources, name: str) -> None:
    task = await sending(admin, resources, people=1, services=1)
    template = await admin.made("/api/templates", orders.template())
    (listed,) = (await admin.get("/api/contact-lists")).json()["data"]
    paths = {
        "service": f"/api/services/{task.service_ids[0]}",
        "list": f"/api/contact-lists/{listed['id']}",
        "template": f"/api/templates/{template['id']}",
        "task": task.path,
    }
    method, path, order = ORDERS[name]
    for body in bodies(order, name):
        response = await admin.ask(
            method, path.format(**paths), content=body, headers={"Content-Type": "application/json"}
        )
        assert response.status_code < 500, (body[:500], response.text)


@pytest.mark.parametrize(
    "path",
    ["/api/services", "/api/contact-lists", "/api/contacts", "/api/templates", "/api/tasks", "/api/suppressions",
     "/api/api-keys", "/api/users", "/api/pools", "{task}/subtasks", "{task}/subtasks/1", "{task}/realtime-status"],
)  # fmt: skip
async def test_no_odd_parameter_is_a_fault(admin: Asker, resources: Resources, path: str) -> None:
    task = await sending(admin, resources, people=1, services=1)
    chance = random.Random(path)
    for _ in range(ROUNDS):
        names = ("limit", "cursor", "status", "reason", "email", "odd")
        odd = {
            name: str(chance.choice(ODD)).encode("utf-8", "replace")[:400] for name in names if chance.random() < 0.4
        }
        response = await admin.get(path.format(task=task.path), params=odd)
        assert response.status_code < 500, (odd, response.text)
