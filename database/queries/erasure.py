"""A person erased: their address leaves every row, the ledger's sums and what was counted stay.

What is left of the address is a keyed hash (`erasures`), so that nothing is written to it again.
"""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.queries.erasure_mentions import blank_mentions

MARKER = "erased@erased.invalid"
"""Stands where the address stood: a domain that never exists (RFC 2606)."""

CONTACT = text("SELECT id FROM contacts WHERE user_id = :user_id AND email_key = :key FOR UPDATE")
# Also mails to a contact of that address that was deleted since, which nothing leads to but the address. In key order.
MAILS = text("""
    SELECT b.task_id, b.seq, b.status FROM tasks t JOIN subtasks b ON b.task_id = t.id
    WHERE t.user_id = :user_id AND (b.contact_id = :contact_id OR lower(b.email) = :key)
    ORDER BY b.task_id, b.seq FOR UPDATE OF b
""")
STOP = text("""
    UPDATE subtasks b SET status = 'suppressed', reason = 'erased', retry_at = NULL
    FROM unnest(CAST(:task_ids AS uuid[]), CAST(:seqs AS int[])) m(task_id, seq)
    WHERE b.task_id = m.task_id AND b.seq = m.seq AND b.status = 'pending'
""")
BLANK_MAILS = text("""
    UPDATE subtasks b SET email = :marker
    FROM unnest(CAST(:task_ids AS uuid[]), CAST(:seqs AS int[])) m(task_id, seq)
    WHERE b.task_id = m.task_id AND b.seq = m.seq
""")
BLANK_EVENTS = text("""
    UPDATE events e SET detail = '{}',
        key = CASE WHEN strpos(lower(e.key), :key) > 0 THEN 'erased:' || e.id ELSE e.key END
    FROM unnest(CAST(:task_ids AS uuid[]), CAST(:seqs AS int[])) m(task_id, seq)
    WHERE e.task_id = m.task_id AND e.seq = m.seq
""")
BLANK_REPLIES = text("""
    UPDATE deliveries d SET reply_text = :marker
    FROM unnest(CAST(:task_ids AS uuid[]), CAST(:seqs AS int[])) m(task_id, seq)
    WHERE d.task_id = m.task_id AND d.seq = m.seq AND strpos(lower(d.reply_text), :key) > 0
""")
BLANK_ORGANISATION = text("""
    UPDATE campaign_contacts k SET organisation = NULL FROM campaigns c
    WHERE c.id = k.campaign_id AND c.user_id = :user_id AND k.contact_id = :contact_id AND k.organisation IS NOT NULL
""")
UNSTAGE = text("""
    DELETE FROM contact_import_rows r USING contact_imports i
    WHERE i.id = r.import_id AND i.user_id = :user_id AND r.email_key = :key
""")
BLANK_REFUSALS = text("""
    UPDATE contact_import_errors e SET value = '' FROM contact_imports i
    WHERE i.id = e.import_id AND i.user_id = :user_id AND strpos(lower(e.value), :key) > 0
""")
ALLOW = text("DELETE FROM suppressions WHERE user_id = :user_id AND email = :key")
LEAVE_LISTS = text("DELETE FROM contact_list_members WHERE contact_id = :contact_id")
FORGET = text("DELETE FROM contacts WHERE user_id = :user_id AND id = :contact_id")
NOTE = text("""
    INSERT INTO erasures (user_id, email_hash, key_id, erased) VALUES (:user_id, :hash, :key_id, CAST(:erased AS jsonb))
    ON CONFLICT (user_id, email_hash) DO UPDATE SET erased_at = clock_timestamp(), key_id = excluded.key_id,
        erased = excluded.erased
""")
KNOWN = text("""
    SELECT email_hash FROM erasures WHERE user_id = :user_id AND email_hash = ANY (CAST(:hashes AS bytea[]))
""")
ALL = text("SELECT email_hash FROM erasures WHERE user_id = :user_id")
READMIT = text("DELETE FROM erasures WHERE user_id = :user_id AND email_hash = :hash")


class StillNeededError(Exception):
    """A mail to the address is being sent, or nobody knows whether it was: `status` says which."""

    def __init__(self, status: str, mails: int) -> None:
        super().__init__(f"{mails} mails are {status}")
        self.status = status
        self.mails = mails


async def erase(connection: AsyncConnection, user_id: UUID, email_key: str) -> dict[str, int]:
    """Take an address (lower case) out of all that is the user's; how many rows of each kind. Safe to repeat.

    Raises `StillNeededError`; then nothing may be committed. Locks: the contact, tasks that name it, mails by key, then
    what hangs on them.
    """
    person: dict[str, object] = {"user_id": user_id, "key": email_key}
    person["contact_id"] = (await connection.execute(CONTACT, person)).scalar_one_or_none()
    mentions = await blank_mentions(connection, user_id, email_key, MARKER)
    mails = list((await connection.execute(MAILS, person)).mappings())
    for statuses in (("claimed", "transmitting"), ("unknown",)):
        open_ = [mail["status"] for mail in mails if mail["status"] in statuses]
        if open_:
            raise StillNeededError(open_[0], len(open_))
    these = {"task_ids": [mail["task_id"] for mail in mails], "seqs": [mail["seq"] for mail in mails]}
    marked: dict[str, object] = {**these, "marker": MARKER}
    steps = (
        ("pending_mails", STOP, these),
        ("mails", BLANK_MAILS, marked),
        ("events", BLANK_EVENTS, {**these, "key": email_key}),
        ("replies", BLANK_REPLIES, {**marked, "key": email_key}),
        ("campaigns", BLANK_ORGANISATION, {"user_id": user_id, "contact_id": person["contact_id"]}),
        ("import_rows", UNSTAGE, {"user_id": user_id, "key": email_key}),
        ("refused_rows", BLANK_REFUSALS, {"user_id": user_id, "key": email_key}),
        ("suppressions", ALLOW, {"user_id": user_id, "key": email_key}),
        ("memberships", LEAVE_LISTS, {"contact_id": person["contact_id"]}),
        ("contacts", FORGET, {"user_id": user_id, "contact_id": person["contact_id"]}),
    )
    counts = {name: (await connection.execute(step, values)).rowcount for name, step, values in steps}
    return counts | {"mentions": mentions}


async def note(
    connection: AsyncConnection, user_id: UUID, email_hash: bytes, key_id: UUID, erased: Mapping[str, int]
) -> None:
    """Write down that a person was erased, with which API key, and how many rows; not who."""
    values = {"user_id": user_id, "hash": email_hash, "key_id": key_id, "erased": json.dumps(erased)}
    await connection.execute(NOTE, values)


async def known(connection: AsyncConnection, user_id: UUID, hashes: Sequence[bytes]) -> set[bytes]:
    """Which of these addresses were erased."""
    return set((await connection.execute(KNOWN, {"user_id": user_id, "hashes": list(hashes)})).scalars())


async def all_hashes(connection: AsyncConnection, user_id: UUID) -> frozenset[bytes]:
    """Every address that was erased."""
    return frozenset((await connection.execute(ALL, {"user_id": user_id})).scalars())


async def readmit(connection: AsyncConnection, user_id: UUID, email_hash: bytes) -> bool:
    """Let an address be added again; whether it was erased."""
    return (await connection.execute(READMIT, {"user_id": user_id, "hash": email_hash})).rowcount > 0
