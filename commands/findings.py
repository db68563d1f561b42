"""How findings are shown, of templates and of domains: the worst first, each with what to do."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from api.schemas.finding import FindingOut
from contracts.finding import Finding

MARKS = {"error": "[bold red]error[/]", "warning": "[yellow]warning[/]", "hint": "[dim]hint[/]"}


def findings(rows: Sequence[FindingOut | Finding]) -> RenderableType:
    """A line each, and below what to do."""
    if not rows:
        return Text("nothing found", style="green")
    table = Table.grid(padding=(0, 2))
    for row in rows:
        place = f" ({', '.join(row.where)})" if row.where else ""
        table.add_row(MARKS[row.severity], escape(f"{row.message}{place}"))
        table.add_row("", f"[dim]{escape(row.action)}[/]")
    return table


def has_errors(rows: Sequence[FindingOut | Finding]) -> bool:
    """Whether there is something that must be put right."""
    return any(row.severity == "error" for row in rows)
