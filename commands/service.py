"""Commands about sending accounts: add one, list them, import a table."""

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from api.client import ApiClient
from api.schemas.service import ServiceIn, WarmUp, Window
from commands import view
from commands.call import CliError, call, collect, say, with_faults
from commands.upload import bars
from commands.view import out
from content.csv_file import find_dialect, records
from content.csv_header import plain

BULK_ROWS = 500

services = typer.Typer(no_args_is_help=True, help="Sending accounts.")

NESTED = {"window": Window, "warmUp": WarmUp}


def _columns() -> dict[str, str]:
    """A column's title → where its cells go: windowOpens → window.opens, and a field that is not nested by its name."""
    columns: dict[str, str] = {}
    for name in (str(field.alias) for field in ServiceIn.model_fields.values()):
        parts = [str(part.alias) for part in NESTED[name].model_fields.values()] if name in NESTED else []
        columns |= {f"{name}{part[0].upper()}{part[1:]}": f"{name}.{part}" for part in parts} or {name: name}
    return columns


COLUMNS = _columns()


@services.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Option()],
    host: Annotated[str, typer.Option()],
    from_address: Annotated[str, typer.Option("--from", help="Address the mails come from.")],
    port: Annotated[int, typer.Option()] = 587,
    security: Annotated[str, typer.Option(help="starttls, tls or none")] = "starttls",
    username: Annotated[str | None, typer.Option(help="The password is asked for.")] = None,
    from_name: Annotated[str | None, typer.Option()] = None,
    bounces: Annotated[
        str | None, typer.Option(help="Address that bounces return to, of the receiver's domain.")
    ] = None,
    daily_quota: Annotated[int, typer.Option(help="Mails a day.")] = 500,
    interval: Annotated[float | None, typer.Option(help="Seconds between two mails; 60 unless said.")] = None,
    rate: Annotated[float | None, typer.Option(help="Mails a second, of a relay; instead of --interval.")] = None,
    jitter: Annotated[float, typer.Option(help="Share by which each interval is lengthened at random.")] = 0.0,
    window: Annotated[str | None, typer.Option(help="When it may send, such as 09:00-17:00.")] = None,
    weekdays: Annotated[str | None, typer.Option(help="On which days, such as 'mon tue wed'.")] = None,
    warm_up: Annotated[str | None, typer.Option(help="Quota of the first day + daily step, such as 20+10.")] = None,
    kind: Annotated[str, typer.Option(help="mailbox or relay")] = "mailbox",
    connections: Annotated[int | None, typer.Option(help="Most at a time.")] = None,
    priority: Annotated[int, typer.Option(help="Higher goes first.")] = 0,
    time_zone: Annotated[str, typer.Option(help="Whose midnight resets the quota.")] = "UTC",
    pool: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Add a service. Its password is read from the terminal or TEMPOST_SERVICE_PASSWORD, never from an option."""
    order: dict[str, object] = {
        "name": name, "host": host, "port": port, "security": security, "kind": kind, "fromAddress": from_address,
        "dailyQuota": daily_quota, "jitter": jitter, "priority": priority, "timeZone": time_zone,
    }  # fmt: skip
    optional = {
        "username": username, "fromName": from_name, "bounceAddress": bounces, "maxConnections": connections,
        "sendingInterval": 60.0 if interval is None and rate is None else interval, "ratePerSecond": rate,
        "window": _window(window, weekdays), "warmUp": _warm_up(warm_up), "pool": pool,
    }  # fmt: skip
    order |= {field: value for field, value in optional.items() if value is not None}
    if username is not None:
        order["password"] = asked_password(username)
    made = call(context, lambda api: api.create_service(order))
    out.print(f"added {made.name} ({made.id})", markup=False, soft_wrap=True)


def asked_password(username: str) -> str:
    """A password from the environment or the terminal; in options others would see it."""
    known = os.environ.get("TEMPOST_SERVICE_PASSWORD")
    return known or str(typer.prompt(f"Password of {username}", hide_input=True, err=True))


@services.command("list")
def list_all(context: typer.Context) -> None:
    """List services: what each has left today, when it is free, and why it rests."""
    out.print(view.services(call(context, lambda api: collect(api.services()))))


@services.command("import")
def import_table(
    context: typer.Context, file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
) -> None:
    """Add the services of a CSV file; its columns are named as in the API, such as fromAddress or daily quota.

    What is nested there is flat here: windowOpens, windowCloses, windowWeekdays (mon tue wed), warmUpFirstDayQuota,
    warmUpDailyStep and warmUpFrom.
    """
    if call(context, lambda api: _import(api, file)):
        raise typer.Exit(1)


async def _import(api: ApiClient, file: Path) -> int:
    """Add the services of a CSV file, each row judged by itself; how many were refused."""
    rows = list(_rows(file))
    created = refused = 0
    with bars() as shown:
        bar = shown.add_task("services", total=len(rows))
        remaining = iter(rows)
        while part := list(islice(remaining, BULK_ROWS)):
            answer = await api.create_services([fields for _, fields in part])
            for row in answer.data:
                if row.problem is not None:
                    faults = [f"{fault.get('pointer')}: {fault.get('message')}" for fault in row.problem.errors]
                    say(with_faults(f"line {part[row.index][0]}: {row.problem.detail}", faults))
            created, refused = created + answer.created, refused + answer.refused
            shown.advance(bar, len(part))
    out.print(f"{created:,} services added, {refused:,} refused", markup=False)
    return refused


def _rows(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    with file.open("rb") as opened:
        dialect = find_dialect(opened, email_column="fromAddress")
        known_titles = {plain(title): path for title, path in COLUMNS.items()}
        paths = [known_titles.get(plain(title), "") for title in dialect.header.titles]
        unknown = [title for title, path in zip(dialect.header.titles, paths, strict=True) if not path]
        if unknown:
            known = ", ".join(COLUMNS)
            raise CliError(f"{file}: no service has {', '.join(map(repr, unknown))}; the columns may be {known}")
        for line, cells in records(opened, dialect):
            yield line, _order(zip(paths, cells, strict=False))


def _order(cells: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Put the cells of a row in their places; an empty one is not given."""
    order: dict[str, object] = {}
    nested: dict[str, dict[str, object]] = {}
    for path, cell in cells:
        if not cell.strip():
            continue
        name, _, part = path.partition(".")
        if part:
            nested.setdefault(name, {})[part] = _words(cell) if part == "weekdays" else cell.strip()
        else:
            order[name] = cell
    return order | nested


def _words(cell: str) -> list[str]:
    """Read words such as `Mon, Tue` or `mon tue`."""
    return re.findall(r"\w+", cell.lower())


def _window(hours: str | None, weekdays: str | None) -> dict[str, object] | None:
    """Read `09:00-17:00` and `mon tue`; without hours there is no window."""
    if hours is None:
        if weekdays is not None:
            raise typer.BadParameter("needs --window", param_hint="--weekdays")
        return None
    opens, dash, closes = (part.strip() for part in hours.partition("-"))
    if not dash:
        raise typer.BadParameter("is written as 09:00-17:00", param_hint="--window")
    return {"opens": opens, "closes": closes} | ({"weekdays": _words(weekdays)} if weekdays is not None else {})


def _warm_up(said: str | None) -> dict[str, object] | None:
    """Read `20+10`."""
    if said is None:
        return None
    parts = re.fullmatch(r"\s*(\d+)\s*\+\s*(\d+)\s*", said)
    if parts is None:
        raise typer.BadParameter("is written as 20+10", param_hint="--warm-up")
    return {"firstDayQuota": int(parts[1]), "dailyStep": int(parts[2])}
