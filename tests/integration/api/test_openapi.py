"""The API describes itself, whole and without what is nobody's business."""

from tests.integration.api.conftest import Document


async def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(
    document: Document,
) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["description"].startswith(operation["summary"]) for operation in operations)


async def test_every_operation_answers_errors_as_problems(
    document: Document,
) -> None:
    for path in document["paths"].values():
        for operation in path.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]


async def test_no_answer_has_a_field_for_a_password(
    document: Document,
) -> None:
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("Out"):
            assert "password" not in schema.get("properties", {})
