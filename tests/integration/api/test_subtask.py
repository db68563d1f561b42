"""Single mails: listed, told of, exported, and decided where nobody knows what became of them."""

import csv
import io
from uuid import UUID

import pytest

from api.csv_answer import cell
from database.queries import choice
from runtime.resources import Resources
from scheduling.choice import Choices
from scheduling.permit import Grant, PermitRun
from tests.integration.api.asker import Asker
from tests.integration.api.sending import CONTENT, HOUR, sending


async def test_mails_are_listed_by_number_status_and_reason(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=5)
    await task.send()
    await task.send("failed", reason="unknown_user")
    await task.send("failed", reason="policy")
    first = (await ann.get(f"{task.path}/subtasks?limit=3")).json()
    rest = (await ann.get(f"{task.path}/subtasks?limit=3&cursor={first['nextCursor']}")).json()
    assert [each["seq"] for each in first["data"] + rest["data"]] == [1, 2, 3, 4, 5]
    failed = (await ann.get(f"{task.path}/subtasks?status=failed")).json()["data"]
    assert [each["reason"] for each in failed] == ["unknown_user", "policy"]
    policy = (await ann.get(f"{task.path}/subtasks?status=failed&reason=policy")).json()["data"]
    assert [each["seq"] for each in policy] == [3]
    assert (await ann.get(f"{task.path}/subtasks?status=odd")).status_code == 422


async def test_reasons_are_counted_for_one_s_own_tasks(ann: Asker, bob: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=5)
    await task.send()
    for reason in ("policy", "unknown_user", "policy"):
        await task.send("failed", reason=reason)

    told = (await ann.get(f"{task.path}/subtasks/reasons")).json()["data"]

    assert [(each["status"], each["reason"], each["count"]) for each in told] == [
        ("failed", "policy", 2),
        ("failed", "unknown_user", 1),
    ]
    assert (await bob.get(f"{task.path}/subtasks/reasons")).status_code == 404


async def test_those_who_were_not_reached_are_put_on_a_list_once(ann: Asker, bob: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=4)
    await task.send()
    for reason in ("policy", "unknown_user", "decided_by_person"):
        await task.send("failed", reason=reason)
    order = {"name": "Again", "status": "failed"}

    once = {"Idempotency-Key": "list-1"}
    made, same = [(await ann.post(f"{task.path}/subtasks/list", order, headers=once)).json() for _ in range(2)]
    of_reason = await ann.made(f"{task.path}/subtasks/list", {**order, "reason": "policy"})

    assert (made["contacts"], of_reason["contacts"]) == (2, 1)
    assert same["id"] == made["id"]
    assert (await bob.post(f"{task.path}/subtasks/list", order)).status_code == 404
    assert (await ann.post(f"{task.path}/subtasks/list", {**order, "status": "unknown"})).status_code == 422


async def test_one_mail_is_told_with_every_try(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=1)
    await task.send("returned", reason="greylist", reply_code=451, reply_text="4.7.1 later", costs_retry=True)
    await task.send()
    history = (await ann.get(f"{task.path}/subtasks/1")).json()
    assert (history["status"], history["retryCount"], history["email"]) == ("sent", 1, "person1@example.org")
    assert [(each["attempt"], each["outcome"], each["reason"]) for each in history["deliveries"]] == [
        (1, "returned", "greylist"),
        (2, "sent", None),
    ]
    assert (history["deliveries"][0]["replyCode"], history["deliveries"][0]["replyText"]) == (451, "4.7.1 later")
    assert {each["service"] for each in history["deliveries"]} == {"box-7", "box-6"}
    assert history["messageId"].startswith("<")
    assert [each["choice"] for each in history["deliveries"]] == [None, None]


async def test_a_try_is_told_with_why_its_service_was_chosen(ann: Asker, bob: Asker, resources: Resources) -> None:
    """Another user's task that waited too is counted, not named."""
    task = await sending(ann, resources, people=1)
    order = {"name": "Also mine", "recipients": [{"email": "x@example.org"}], "content": CONTENT}
    mine = (await ann.made("/api/tasks", order))["id"]
    foreign = (await sending(bob, resources, people=1)).task_id
    chosen, *others = reversed(task.service_ids)
    await task.send()
    permit = await task.world.row("SELECT permit_no, claimed_at FROM deliveries")
    runs = (PermitRun(chosen, permit["permit_no"], permit["claimed_at"], HOUR, 1, HOUR),)
    choices = Choices(
        permit["claimed_at"], tuple(others[:2]), ((0.5, 1.0, 0.9, 1, 0.75, 2, 0.7),), (foreign, UUID(mine)), 8
    )
    async with resources.ledger_pool.acquire() as connection:
        await choice.write(connection, choices, (Grant("g", task.task_id, runs),))

    (tried,) = (await ann.get(f"{task.path}/subtasks/1")).json()["deliveries"]

    told = tried["choice"]
    assert [round(told[part], 3) for part in ("score", "quota", "rest", "success")] == [0.78, 0.5, 1.0, 0.9]
    assert [(each["service"], round(each["score"], 3)) for each in told["runnersUp"]] == [
        ("box-6", 0.75),
        ("box-5", 0.7),
    ]
    assert (told["waiting"], told["waitingCount"]) == ([{"id": mine, "name": "Also mine"}], 7)
    assert not told["pinned"]


