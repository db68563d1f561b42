"""`/api/system` and `/healthz`."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request

from api.dependencies import Admin, Connection, Process, Reader
from api.operations import system as operations
from api.response_times import ResponseTimes
from api.schemas.base import Page
from api.schemas.system import ConfigChange, ConfigOut, Health

router = APIRouter(tags=["system"])


@router.get("/api/system/health")
async def health(caller: Reader, process: Process, request: Request) -> Health:
    """How Tempost is: administrators see all of it, others their own part."""
    return await operations.health(process, caller, cast("ResponseTimes", request.app.state.response_times))


@router.get("/api/system/config")
async def list_config(_: Reader, connection: Connection) -> Page[ConfigOut]:
    """Settings that can be changed while running."""
    return Page(data=await operations.list_config(connection))


@router.patch("/api/system/config/{key}")
async def change_config(
    key: Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9_.]+$")],
    change: ConfigChange,
    _: Admin,
    connection: Connection,
) -> ConfigOut:
    """Change a setting within its bounds; running workflows take it up by themselves."""
    return await operations.change_config(connection, key, change)


@router.get("/healthz", include_in_schema=False)
async def alive() -> dict[str, str]:
    """Say that this process answers; nothing about others."""
    return {"status": "ok"}
