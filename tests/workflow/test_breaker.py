"""A provider that answers 421 at the wire: its service is rested, others go on, and one mail tries it again."""

from datetime import timedelta

from evidence.journal import load
from tests.workflow.flow import Flow

MAILS = 30
FAILURES = 5
"""In a row, after which a service is rested."""


async def test_mails_of_a_service_that_is_told_to_stop_go_through_another_and_one_mail_tries_it_again(
    flow: Flow,
) -> None:
    rule = {"stage": "mail", "code": 421, "text": "4.7.0 Too many messages, slow down", "times": FAILURES}
    failing = await flow.service(interval=0.05, rules=[rule])
    healthy = await flow.service(interval=0.3)
    task = await flow.world.task(mails=MAILS)

    await flow.start(task)

    async def is_rested() -> bool:
        return (await flow.world.schedule(failing))["rested_until"] is not None

    await flow.until_true(is_rested)
    reason = (await flow.world.schedule(failing))["rest_reason"]
    assert "slow down" in reason
    await flow.until(task, lambda survey: survey.sent >= 2)
    assert {found.provider for found in load(flow.journal).tries if found.taken} == {healthy.hex}

    await flow.world.advance_guard(timedelta(seconds=31))
    await flow.resources.orders.services_changed(flow.world.pool_id)

    assert (await flow.totals(task)).sent == MAILS
    schedule = await flow.world.schedule(failing)
    assert (schedule["rested_until"], schedule["rest_level"], schedule["rest_reason"]) == (None, 0, None)
    assert load(flow.journal).refused["mail", 421] == FAILURES