@pytest.mark.parametrize(("seq", "status"), [("99", 404), ("0", 422), ("99999999999", 422), ("x", 422)])
async def test_a_mail_that_is_not_there_is_not_found(ann: Asker, resources: Resources, seq: str, status: int) -> None:
    task = await sending(ann, resources, people=1, services=1)
    assert (await ann.get(f"{task.path}/subtasks/{seq}")).status_code == status


@pytest.mark.parametrize(("decision", "status"), [("sent", "sent"), ("failed", "failed"), ("resend", "pending")])
async def test_unknown_mails_are_decided_once(ann: Asker, resources: Resources, decision: str, status: str) -> None:
    task = await sending(ann, resources, people=3)
    await task.send()
    await task.send("unknown", reason="no_answer")
    await task.send("unknown", reason="no_answer")
    order = {"decision": decision, "seqs": [1, 2]}
    assert await ann.made(f"{task.path}/subtasks/resolve", order) == {"resolved": 1, "unknown": 1, "status": "sending"}
    assert await ann.made(f"{task.path}/subtasks/resolve", order) == {"resolved": 0, "unknown": 1, "status": "sending"}
    rest = {"decision": decision}
    assert (await ann.made(f"{task.path}/subtasks/resolve", rest))["resolved"] == 1
    mails = (await ann.get(f"{task.path}/subtasks")).json()["data"]
    assert [mail["status"] for mail in mails] == ["sent", status, status]
    progress = (await task.status())["progress"]
    assert sum(progress["byStatus"].values()) == progress["total"] == 3


async def test_sending_again_opens_a_completed_task(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=1)
    await task.send("unknown", reason="no_answer")
    await task.close()
    assert (await task.status())["status"] == "completed"
    answer = await ann.made(f"{task.path}/subtasks/resolve", {"decision": "resend"})
    assert answer == {"resolved": 1, "unknown": 0, "status": "sending"}
    shown = (await ann.get(task.path)).json()
    assert (shown["status"], shown["completedAt"]) == ("sending", None)
    await task.send()
    history = (await ann.get(f"{task.path}/subtasks/1")).json()
    assert (history["status"], len(history["deliveries"])) == ("sent", 2)


async def test_counting_as_sent_leaves_a_completed_task_completed(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=1)
    await task.send("unknown", reason="no_answer")
    await task.close()
    answer = await ann.made(f"{task.path}/subtasks/resolve", {"decision": "sent"})
    assert answer == {"resolved": 1, "unknown": 0, "status": "completed"}


async def test_nothing_is_sent_again_in_a_cancelled_task(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=1)
    await task.send("unknown", reason="no_answer")
    await ann.post(f"{task.path}/cancel")
    assert (await ann.post(f"{task.path}/subtasks/resolve", {"decision": "resend"})).status_code == 409
    assert (await ann.made(f"{task.path}/subtasks/resolve", {"decision": "failed"}))["resolved"] == 1


@pytest.mark.parametrize("order", [{"decision": "maybe"}, {}, {"decision": "sent", "seqs": []}])
async def test_a_decision_that_is_none_is_refused(ann: Asker, resources: Resources, order: dict[str, object]) -> None:
    task = await sending(ann, resources, people=1, services=1)
    assert (await ann.post(f"{task.path}/subtasks/resolve", order)).status_code == 422


async def test_the_export_has_every_mail_and_no_formula(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=3)
    await task.send()
    await task.send("returned", reason="=HYPERLINK(1)", retry_after=HOUR)
    response = await ann.get(f"{task.path}/export.csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert "attachment" in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [(row["seq"], row["status"]) for row in rows] == [("1", "sent"), ("2", "pending"), ("3", "pending")]
    assert rows[1]["reason"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_never_begins_as_a_formula_does(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_other_cells_are_left_alone() -> None:
    assert [cell(value) for value in (None, 5, "eva@example.org")] == ["", "5", "eva@example.org"]
