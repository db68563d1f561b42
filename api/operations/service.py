"""Services: added, changed, paused and deleted, with their passwords sealed."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from api.errors import describe, parsed
from api.operations.address import checked_one
from api.operations.api_key import KeyHolder
from api.operations.host import check_name
from api.operations.pool import find_pool
from api.operations.service_pacing import PACING, UNPACED, pacing, shown
from api.problems import ConflictError, FieldError, ProblemError, invalid, owned
from api.schemas.service import (
    RowProblem,
    ServiceBulkIn,
    ServiceBulkOut,
    ServiceBulkRow,
    ServiceChange,
    ServiceIn,
    ServiceOut,
)
from database.connect import transaction
from database.queries import service
from runtime.resources import Resources

CONNECTIONS = {"mailbox": 1, "relay": 5}
REACHING = {"host", "port", "security", "username", "password"}
"""What may be why a service was rested: a change of it ends the rest."""


async def create_service(
    connection: AsyncConnection, resources: Resources, caller: KeyHolder, order: ServiceIn
) -> ServiceOut:
    """Add a service."""
    service_id = uuid4()
    values = UNPACED | order.model_dump(exclude={"pool", "password", *PACING}) | pacing(order, order.kind)
    if values.get("sending_interval") is None:
        raise invalid("#/sendingInterval", "is missing; a relay may have a `ratePerSecond` instead")
    values |= {"id": service_id, "user_id": caller.user_id}
    values["from_address"] = checked_one("#/fromAddress", order.from_address)
    if order.bounce_address:
        values["bounce_address"] = checked_one("#/bounceAddress", order.bounce_address)
    values["max_connections"] = order.max_connections or CONNECTIONS[order.kind]
    values["password_sealed"] = _sealed(resources, order.password, service_id)
    check_name(order.host, allow_private=resources.settings.smtp.allow_private_hosts)
    values["pool_id"] = (await find_pool(connection, caller.user_id, order.pool))["id"]
    await _claim_name(connection, caller.user_id, order.name, service_id)
    await service.insert(connection, values)
    return await read_service(connection, caller, service_id)


async def read_service(connection: AsyncConnection, caller: KeyHolder, service_id: UUID) -> ServiceOut:
    """One of the caller's services."""
    row = owned(await service.get(connection, caller.user_id, service_id), "service", service_id)
    return shown(row)


async def change_service(
    resources: Resources, caller: KeyHolder, service_id: UUID, change: ServiceChange
) -> tuple[ServiceOut, ServiceOut]:
    """Change what is named and leave the rest; the service as it was and as it is."""
    async with transaction(resources.engine) as connection:
        row = owned(await service.lock(connection, caller.user_id, service_id), "service", service_id)
        before = await read_service(connection, caller, service_id)
        values = await _changed(connection, resources, caller, dict(row), change)
        if values["name"] != row["name"]:
            await _claim_name(connection, caller.user_id, values["name"], service_id)
        await service.update(connection, values)
        return before, await read_service(connection, caller, service_id)


async def _changed(
    connection: AsyncConnection, resources: Resources, caller: KeyHolder, row: dict[str, Any], change: ServiceChange
) -> dict[str, Any]:
    given = change.model_dump(exclude_unset=True, exclude=PACING) | pacing(change, change.kind or row["kind"])
    values: dict[str, Any] = {"daily_quota": None, "sending_interval": None} | row | given
    values["reachable"] = bool(REACHING & set(given))
    values["time_zone"] = given.get("time_zone")
    if "password" in given:
        values["password_sealed"] = _sealed(resources, change.password, row["id"])
    if "host" in given:
        check_name(values["host"], allow_private=resources.settings.smtp.allow_private_hosts)
    if "from_address" in given:
        values["from_address"] = checked_one("#/fromAddress", values["from_address"])
    if given.get("bounce_address"):
        values["bounce_address"] = checked_one("#/bounceAddress", values["bounce_address"])
    if "pool" in given:
        values["pool_id"] = (await find_pool(connection, caller.user_id, change.pool))["id"]
    if values["password_sealed"] is not None and values["username"] is None:
        raise invalid("#/username", "a password needs a username")
    return values


async def set_status(resources: Resources, caller: KeyHolder, service_id: UUID, status: str) -> ServiceOut:
    """Pause, resume or delete; each ends a rest. The service as it is, or was before it was deleted.

    A deleted one is neither used nor shown, and its name is free again; its row stays, because deliveries name it.
    """
    async with transaction(resources.engine) as connection:
        before = await read_service(connection, caller, service_id)
        await service.set_status(connection, caller.user_id, service_id, status)
        return before if status == "deleted" else await read_service(connection, caller, service_id)


async def create_services(
    connection: AsyncConnection, resources: Resources, caller: KeyHolder, order: ServiceBulkIn
) -> ServiceBulkOut:
    """Add many; a bad row does not stop the others."""
    rows: list[ServiceBulkRow] = []
    for index, given in enumerate(order.services):
        try:
            async with connection.begin_nested():
                added = await create_service(connection, resources, caller, parsed(ServiceIn, given))
            rows.append(ServiceBulkRow(index=index, service=added))
        except ProblemError as error:
            rows.append(ServiceBulkRow(index=index, problem=_row_problem(error)))
    created = sum(row.service is not None for row in rows)
    return ServiceBulkOut(data=rows, created=created, refused=len(rows) - created)


def _row_problem(error: ProblemError) -> RowProblem:
    errors = [{"pointer": fault.pointer, "message": fault.message} for fault in error.errors]
    return RowProblem(code=describe(error).code, detail=error.detail, errors=errors)


async def _claim_name(connection: AsyncConnection, user_id: UUID, name: str, service_id: UUID) -> None:
    if await service.name_taken(connection, user_id, name, service_id):
        text = f"You have a service named {name!r} already."
        raise ConflictError(text, [FieldError("#/name", text)])


def _sealed(resources: Resources, password: str | None, service_id: UUID) -> bytes | None:
    return None if password is None else resources.seal.seal(password, service_id)
