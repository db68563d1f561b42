"""Imports of contact files: upload, state, and what was refused."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import StringConstraints

from api.csv_answer import csv_answer
from api.dependencies import Connection, Process, Reader, Writer
from api.idempotency import IdempotencyKey, Once
from api.operations import contact_import
from api.operations.api_key import KeyHolder
from api.operations.contact_import import Reading
from api.schemas.base import Text
from api.schemas.contact_import import ContactImportOut, ImportLookOut
from api.upload import PART, Upload, received
from contracts.contact_import import ImportMode
from runtime.resources import Resources

router = APIRouter(prefix="/api", tags=["contact lists"])

BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [PART],
                    "properties": {PART: {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
ColumnWish = Annotated[Text, StringConstraints(min_length=2, max_length=300)]
WISHES = "`Title=field`: keep a column under another name; `Title=`: leave it out. One parameter each"
Option = Annotated[str | None, Query(min_length=1, max_length=100)]


async def reading(
    encoding: Option = None,
    delimiter: Option = None,
    email_column: Annotated[Option, Query(alias="emailColumn")] = None,
    tags_column: Annotated[Option, Query(alias="tagsColumn", description="Title of a column with tags")] = None,
    mode: Annotated[ImportMode, Query(description="What becomes of contacts that exist")] = "merge",
    tags: Annotated[Text, Query(max_length=2000, description="For all contacts of the file; commas between")] = "",
    column: Annotated[list[ColumnWish] | None, Query(max_length=500, description=WISHES)] = None,
) -> Reading:
    """How the file is to be read, and merged."""
    return Reading(encoding, delimiter, email_column, tags_column, mode, tags, column or ())


@dataclass(frozen=True, slots=True)
class Importing:
    """Who imports, and the key under which the same file is taken only once."""

    resources: Resources
    caller: KeyHolder
    key: str | None

    def once(self, request: Request, upload: Upload) -> Once:
        """Bind the key to what is asked: address and file, not the body, whose boundary changes."""
        asked = f"{request.url.path}?{request.url.query}\n".encode() + upload.digest
        return Once(self.resources, self.caller, self.key, hashlib.sha256(asked).digest())


async def importing(process: Process, caller: Writer, idempotency_key: IdempotencyKey = None) -> Importing:
    """Require the scope `write`."""
    return Importing(process, caller, idempotency_key)


@router.post("/contact-lists/{contact_list_id}/import", status_code=202, openapi_extra=BODY)
async def import_contacts(
    request: Request,
    response: Response,
    contact_list_id: UUID,
    reading: Annotated[Reading, Depends(reading)],
    importing: Annotated[Importing, Depends(importing)],
) -> ContactImportOut:
    """Upload a CSV file. Its delimiter, encoding and address column are found out where they are not given."""
    resources = importing.resources
    await contact_import.require_list(resources, importing.caller.user_id, contact_list_id)
    async with received(request, resources.settings.api.max_upload_bytes) as upload:
        once = importing.once(request, upload)
        staged = await contact_import.import_upload(once, contact_list_id, upload, reading)
    response.headers["Location"] = f"/api/imports/{staged.id}"
    return staged


@router.post("/imports/look", openapi_extra=BODY)
async def look_at(
    request: Request, reading: Annotated[Reading, Depends(reading)], process: Process, _: Reader
) -> ImportLookOut:
    """Say how a CSV file would be read, from its first 64 KiB. Nothing is kept."""
    most = process.settings.api.max_upload_bytes
    async with received(request, most) as upload:
        return await asyncio.to_thread(contact_import.look_at, upload, reading, most)


@router.get("/imports/{import_id}")
async def get_import(connection: Connection, caller: Reader, import_id: UUID) -> ContactImportOut:
    """How an import stands."""
    return await contact_import.get_import(connection, caller.user_id, import_id)


@router.get("/imports/{import_id}/errors.csv")
async def get_refusals(process: Process, connection: Connection, caller: Reader, import_id: UUID) -> StreamingResponse:
    """Rows that were not taken: line of the file, reason, and what stood there."""
    await contact_import.get_import(connection, caller.user_id, import_id)
    return csv_answer(contact_import.refusals(process, import_id), f"import-{import_id}-errors.csv", marked=True)
