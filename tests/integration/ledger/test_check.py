"""The checker finds nothing in a healthy ledger, and exactly what is wrong in one that was changed behind its back."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from database.queries.check import INVARIANTS, Finding, broken, check
from tests.integration.ledger.mixed import mixed
from tests.integration.ledger.world import World

BEHIND_ITS_BACK = "SET session_replication_role = replica"
"""No trigger and no foreign key acts."""
SENDING = "(SELECT id FROM tasks WHERE status = 'sending')"
STARTED = "(SELECT service_id FROM deliveries WHERE outcome = 'failed')"
LATER = "next_available_at = now() + interval '1 hour', expected_at = now() + interval '1 hour'"
UNTRIED = "permit_id = NULL, service_id = NULL, message_id = NULL"
SLOWER = f"UPDATE email_service_schedule SET sending_interval = '1 min', {LATER} WHERE sending_interval = '1 ms'"
FAULTS = [
    ("task_counters", "UPDATE user_task_queues SET sent = sent + 1"),
    ("task_counters", "UPDATE user_task_queues SET total = total - 1"),
    ("task_counters", "DELETE FROM subtasks WHERE seq = 14"),
    ("pinned_counters", "UPDATE pinned_queues SET ready = ready + 1"),
    ("pinned_counters", "DELETE FROM pinned_queues"),
    ("task_queue", "UPDATE user_task_queues SET priority = 1"),
    ("task_queue", "DELETE FROM user_task_queues WHERE cancelled > 0"),
    ("next_retry", "UPDATE user_task_queues SET next_retry_at = NULL"),
    ("next_retry", "UPDATE user_task_queues SET next_retry_at = next_retry_at + interval '1 s'"),
    ("task_status", "UPDATE tasks SET status = 'completed', completed_at = now() WHERE status = 'sending'"),
    ("task_status", "UPDATE tasks SET status = 'cancelled', completed_at = now() WHERE status = 'sending'"),
    ("task_status", "UPDATE tasks SET completed_at = NULL WHERE status = 'completed'"),
    ("task_status", "UPDATE tasks SET status = 'sending' WHERE status = 'completed'"),
    ("task_status", "UPDATE tasks SET prepared_at = NULL WHERE status = 'sending'"),
    ("task_status", "UPDATE tasks SET status = 'scheduled' WHERE status = 'sending'"),
    ("task_sent_moments", "UPDATE user_task_queues SET first_sent_at = NULL"),
    ("task_sent_moments", "UPDATE user_task_queues SET last_sent_at = first_sent_at - interval '1 s'"),
    ("mail_fields", "UPDATE subtasks SET sent_at = NULL WHERE status = 'sent'"),
    ("mail_fields", "UPDATE subtasks SET retry_at = now() WHERE status = 'failed'"),
    ("mail_fields", "UPDATE subtasks SET message_id = NULL WHERE status = 'failed'"),
    ("mail_delivery", "UPDATE subtasks SET permit_id = gen_random_uuid() WHERE status = 'failed'"),
    ("mail_delivery", f"UPDATE subtasks SET service_id = {STARTED} WHERE status = 'unknown'"),
    ("mail_delivery", "UPDATE deliveries SET outcome = 'failed' WHERE outcome = 'unknown'"),
    ("mail_delivery", f"UPDATE subtasks SET {UNTRIED} WHERE status = 'sent'"),
    ("mail_sent_once", """
        UPDATE email_service_schedule SET last_sent_at = now();
        UPDATE deliveries SET outcome = 'sent' WHERE (task_id, seq, outcome, attempt) IN (
            SELECT task_id, seq, 'unknown', 1 FROM deliveries WHERE outcome = 'sent' AND attempt = 2)"""),
    ("mail_tries", "UPDATE deliveries SET attempt = 7 WHERE outcome = 'failed'"),
    ("mail_tries", "UPDATE subtasks SET retry_count = 3 WHERE status = 'sent'"),
    ("mail_tries", "UPDATE subtasks SET claims = 0 WHERE status = 'claimed'"),
    ("delivery_fields", "UPDATE deliveries SET marked_at = NULL WHERE outcome = 'sent'"),
    ("delivery_fields", "UPDATE deliveries SET marked_at = now() WHERE phase = 'claimed'"),
    ("delivery_fields", "UPDATE deliveries SET ended_at = NULL WHERE outcome = 'failed'"),
    ("open_deliveries", f"""
        UPDATE email_service_schedule e SET finished = 0, used_quota = 1,
            carried_quota = d.charged_next_day::int, {LATER} FROM deliveries d
        WHERE d.service_id = e.service_id AND d.reason = 'worker_lost' AND d.outcome = 'returned';
        UPDATE deliveries SET phase = 'claimed', outcome = NULL, ended_at = NULL
        WHERE reason = 'worker_lost' AND outcome = 'returned'"""),
    ("delivery_parents", """
        UPDATE user_task_queues SET total = total - failed, failed = 0;
        DELETE FROM subtasks WHERE status = 'failed'"""),
    ("delivery_parents", f"""
        DELETE FROM email_services WHERE id = {STARTED};
        DELETE FROM email_service_schedule WHERE service_id = {STARTED}"""),
    ("pin_parents", f"""
        UPDATE subtasks SET pinned_service_id = {SENDING} WHERE pinned_service_id IS NOT NULL;
        UPDATE pinned_queues SET service_id = {SENDING}"""),
    ("choice_parents", "UPDATE choices SET task_id = gen_random_uuid()"),
    ("choice_parents", "UPDATE choices SET service_id = gen_random_uuid()"),
    ("overdue_deliveries", "UPDATE deliveries SET deadline = now() - interval '61 s'"),
    ("overdue_reservations", "UPDATE service_reservations SET expires_at = now() - interval '61 s'"),
    ("service_row", "UPDATE email_service_schedule SET user_id = gen_random_uuid()"),
    ("service_row", "DELETE FROM email_service_schedule WHERE last_permit_id IS NULL"),
    ("service_counters", "UPDATE email_service_schedule SET last_permit_no = 0"),
    ("service_counters", "UPDATE email_service_schedule SET last_permit_id = NULL"),
    ("service_counters", "UPDATE email_service_schedule SET finished = finished + 1"),
    ("service_counters", "UPDATE email_service_schedule SET last_sent_at = NULL"),
    ("service_quota", "UPDATE email_service_schedule SET used_quota = used_quota - 1 WHERE last_sent_at IS NOT NULL"),
    ("service_quota", "UPDATE email_service_schedule SET used_quota = used_quota + 1"),
    ("service_quota", "UPDATE email_service_schedule SET carried_quota = 1"),
    ("service_quota", "UPDATE email_service_schedule SET daily_quota = 0"),
    ("service_next_moment", "UPDATE email_service_schedule SET next_available_at = now() - interval '1 hour'"),
    ("service_next_moment", "UPDATE email_service_schedule SET expected_at = now() - interval '1 hour'"),
    ("service_interval", f"{SLOWER} AND kind = 'mailbox'"),
    ("service_rate", f"{SLOWER} AND kind = 'relay'"),
    ("domain_groups", "UPDATE domain_limits SET counted_as = 'nowhere.example' WHERE counted_as IS NOT NULL"),
    ("domain_rate", """
        UPDATE domain_limits SET per_minute = 2 WHERE counted_as IS NULL"""),
    ("stopped_contacts", "UPDATE campaign_contacts SET stopped_at = stopped_at - interval '1 hour'"),
    ("round_mails", """
        UPDATE subtasks SET contact_id = (SELECT min(contact_id) FROM campaign_contacts) WHERE round_no = 1"""),
    ("round_mails", "UPDATE subtasks SET round_no = 7 WHERE round_no = 2"),
]  # fmt: skip


async def findings(world: World) -> list[Finding]:
    async with world.pool.acquire() as connection:
        return await check(connection)


async def test_a_ledger_in_which_all_sorts_of_things_happened_breaks_no_invariant(
    world: World, engine: AsyncEngine
) -> None:
    await mixed(world, engine)

    found = await findings(world)

    assert not broken(found)
    assert not [finding.invariant.name for finding in found if not finding.looked_at], "they had nothing to look at"


async def test_an_empty_ledger_breaks_no_invariant(world: World) -> None:
    assert not broken(await findings(world))


@pytest.mark.unchecked_ledger("it is broken on purpose")
@pytest.mark.parametrize(("name", "fault"), FAULTS, ids=[f"{name}-{i}" for i, (name, _) in enumerate(FAULTS)])
async def test_what_is_changed_behind_the_ledgers_back_is_found_and_nothing_else(
    world: World, engine: AsyncEngine, name: str, fault: str
) -> None:
    await mixed(world, engine)
    async with world.pool.acquire() as connection, connection.transaction():
        await connection.execute(BEHIND_ITS_BACK)
        await connection.execute(fault)
        await connection.execute("RESET session_replication_role")

    found = broken(await findings(world))

    assert [finding.invariant.name for finding in found] == [name], found
    assert found[0].examples


def test_every_invariant_is_broken_by_some_fault() -> None:
    assert {invariant.name for invariant in INVARIANTS} == {name for name, _ in FAULTS}
