"""Requests made from the API's own description, as it asks for them and as it does not: each is answered as it says.

Temporal is down here, which some orders need: its 503 is the one answer above 499 that is right.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import ROUTERS
from api.rate_limit import RateLimit
from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.conftest import Document
from tests.integration.api.sending import CONTENT, sending

AnyCase = Case[Any]
READ: list[Any] = []

EXAMPLES = 10
"""Of each operation: so many of everything that exists, of things that do not, and against the description."""
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
LEFT_OUT = {"subtask-events", "service-test", "mailbox-test", "sending_domain-check"}
"""One never ends, the others call strange hosts; all have tests of their own."""
SUBJECTS = sorted({route.endpoint.__module__.rpartition(".")[2] for router in ROUTERS for route in router.routes})

given_cases = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


async def things(admin: Asker, resources: Resources) -> dict[str, Any]:
    """One of each that an address can name, by the name of its parameter."""
    task = await sending(admin, resources, people=2, services=1)
    template = await admin.made("/api/templates", orders.template())
    key = await admin.made("/api/api-keys", {"name": "other", "scopes": ["read"]})
    domain = await admin.made("/api/sending-domains", {"domain": "a.example", "algorithm": "ed25519"})
    (listed,) = (await admin.get("/api/contact-lists")).json()["data"]
    contacts = (await admin.get(f"/api/contact-lists/{listed['id']}/contacts")).json()["data"]
    rounds = [{"content": CONTENT}, {"content": CONTENT, "delay": 3}]
    campaign = {"name": "Spring", "contactListId": listed["id"], "rounds": rounds}
    segment = await admin.made("/api/segments", {"name": "Vips", "rules": {"tag": "vip"}})
    return {
        "segment_id": segment["id"],
        "task_id": str(task.task_id), "service_id": str(task.service_ids[0]), "template_id": template["id"],
        "list_id": listed["id"], "contact_list_id": listed["id"], "contact_id": contacts[0]["id"], "key_id": key["id"],
        "domain_id": domain["id"], "campaign_id": (await admin.made("/api/campaigns", campaign))["id"], "round_no": 2,
        "seq": 1, "key": "queue.fanout_width", "email": "a@example.org", "domain": "example.org",
    }  # fmt: skip


@pytest.fixture
def every_operation(document: Document) -> list[Any]:
    """Read once from the description, which takes longer than most of the requests."""
    if not READ:
        results: Iterator[Any] = schemathesis.openapi.from_dict(document).get_all_operations()
        READ.extend(result.ok() for result in results)
    return READ


def of_subject(operations: list[Any], subject: str) -> list[Any]:
    """Those of a subject; what is deleted goes last."""
    names = {operation: operation.definition.raw["operationId"] for operation in operations}
    wanted = [found for found, name in names.items() if name.startswith(f"{subject}-") and name not in LEFT_OUT]
    return sorted(wanted, key=lambda operation: str(operation.method) == "delete")


def tried(operation: Any, known: dict[str, Any], answer: Callable[[AnyCase], httpx.Response]) -> None:
    """Make requests for an operation and judge their answers."""
    named = {parameter.name for parameter in operation.path_parameters}
    strategies = [operation.as_strategy(path_parameters={name: known[name] for name in named if name in known})]
    if named:
        strategies.append(operation.as_strategy())
    if named or operation.query or operation.body:
        strategies.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    for strategy in strategies:

        @given_cases
        @given(strategy)
        def each(case: AnyCase) -> None:
            response = answer(case)
            down = response.status_code == 503 and response.json()["code"] == "temporal_down"
            assert response.status_code < 500 or down, (case.as_curl_command(), response.text)
            case.validate_response(response, checks=CHECKS)

        each()


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_every_answer_is_as_documented_and_no_fault(
    app: FastAPI, admin: Asker, resources: Resources, every_operation: list[Any], subject: str
) -> None:
    known = await things(admin, resources)
    app.state.rate_limit = RateLimit(1e9)
    loop = asyncio.get_running_loop()

    def answer(case: AnyCase) -> httpx.Response:
        made = requests.Request(**case.as_transport_kwargs(base_url="http://tempost")).prepare()
        made.headers["Authorization"] = f"Bearer {admin.key}"
        headers, body = {name: str(value) for name, value in made.headers.items()}, made.body
        assert isinstance(body, str | bytes | None)
        request = httpx.Request(str(made.method), str(made.url), headers=headers, content=body)
        return asyncio.run_coroutine_threadsafe(admin.http.send(request), loop).result()

    for operation in of_subject(every_operation, subject):
        await asyncio.to_thread(tried, operation, known, answer)
