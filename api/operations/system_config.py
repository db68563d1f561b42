"""Settings changed within their bounds, by whom; running workflows are told at once."""

from math import inf, isfinite
from typing import Any, TypeGuard
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.operations.temporal import tell
from api.pages import decode_number, make_shown_page
from api.problems import NotFoundError, invalid
from api.schemas.base import Page
from api.schemas.system_config import ConfigChange, ConfigChangeOut, ConfigOut
from database.connect import transaction
from database.queries import system_config
from runtime.resources import Resources

WHOLE = {"integer", "days"}
IN_WORKFLOWS = {"queue.fanout_width", "queue.central_batch_size"}
"""Read by running tasks with each survey of the ledger; all others are read by processes, every few seconds."""


async def list_config(connection: AsyncConnection) -> list[ConfigOut]:
    """Every setting."""
    return [shown(row) for row in await system_config.list_all(connection)]


async def change_config(resources: Resources, caller: KeyHolder, key: str, change: ConfigChange) -> ConfigOut:
    """Change a setting, if the value is of its type and within its bounds, and note who did."""
    async with transaction(resources.engine) as connection:
        row = await system_config.lock(connection, key)
        if row is None:
            raise NotFoundError(f"There is no setting {key!r}: GET /api/system/config lists them.")
        value = _checked(change.value, row["value_type"], row["constraints"])
        changed = await system_config.change(connection, row, value, caller.key_id)
        told = await system_config.sending_tasks(connection) if changed is not row and key in IN_WORKFLOWS else []
    if told:
        await tell(_survey_anew(resources, told), f"tell running tasks of {key}")
    return shown(changed)


async def list_changes(
    connection: AsyncConnection, key: str | None, cursor: str | None, limit: int
) -> Page[ConfigChangeOut]:
    """Who changed settings, the newest change first."""
    rows = await system_config.changes(connection, key, decode_number(cursor), limit)
    return make_shown_page(rows, limit, _shown_change, "id")


def shown(row: RowMapping) -> ConfigOut:
    """Show a setting with its values in their type."""
    return ConfigOut.model_validate({**row, **_typed(row, "value", "default_value")})


def _shown_change(row: RowMapping) -> ConfigChangeOut:
    return ConfigChangeOut.model_validate({**row, **_typed(row, "old_value", "new_value")})


def _typed(row: RowMapping, *names: str) -> dict[str, Any]:
    return {name: _number(row[name], row["value_type"]) for name in names}


def _number(text: str, kind: str) -> int | float:
    return int(text) if kind in WHOLE or text.isdecimal() else float(text)


def _checked(value: object, kind: str, constraints: dict[str, float]) -> str:
    low, high = constraints.get("minimum", -inf), constraints.get("maximum", inf)
    unit = "" if kind in {"integer", "share"} else f" {kind}"
    whole = "a whole number" if kind in WHOLE else "a number"
    if not _is_number(value) or (kind in WHOLE and value != int(value)):
        raise invalid("#/value", f"must be {whole} from {low} to {high}{unit}")
    if not low <= value <= high:
        raise invalid("#/value", f"must be from {low} to {high}{unit}, not {value}")
    return str(int(value)) if value == int(value) else str(value)


def _is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is one; JSON as Python reads it knows `NaN` and `Infinity`, which are none."""
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and isfinite(value)))


async def _survey_anew(resources: Resources, task_ids: list[UUID]) -> None:
    """Have these tasks look at the ledger, and with it at the settings.

    The first that fails ends it: Temporal is away, and every task surveys the ledger by itself before long.
    """
    for task_id in task_ids:
        await resources.orders.survey_anew(task_id)
