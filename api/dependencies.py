"""What routes are given: the process's resources, who asks, and a transaction.

All are coroutines, also those that wait for nothing: FastAPI runs a plain function in a thread, at every request.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.inline_contents import InlineContents
from api.key_holders import KeyHolders
from api.operations.api_key import KeyHolder
from api.operations.preflight import Preflights
from api.pool_forecasts import PoolForecasts
from api.problems import NotAllowedError
from api.rate_limit import RateLimit
from api.response_times import ResponseTimes
from content.trial import TemplateTrial
from contracts.about import about
from database.connect import analysis as open_analysis
from database.connect import autocommit, transaction
from runtime.health import HealthWatch
from runtime.resources import Resources

bearer = HTTPBearer(auto_error=False, description="An API key")


def _kept(name: str) -> Any:
    """Depend on what the application keeps in its state under this name (`api.app`)."""

    async def kept(request: Request) -> object:
        return getattr(request.app.state, name)

    return Depends(kept)


Process = Annotated[Resources, _kept("resources")]
Trial = Annotated[TemplateTrial, _kept("trial")]
Contents = Annotated[InlineContents, _kept("inline_contents")]
Preflight = Annotated[Preflights, _kept("preflights")]
Forecasts = Annotated[PoolForecasts, _kept("pool_forecasts")]
Holders = Annotated[KeyHolders, _kept("key_holders")]
Health = Annotated[HealthWatch, _kept("health_watch")]
Rate = Annotated[RateLimit, _kept("rate_limit")]
Times = Annotated[ResponseTimes, _kept("response_times")]
Stopping = Annotated[asyncio.Event, _kept("stopping")]
"""Set when the process is to leave: streams end then."""
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def key_holder(request: Request, holders: Holders, rate: Rate, credentials: Credentials) -> KeyHolder:
    """Find who asks, and whether they ask too often."""
    holder = await holders.authenticate(credentials.credentials if credentials else None)
    named = {name: value for name, value in request.path_params.items() if name.endswith("_id")}  # never an address
    about(**{**named, "user_id": holder.user_id, "key_id": holder.key_id})
    rate.check(holder.key_id)
    return holder


Holder = Annotated[KeyHolder, Depends(key_holder)]


async def reader(holder: Holder) -> KeyHolder:
    """Require the scope `read`."""
    return _require(holder, "read")


async def writer(holder: Holder) -> KeyHolder:
    """Require the scope `write`."""
    return _require(holder, "write")


async def administrator(holder: Holder) -> KeyHolder:
    """Require the scope `admin` and the role."""
    return _require(holder, "admin")


async def health_reader(holders: Holders, rate: Rate, credentials: Credentials) -> KeyHolder:
    """Require the scope `read`, also while the database that knows the keys is away: seen ones count."""
    holder = await holders.recognise(credentials.credentials if credentials else None)
    rate.check(holder.key_id)
    return _require(holder, "read")


def _require(holder: KeyHolder, scope: str) -> KeyHolder:
    if not holder.may(scope):
        whose = " of a user whose role is admin" if scope == "admin" else ""
        raise NotAllowedError(f"This call needs a key with the scope `{scope}`{whose}.")
    return holder


Reader = Annotated[KeyHolder, Depends(reader)]
HealthReader = Annotated[KeyHolder, Depends(health_reader)]
Writer = Annotated[KeyHolder, Depends(writer)]
Admin = Annotated[KeyHolder, Depends(administrator)]


async def connection(request: Request, process: Process, _: Holder) -> AsyncIterator[AsyncConnection]:
    """Open one transaction for the request, for askers with a key only. It is committed before the answer goes out.

    A GET only reads, for which it needs none.
    """
    opens = autocommit if request.method == "GET" else transaction
    async with opens(process.engine) as opened:
        yield opened


Connection = Annotated[AsyncConnection, Depends(connection, scope="function")]


async def analysis(process: Process, _: Holder) -> AsyncIterator[AsyncConnection]:
    """Open a transaction for reads that go over very many rows."""
    async with open_analysis(process.engine) as opened:
        yield opened


Analysis = Annotated[AsyncConnection, Depends(analysis, scope="function")]
