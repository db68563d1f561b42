"""Many services at once: each row stands for itself."""

from tests.integration.api import orders
from tests.integration.api.asker import Asker


async def test_a_bad_row_does_not_stop_the_others(ann: Asker) -> None:
    rows = [
        orders.service(name="one"),
        orders.service(name="two", port=99_999),
        orders.service(name="one"),
        orders.service(name="three", pool="nowhere"),
        {"name": "four"},
        orders.service(name="five"),
    ]
    response = await ann.post("/api/services/bulk", {"services": rows})
    assert response.status_code == 200, response.text
    answer = response.json()
    assert (answer["created"], answer["refused"]) == (2, 4)
    assert [row["index"] for row in answer["data"]] == list(range(6))
    assert [row["service"]["name"] for row in answer["data"] if row["service"]] == ["one", "five"]
    problems = [row["problem"] for row in answer["data"] if row["problem"]]
    assert [problem["code"] for problem in problems] == ["invalid", "conflict", "invalid", "invalid"]
    assert [problem["errors"][0]["pointer"] for problem in problems] == ["#/port", "#/name", "#/pool", "#/host"]
    listed = (await ann.get("/api/services")).json()["data"]
    assert [each["name"] for each in listed] == ["one", "five"]


async def test_a_hundred_services_are_added_in_one_request(ann: Asker) -> None:
    rows = [orders.service(name=f"box-{number:03}") for number in range(100)]
    answer = await ann.made("/api/services/bulk", {"services": rows})
    assert answer["created"] == 100
    assert "hush-hush" not in str(answer)


async def test_no_row_is_an_error(ann: Asker) -> None:
    response = await ann.post("/api/services/bulk", {"services": []})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/services"
