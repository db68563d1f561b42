"""Mails that nobody knows the outcome of: listed with what is known, decided by a person, resolved by what was seen."""

from uuid import uuid4

from runtime.resources import Resources
from tests.integration.api.asker import Asker
from tests.integration.api.sending import sending


async def test_unknown_mails_are_listed_with_what_is_known_of_each(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=4)
    await task.send()
    await task.send("unknown", reason="no_answer", reply_text="connection reset")
    await task.send("unknown", reason="worker_lost")
    first = (await ann.get(f"{task.path}/subtasks/unknown?limit=1")).json()
    rest = (await ann.get(f"{task.path}/subtasks/unknown?cursor={first['nextCursor']}")).json()
    found = first["data"] + rest["data"]
    assert [(mail["seq"], mail["reason"], mail["lastWords"]) for mail in found] == [
        (2, "no_answer", "connection reset"),
        (3, "worker_lost", None),
    ]
    assert [mail["service"] for mail in found] == ["box-6", "box-5"]
    assert found[0]["messageId"].startswith(f"<{task.task_id.hex}.2@")
    assert found[0]["markedAt"] <= found[0]["endedAt"]


async def test_unknown_mails_of_others_are_not_found(ann: Asker, bob: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=1, services=1)
    assert (await bob.get(f"{task.path}/subtasks/unknown")).status_code == 404


async def test_a_delivery_keeps_who_decided_what(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=1)
    await task.send("unknown", reason="no_answer")
    await ann.made(f"{task.path}/subtasks/resolve", {"decision": "failed"})
    (tried,) = (await ann.get(f"{task.path}/subtasks/1")).json()["deliveries"]
    keys = await resources.ledger_pool.fetch("SELECT id::text FROM api_keys")
    assert (tried["outcome"], tried["decision"]) == ("unknown", "failed")
    assert tried["decidedBy"] in {key["id"] for key in keys}
    assert tried["decidedAt"] >= tried["endedAt"]


async def test_what_was_seen_is_sent_and_the_rest_is_told(ann: Asker, bob: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=3)
    await task.send("unknown", reason="no_answer")
    ids = [f"<{task.task_id.hex}.{seq}@example.org>" for seq in (1, 2, 9)]
    seen = [{"messageId": each} for each in (*ids, f"<{uuid4().hex}.1@example.org>", "<other@example.org>")]
    order = {"mails": [*seen, {"messageId": ids[1], "recipient": "person2@example.org", "sender": "me@example.org"}]}

    others = await bob.made("/api/tasks/evidence", order)
    answer = await ann.made("/api/tasks/evidence", order)

    assert (others["sent"], others["noTask"]) == (0, 6)
    assert answer == {
        "sent": 2, "known": 1, "open": 0, "ended": 0, "unprepared": 0, "noTask": 2, "noMail": 1,
    }  # fmt: skip
    assert (await task.status())["progress"]["byStatus"]["sent"] == 2


async def test_evidence_without_a_mail_or_with_too_many_is_refused(ann: Asker) -> None:
    for mails in ([], [{"messageId": "<a@b>"}] * 1001, [{"messageId": ""}], [{"id": "<a@b>"}]):
        assert (await ann.post("/api/tasks/evidence", {"mails": mails})).status_code == 422
