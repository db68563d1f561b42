"""The table of the demo: every class of recipients, what was expected of them and what was counted."""

from collections import Counter
from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.table import Table

Facts = Mapping[str, Counter[str]]


def differences(wanted: Facts, found: Facts) -> list[tuple[str, str, int, int]]:
    """Every fact that does not hold for as many of a class as it should: class, fact, expected, counted."""
    lines = []
    for name in sorted({*wanted, *found}):
        left, right = wanted.get(name, Counter()), found.get(name, Counter())
        lines += [
            (name, fact, left[fact], right[fact]) for fact in sorted({*left, *right}) if left[fact] != right[fact]
        ]
    return lines


def show(wanted: Facts, found: Facts, console: Console) -> None:
    """Print a row per class, then the sums of each fact, then what differs."""
    table = Table(title="classes of recipients", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for title in ("class", "recipients", "mails expected", "counted", "came back, expected", "counted", ""):
        table.add_column(title, justify="left" if title in ("class", "") else "right")
    wrong = {name for name, *_ in differences(wanted, found)}
    for name, facts in wanted.items():
        counted = found.get(name, Counter())
        people = str(sum(number for fact, number in facts.items() if fact.startswith("round 1: ") and _is_fate(fact)))
        cells = (str(_sum(each, fates)) for fates in (True, False) for each in (facts, counted))
        table.add_row(name, people, *cells, "differs" if name in wrong else "as expected")
    console.print(table)
    console.print(_sums(wanted, found))
    for name, fact, left, right in differences(wanted, found):
        console.print(f"{name}: {fact}: expected {left}, counted {right}", style="red", markup=False, soft_wrap=True)


def _sums(wanted: Facts, found: Facts) -> Table:
    table = Table(title="all classes together", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for title in ("", "expected", "counted"):
        table.add_column(title, justify="right" if title else "left")
    left, right = (sum(each.values(), Counter()) for each in (wanted, found))
    for fact in sorted({*left, *right}):
        table.add_row(fact, f"{left[fact]:,}", f"{right[fact]:,}", style="red" if left[fact] != right[fact] else "")
    return table


def _is_fate(fact: str) -> bool:
    """Whether it says what became of a mail, and not what came back for it."""
    return fact.endswith((": sent", ": failed")) or ": not sent, " in fact


def _sum(facts: Counter[str], fates: bool) -> int:  # noqa: FBT001 - which half
    """Mails that went out, or things that came back."""
    if fates:
        return sum(number for fact, number in facts.items() if fact.endswith(": sent"))
    return sum(number for fact, number in facts.items() if not _is_fate(fact))
