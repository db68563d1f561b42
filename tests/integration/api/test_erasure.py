"""People who were erased are not added again by mistake."""

from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.sending import CONTENT

EVA = {"email": "Eva@example.org"}


async def new_list(ann: Asker) -> str:
    """The path of a list with Eva."""
    made = await ann.made("/api/contact-lists", {"name": "People"})
    path = f"/api/contact-lists/{made['id']}"
    await ann.made(f"{path}/contacts", {"contacts": [EVA, {"email": "other@example.org"}]})
    return path


async def test_an_erased_person_is_gone_and_the_answer_says_what_went(ann: Asker, bob: Asker) -> None:
    path = await new_list(ann)
    assert (await bob.made("/api/contacts/erase", EVA))["contacts"] == 0
    answer = await ann.made("/api/contacts/erase", EVA)
    assert (answer["contacts"], answer["memberships"], answer["mails"]) == (1, 1, 0)
    assert [each["email"] for each in (await ann.get(f"{path}/contacts")).json()["data"]] == ["other@example.org"]


async def test_nobody_adds_them_again_until_they_are_let_in(ann: Asker) -> None:
    path = await new_list(ann)
    await ann.made("/api/services", orders.service())
    await ann.made("/api/contacts/erase", EVA)
    again = {"email": "EVA@example.org"}
    added = await ann.post(f"{path}/contacts", {"contacts": [{"email": "x@example.org"}, again]})
    assert added.status_code == 422
    assert added.json()["errors"][0]["pointer"] == "#/contacts/1/email"
    task = await ann.post("/api/tasks", {"name": "T", "recipients": [again], "content": CONTENT})
    assert task.status_code == 422
    assert task.json()["errors"][0]["pointer"] == "#/recipients/0/email"
    assert (await ann.delete("/api/contacts/erased/eva@example.org")).status_code == 204
    assert (await ann.delete("/api/contacts/erased/eva@example.org")).status_code == 404
    assert (await ann.made(f"{path}/contacts", {"contacts": [again]}))["added"] == 1
