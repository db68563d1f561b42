"""Cells that spreadsheets would run as formulas: written with an apostrophe in front, and read back without it."""

import re

RISKY = re.compile(r"'*[=+\-@\t\r\n]")
"""How a cell begins that is run (OWASP, CSV injection), or that looks as if it had been made harmless before."""


def harmless(text: str) -> str:
    """Write a text so that a spreadsheet shows it. `meant` gives it back."""
    return f"'{text}" if RISKY.match(text) else text


def meant(cell: str) -> str:
    """Read a cell back that `harmless` wrote; another one stays as it is."""
    return cell[1:] if cell.startswith("'") and RISKY.match(cell) else cell
