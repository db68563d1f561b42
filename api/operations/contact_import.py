"""Contact imports: an uploaded file is staged in one short transaction, then its workflow is started."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from api.csv_answer import Rows
from api.idempotency import Once
from api.operations.contact_rows import Batch, batches
from api.operations.erasure import erased_among
from api.operations.temporal import tell
from api.problems import FieldError, InvalidError, NotFoundError, invalid
from api.schemas.contact_import import ColumnOut, ContactImportOut, ImportLookOut
from api.upload import Upload
from content.csv_file import CsvError, Dialect, find_dialect
from content.csv_header import HeaderError, plain, renamed
from content.csv_look import LOOK_BYTES, look
from contracts.contact_import import ImportMode
from contracts.tag import split_tags
from database.connect import transaction
from database.queries import contact_import
from database.queries.contact_import import NewImport
from database.queries.contact_merge import UnfinishedImport
from runtime.resources import Resources

REFUSALS_AT_ONCE = 5_000
"""Refused rows that are read in one transaction."""
NO_LIST = "There is no such contact list."
PARAMETERS = {"encoding": "?encoding", "delimiter": "?delimiter", "email_column": "?emailColumn"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a person says that a file is to be read; what is not said is found out."""

    encoding: str | None = None
    delimiter: str | None = None
    email_column: str | None = None
    tags_column: str | None = None
    """Title of a column with tags, commas or semicolons between."""
    mode: ImportMode = "merge"
    tags: str = ""
    """Put on every contact of the file; commas between."""
    columns: Sequence[str] = ()
    """`Title=field`: keep a column under another name. `Title=`: leave it out."""


async def require_list(resources: Resources, user_id: UUID, contact_list_id: UUID) -> None:
    """Refuse an upload into a list that is not there before its bytes are taken."""
    async with transaction(resources.engine) as connection:
        if not await contact_import.list_exists(connection, user_id, contact_list_id):
            raise NotFoundError(NO_LIST)


async def import_upload(once: Once, contact_list_id: UUID, upload: Upload, reading: Reading) -> ContactImportOut:
    """Stage a file and have it merged. A file that cannot be read to its end leaves only a failed import."""
    tags = _tags(reading.tags)
    dialect = _renamed(await asyncio.to_thread(_dialect, upload, reading), reading.columns)
    new = NewImport(
        uuid4(), once.caller.user_id, contact_list_id, upload.name,
        dialect.encoding.name, dialect.delimiter, dialect.header.columns, reading.mode, tags,
    )  # fmt: skip
    tags_column = _tags_column(dialect, reading.tags_column)
    erased = await erased_among(once.resources, once.caller)
    parts = batches(upload.file, dialect, new.id, tags_column, erased)

    async def work(connection: AsyncConnection) -> ContactImportOut:
        return await _stage(connection, new, parts)

    try:
        staged = await once.run(ContactImportOut, work)
    except CsvError as error:
        await _record_failure(once.resources, new, str(error))
        raise _refused(error) from error
    order = once.resources.orders.start_import(UnfinishedImport(staged.id, new.user_id, staged.file_name))
    await tell(order, f"start import {staged.id}")  # else a worker's reconcile starts it
    return staged


async def get_import(connection: AsyncConnection, user_id: UUID, import_id: UUID) -> ContactImportOut:
    """One import of this user."""
    row = await contact_import.get_import(connection, user_id, import_id)
    if row is None:
        raise NotFoundError("There is no such import.")
    return ContactImportOut.model_validate(dict(row))


async def refusals(resources: Resources, import_id: UUID) -> Rows:
    """A row for each line of the file that was not taken, read in parts, each in a transaction of its own."""
    yield ["line", "reason", "value"]
    after = -1
    while True:
        async with transaction(resources.engine) as connection:
            found = await contact_import.refusals(connection, import_id, after, REFUSALS_AT_ONCE)
        if not found:
            return
        for each in found:
            yield [each.line, each.reason, each.value]
        after = found[-1].line


def look_at(upload: Upload, reading: Reading, max_upload_bytes: int) -> ImportLookOut:
    """Say how a file would be read, by its first 64 KiB; more of it need not be sent."""
    upload.file.seek(0)
    head = upload.file.read(LOOK_BYTES)
    try:
        seen = look(head, encoding=reading.encoding, delimiter=reading.delimiter, email_column=reading.email_column)
    except CsvError as error:
        raise _refused(error) from error
    header = seen.header
    columns = [
        ColumnOut(title=title, field=field, examples=list(examples))
        for title, field, examples in zip(header.titles, header.fields, seen.examples, strict=True)
    ]
    return ImportLookOut(
        encoding=seen.begins.encoding.name,
        delimiter=seen.begins.delimiter,
        email_column=header.titles[header.email] if header.email >= 0 else None,
        columns=columns,
        max_upload_bytes=max_upload_bytes,
    )


def _dialect(upload: Upload, reading: Reading) -> Dialect:
    try:
        return find_dialect(
            upload.file, encoding=reading.encoding, delimiter=reading.delimiter, email_column=reading.email_column
        )
    except CsvError as error:
        raise _refused(error) from error


def _renamed(dialect: Dialect, wishes: Sequence[str]) -> Dialect:
    """Keep columns as a person wishes. Raises `InvalidError`."""
    named = {title: field for title, _, field in (wish.rpartition("=") for wish in wishes)}
    if "" in named:
        raise invalid("?column", "say `Title=field`, or `Title=` to leave a column out")
    try:
        return replace(dialect, header=renamed(dialect.header, named))
    except HeaderError as error:
        raise invalid("?column", str(error)) from None


def _tags(given: str) -> list[str]:
    try:
        return split_tags(given)
    except ValueError as error:
        raise invalid("?tags", str(error)) from None


def _tags_column(dialect: Dialect, title: str | None) -> int | None:
    """Find the column with the tags. Raises `InvalidError`."""
    if title is None:
        return None
    for index, each in enumerate(dialect.header.titles):
        if plain(each) == plain(title):
            if index == dialect.header.email:
                break
            return index
    raise invalid("?tagsColumn", f"there is no column {title!r} beside the addresses")


async def _stage(connection: AsyncConnection, new: NewImport, parts: Iterator[Batch]) -> ContactImportOut:
    if not await contact_import.create_import(connection, new):
        raise NotFoundError(NO_LIST)
    read = rejected = 0
    try:
        coming = asyncio.create_task(_next(parts))
        while (batch := await coming) is not None:
            coming = asyncio.create_task(_next(parts))
            await contact_import.copy_staged(connection, batch.staged)
            await contact_import.copy_refused(connection, batch.refused)
            read += batch.read
            rejected += len(batch.refused)
    finally:
        await asyncio.gather(coming, return_exceptions=True)
    await contact_import.mark_staged(connection, new.id, read, rejected)
    return await get_import(connection, new.user_id, new.id)


async def _next(parts: Iterator[Batch]) -> Batch | None:
    """Judge the next rows in a thread, while the database takes those before."""
    return await asyncio.to_thread(next, parts, None)


async def _record_failure(resources: Resources, new: NewImport, error: str) -> None:
    async with transaction(resources.engine) as connection:
        await contact_import.record_failure(connection, new, error)


def _refused(error: CsvError) -> InvalidError:
    pointer = PARAMETERS.get(error.parameter or "", "#/file")
    return InvalidError(f"The file cannot be imported: {error}", [FieldError(pointer, str(error))])
