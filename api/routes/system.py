"""`/api/system`, `/healthz` and `/readyz`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.dependencies import Admin, Connection, Health, HealthReader, Process, Reader, Times
from api.operations import system as operations
from api.operations import system_config
from api.pages import Cursor, Limit
from api.schemas import system as schemas
from api.schemas.base import Page
from api.schemas.system_config import ConfigChange, ConfigChangeOut, ConfigOut

router = APIRouter(tags=["system"])

KEY = r"^[a-z0-9_.]+$"


@router.get("/api/system/health")
async def health(caller: HealthReader, watch: Health, times: Times) -> schemas.Health:
    """How Tempost is: administrators see all of it, others their own part."""
    return await operations.health(watch, caller, times)


@router.get("/api/system/config")
async def list_config(_: Reader, connection: Connection) -> Page[ConfigOut]:
    """Settings that can be changed while running."""
    return Page(data=await system_config.list_config(connection))


@router.patch("/api/system/config/{key}")
async def change_config(
    key: Annotated[str, Path(max_length=100, pattern=KEY)], change: ConfigChange, caller: Admin, process: Process
) -> ConfigOut:
    """Change a setting within its bounds; processes and running tasks take it up within seconds."""
    return await system_config.change_config(process, caller, key, change)


@router.get("/api/system/config-changes")
async def list_config_changes(
    _: Admin,
    connection: Connection,
    key: Annotated[str | None, Query(max_length=100, pattern=KEY, description="Of this setting only")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ConfigChangeOut]:
    """Who changed settings, when, from what, to what; the newest first."""
    return await system_config.list_changes(connection, key, cursor, limit)


@router.get("/healthz", include_in_schema=False)
async def alive() -> dict[str, str]:
    """Say that this process answers; nothing about others."""
    return {"status": "ok"}


@router.get("/readyz", include_in_schema=False)
async def ready(watch: Health) -> schemas.Readiness:
    """Say that this process can answer requests: it has its database."""
    return await operations.readiness(watch)
