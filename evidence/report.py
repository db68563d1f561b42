"""A report of a demo or benchmark: a JSON file for programs, a table for people, and whether every bound holds."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from stack.files import write_private

Figure = float | int | str | None
Relation = Literal["=", "<", "≤", "≥"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure and what it must be."""

    name: str
    value: float | None
    """None: it could not be measured, which breaks the bound."""
    relation: Relation
    limit: float

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        if self.value is None:
            return False
        match self.relation:
            case "=":
                return self.value == self.limit
            case "<":
                return self.value < self.limit
            case "≤":
                return self.value <= self.limit
            case "≥":
                return self.value >= self.limit

    @property
    def text(self) -> str:
        """The bound as people write it."""
        return f"{self.relation} {_shown(self.limit)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run showed."""

    name: str
    started_at: datetime
    seconds: float
    figures: Mapping[str, Figure]
    bounds: tuple[Bound, ...]
    processes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """What each process cost, a row of figures by its name."""
    faults: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    """What each fault did, likewise."""
    campaigns: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    """How the campaign fared that each fault struck, likewise."""

    @property
    def ok(self) -> bool:
        """Whether all bounds hold."""
        return all(bound.ok for bound in self.bounds)

    def as_json(self) -> str:
        """The report as its file holds it."""
        bounds = [
            {"name": bound.name, "value": bound.value, "bound": bound.text, "ok": bound.ok} for bound in self.bounds
        ]
        whole = {
            "name": self.name,
            "startedAt": self.started_at.isoformat(),
            "seconds": round(self.seconds, 3),
            "machine": machine(),
            "figures": dict(self.figures) | {name: rows for name, rows in self._rows.items() if rows},
            "bounds": bounds,
            "ok": self.ok,
        }
        return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"

    def write(self, folder: Path) -> Path:
        """Write the file, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        write_private(path, self.as_json())
        return path

    def show(self, console: Console) -> None:
        """Print figures and bounds."""
        bounds = {bound.name: bound for bound in self.bounds}
        table = Table(title=self.name, title_justify="left", title_style="bold")
        for title in ("figure", "value", "must be", ""):
            table.add_column(title, justify="right" if title == "value" else "left")
        for name, value in self.figures.items():
            bound = bounds.pop(name, None)
            table.add_row(name, _shown(value), bound.text if bound else "", _mark(bound))
        for bound in bounds.values():
            table.add_row(bound.name, _shown(bound.value), bound.text, _mark(bound))
        console.print(table)
        for name, rows in self._rows.items():
            if rows:
                console.print(_table(f"{self.name}: {name}", rows))

    @property
    def _rows(self) -> Mapping[str, Mapping[str, Mapping[str, Figure]]]:
        return {"processes": self.processes, "faults": self.faults, "campaigns": self.campaigns}


def _table(title: str, rows: Mapping[str, Mapping[str, Figure]]) -> Table:
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column.replace("_", " "), justify="right", overflow="fold")
    for name, row in rows.items():
        table.add_row(name, *(_shown(row[column]) if column in row else "" for column in columns))
    return table


def machine() -> dict[str, Figure]:
    """Say on what the figures were taken."""
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_mb": psutil.virtual_memory().total // 2**20,
    }


def _mark(bound: Bound | None) -> str:
    if bound is None:
        return ""
    return "[green]ok[/]" if bound.ok else "[bold red]broken[/]"


def _shown(value: Figure) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if value == int(value) else f"{value:,.3f}".rstrip("0")
    return f"{value:,}" if isinstance(value, int) else value
