"""The table that holds the ledger against the journal, for people."""

from rich.console import Console
from rich.table import Table

from evidence import journal
from evidence.verdict import Run, open_mails


def show_comparison(run: Run, refused: dict[str, int], console: Console) -> None:
    """Print what Tempost says next to what the providers saw."""
    table = Table(title="ledger and journal", title_justify="left", title_style="bold")
    table.add_column("")
    for title in ("ledger", "journal", "plain rules"):
        table.add_column(title, justify="right")
    for row in comparison(run, refused):
        table.add_row(*(cell if isinstance(cell, str) else "" if cell is None else f"{cell:,}" for cell in row))
    console.print(table)


def comparison(run: Run, refused: dict[str, int]) -> list[tuple[str, int | None, int | None, int | None]]:
    """Return the rows: what it is, by the ledger, by the journal, by the rules that made file and providers."""
    ledger, counts, expected = run.ledger, run.ledger.counts, run.expected
    taken = list(journal.taken(run.tries))
    unanswered = sum(found.code is None for found in taken)
    return [
        ("rows of the file", ledger.rows, None, expected.rows),
        ("malformed addresses", ledger.rejected, None, expected.rejected),
        ("merged duplicates", ledger.merged, None, expected.duplicates),
        ("suppressed", counts.suppressed, None, expected.suppressed),
        ("mails to send", ledger.total - counts.suppressed, None, expected.to_send),
        ("sent", counts.sent, len(taken) - unanswered, expected.to_send - run.gone),
        ("failed for good", counts.failed, refused["for good"], run.gone),
        ("unknown, taken without an answer", counts.unknown, unanswered, 0),
        ("put off, then tried again", None, refused["for now"], None),
        ("still open", open_mails(counts), None, 0),
        ("different addresses reached", None, len(journal.recipients(run.tries)), expected.to_send - run.gone),
    ]


def refusals(seen: journal.Journal) -> dict[str, int]:
    """Count the refusals before a final dot: 5xx and 4xx."""
    for_good = sum(count for (_, code), count in seen.refused.items() if code >= 500)
    return {"for good": for_good, "for now": seen.refused.total() - for_good}
