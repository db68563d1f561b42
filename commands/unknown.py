"""Mails that nobody knows the outcome of: shown, decided, and resolved by what was seen of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.client import ApiClient
from api.schemas.evidence import UnknownOut
from api.schemas.subtask import ResolveOut
from commands.call import CliError, call, collect, find
from commands.task import Task
from commands.upload import bars
from commands.view import out
from contracts.delivery import Decision
from contracts.evidence import MOST_AT_ONCE, SentMail

MIN_WIDTH = 11
"""Of a column: a date, and on a terminal of 80 characters all six."""
MEANINGS = {
    "sent": "taken as sent", "known": "known to be sent already",
    "open": "in a worker's hands, or of a pool without services: give them again later",
    "ended": "failed, suppressed or cancelled: left so", "unprepared": "of tasks that have no mails yet",
    "no_task": "of no task of yours", "no_mail": "of tasks that have no such mail",
}  # fmt: skip


def unknown(context: typer.Context, task: Task) -> None:
    """List the mails of a task that may or may not have arrived, with what is known of each."""

    async def work(api: ApiClient) -> list[UnknownOut]:
        return await collect(api.unknown((await find("task", api.tasks(), task)).id))

    found = call(context, work)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("mail", justify="right", no_wrap=True)
    for column in ("to", "service", "sent at", "last words", "message id"):
        table.add_column(column, overflow="fold", min_width=MIN_WIDTH)
    for mail in found:
        at = f"{mail.marked_at.astimezone():%Y-%m-%d %H:%M:%S}" if mail.marked_at else "–"
        words = mail.last_words or (mail.reason or "").replace("_", " ")
        table.add_row(str(mail.seq), *map(escape, (mail.email, mail.service or "–", at, words, mail.message_id)))
    out.print(table if found else "No mail of this task is of unknown outcome.")


def decide(
    context: typer.Context,
    task: Task,
    decision: Annotated[str, typer.Argument(help="resend (it may arrive twice), sent or failed")],
    mails: Annotated[list[int] | None, typer.Argument(metavar="[MAIL]...", help="Numbers; all unless given.")] = None,
) -> None:
    """Decide mails of unknown outcome: each keeps who decided, what and when."""
    decided: dict[str, Decision] = {"resend": "resend", "sent": "sent", "failed": "failed"}
    if decision not in decided:
        raise typer.BadParameter(f"{decision!r} is none of {', '.join(decided)}")

    async def work(api: ApiClient) -> ResolveOut:
        return await api.decide((await find("task", api.tasks(), task)).id, decided[decision], mails)

    answer = call(context, work)
    out.print(f"{answer.resolved:,} decided, {answer.unknown:,} still unknown; the task is {answer.status}")


def evidence(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(exists=True, readable=True)],
) -> None:
    """Take mails as sent that are in a provider's journal (JSON lines), an mbox file or a Maildir."""
    from mail.sent_folder import EvidenceError

    async def work(api: ApiClient) -> Counter[str]:
        counts: Counter[str] = Counter()
        try:
            for mails in _batches(read_evidence(files)):
                counts.update((await api.evidence({"mails": mails})).model_dump())
        except EvidenceError as error:
            raise CliError(str(error)) from error
        return counts

    show_counts(call(context, work))


def read_evidence(files: Sequence[Path]) -> Iterator[SentMail]:
    """Every mail in these files, with a bar of how far they are taken. What cannot be read is told at once."""
    from mail.sent_folder import read_sent

    def mails() -> Iterator[SentMail]:
        return chain.from_iterable(map(read_sent, files))

    def shown(total: int) -> Iterator[SentMail]:
        with bars() as bar:
            yield from bar.track(mails(), total, description="evidence")

    return shown(sum(1 for _ in mails()))


def show_counts(verdicts: Counter[str]) -> None:
    """Say how many mails of some evidence were what."""
    for verdict, count in verdicts.most_common():
        if count:
            out.print(f"{count:>9,} mails {MEANINGS[verdict]}", markup=False)


def _batches(seen: Iterable[SentMail]) -> Iterator[list[dict[str, str]]]:
    """As the API takes them. Nobody's mail without a Message-ID is among them."""
    rest = (_as_order(mail) for mail in seen if 0 < len(mail.message_id) <= 200)
    while mails := list(islice(rest, MOST_AT_ONCE)):
        yield mails


def _as_order(mail: SentMail) -> dict[str, str]:
    known = {"messageId": mail.message_id, "recipient": _address(mail.recipient), "sender": _address(mail.sender)}
    known["sentAt"] = mail.sent_at.isoformat() if mail.sent_at else None
    return {name: value for name, value in known.items() if value}


def _address(text: str | None) -> str | None:
    """As the API takes one; a header may hold anything."""
    return text if text and text.isprintable() and 3 <= len(text) <= 320 else None
