"""Mails that are known to have been sent: taken as such, whatever the ledger thought of them."""

from collections import Counter

from api.operations.api_key import KeyHolder
from api.operations.temporal import tell
from api.schemas.evidence import EvidenceIn, EvidenceOut
from contracts.evidence import SentMail
from database.queries import evidence
from runtime.resources import Resources


async def resolve(resources: Resources, caller: KeyHolder, order: EvidenceIn) -> EvidenceOut:
    """Resolve the caller's mails, and tell their tasks. Safe to repeat."""
    mails = [SentMail(mail.message_id, mail.recipient, mail.sender, mail.sent_at) for mail in order.mails]
    async with resources.ledger_pool.acquire() as connection:
        answers = await evidence.resolve(connection, mails, caller.user_id)
    for task_id in {task_id for task_id, verdict in answers if verdict == "sent" and task_id}:
        await tell(resources.orders.ledger_changed(task_id), f"tell task {task_id} of evidence")
    return EvidenceOut.model_validate(Counter(verdict for _, verdict in answers))
