"""Commands about single contacts and segments."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.client import ApiClient
from api.schemas.contact import ContactOut
from commands.call import CliError, call, collect, find
from commands.view import out

contacts = typer.Typer(no_args_is_help=True, help="Single contacts.")
segments = typer.Typer(no_args_is_help=True, help="Saved filters on contacts.")

OfList = Annotated[str | None, typer.Option("--list", help="Of this list: id or name.")]
OfSegment = Annotated[str | None, typer.Option("--segment", help="Of this segment: id or name.")]
Person = Annotated[str, typer.Argument(metavar="CONTACT", help="Id or address.")]
Segment = Annotated[str, typer.Argument(metavar="SEGMENT", help="Id or name.")]


@contacts.command("list")
def contacts_list(
    context: typer.Context,
    email: Annotated[str | None, typer.Option(help="How the address begins.")] = None,
    tag: Annotated[str | None, typer.Option()] = None,
    of_list: OfList = None,
    most: Annotated[int, typer.Option(min=1, help="Show so many.")] = 50,
) -> None:
    """List contacts."""

    async def work(api: ApiClient) -> list[ContactOut]:
        given = {"email": email, "tag": tag, "listId": await _list_id(api, of_list)}
        return await collect(api.contacts(**{name: value for name, value in given.items() if value}), most)

    out.print(_table(call(context, work)))


@contacts.command("show")
def contacts_show(context: typer.Context, contact: Person) -> None:
    """Show one contact."""
    row = call(context, lambda api: _contact(api, contact))
    out.print_json(row.model_dump_json(by_alias=True))


@contacts.command("tag")
def contacts_tag(
    context: typer.Context,
    who: Annotated[list[str] | None, typer.Argument(metavar="CONTACT", help="Ids or addresses.")] = None,
    segment: OfSegment = None,
    add: Annotated[list[str] | None, typer.Option(help="Put this tag on; may be given again.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="Take this tag off; may be given again.")] = None,
) -> None:
    """Put tags on contacts and take others off."""

    async def work(api: ApiClient) -> str:
        order: dict[str, object] = {"add": add or [], "remove": remove or []}
        if segment:
            order["segmentId"] = str((await find("segment", api.segments(), segment)).id)
        if who:
            order["contactIds"] = [(await _contact(api, each)).id for each in who]
        answer = await api.tag_contacts(order)
        full = f", {answer.full:,} have a hundred tags already" if answer.full else ""
        return f"{answer.changed:,} of {answer.contacts:,} contacts changed{full}"

    out.print(call(context, work), markup=False)


@contacts.command("export")
def contacts_export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Is written anew.")],
    of_list: OfList = None,
    segment: OfSegment = None,
    tag: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Write contacts to a CSV file that an import reads back."""

    async def work(api: ApiClient) -> None:
        segment_id = str((await find("segment", api.segments(), segment)).id) if segment else None
        given = {"listId": await _list_id(api, of_list), "segmentId": segment_id, "tag": tag}
        with file.open("wb") as opened:
            async for piece in api.export_contacts({name: value for name, value in given.items() if value}):
                opened.write(piece)

    call(context, work)
    out.print(f"written: {file}", markup=False, soft_wrap=True)


@contacts.command("erase")
def contacts_erase(
    context: typer.Context,
    email: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person from everything; sums and counts stay."""
    if not yes:
        typer.confirm(f"Erase {email} for good?", abort=True, err=True)
    answer = call(context, lambda api: api.erase(email))
    counts = {name.replace("_", " "): count for name, count in answer.model_dump().items() if count}
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    out.print(f"erased: {said or 'nothing held the address'}", markup=False, soft_wrap=True)


@segments.command("list")
def segments_list(context: typer.Context) -> None:
    """List segments."""
    table = Table("segment", "id", "rules", box=None, header_style="bold", pad_edge=False)
    for row in call(context, lambda api: collect(api.segments())):
        table.add_row(escape(row.name), str(row.id), escape(json.dumps(row.rules, ensure_ascii=False)))
    out.print(table)


@segments.command("create")
def segments_create(
    context: typer.Context,
    name: str,
    file: Annotated[Path, typer.Option("--file", exists=True, dir_okay=False, help="JSON; see docs/contacts.md.")],
) -> None:
    """Keep a segment, and say how many contacts it has."""

    async def work(api: ApiClient) -> str:
        rules = _rules(file)
        made = await api.create_segment(name, rules)
        return f"added {made.name} ({made.id}): {await _count(api, rules)}"

    out.print(call(context, work), markup=False, soft_wrap=True)


@segments.command("preview")
def segments_preview(
    context: typer.Context,
    segment: Annotated[str | None, typer.Argument(metavar="SEGMENT", help="Id or name.")] = None,
    file: Annotated[Path | None, typer.Option("--file", exists=True, dir_okay=False, help="Rules as JSON.")] = None,
) -> None:
    """Say how many contacts a segment has, or rules in a file find."""

    async def work(api: ApiClient) -> str:
        if file is not None:
            return await _count(api, _rules(file))
        if segment is None:
            raise CliError("name a segment, or give its rules with --file")
        return await _count(api, (await find("segment", api.segments(), segment)).rules)

    out.print(call(context, work), markup=False, soft_wrap=True)


@segments.command("freeze")
def segments_freeze(context: typer.Context, segment: Segment, name: Annotated[str, typer.Option()]) -> None:
    """Make a contact list of those who are of a segment now."""

    async def work(api: ApiClient) -> str:
        made = await api.freeze_segment((await find("segment", api.segments(), segment)).id, name)
        return f"{made.name} ({made.id}): {made.contacts:,} contacts"

    out.print(call(context, work), markup=False, soft_wrap=True)


async def _contact(api: ApiClient, word: str) -> ContactOut:
    if word.isdecimal():
        return await api.contact(int(word))
    async for row in api.contacts(email=word):
        if row.email.lower() == word.lower():
            return row
    raise CliError(f"there is no contact {word!r}: see `tempost contacts list --email {word[:3]}`.")


async def _list_id(api: ApiClient, word: str | None) -> str | None:
    return str((await find("list", api.lists(), word)).id) if word else None


async def _count(api: ApiClient, rules: object) -> str:
    found = await api.preview_segment(rules)
    if found.contacts is None:
        return "too many to estimate within a second"
    some = ", ".join(row.email for row in found.sample[:3])
    return f"{'' if found.exact else 'about '}{found.contacts:,} contacts" + (f", such as {some}" if some else "")


def _rules(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise CliError(f"{file} is not JSON: {error}") from error


def _table(rows: list[ContactOut]) -> Table:
    table = Table("id", "contact", "tags", "fields", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        fields = ", ".join(f"{name}={value}" for name, value in row.fields.items())
        table.add_row(str(row.id), escape(row.email), escape(", ".join(row.tags)), escape(fields))
    return table
