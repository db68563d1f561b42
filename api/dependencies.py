"""What routes are given: the process's resources, who asks, and a transaction.

All are coroutines, also those that wait for nothing: FastAPI runs a plain function in a thread, at every request.
"""

from collections.abc import AsyncIterator
from typing import Annotated, cast

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
from content.trial import TemplateTrial
from contracts.about import about
from database.connect import analysis as open_analysis
from database.connect import autocommit, transaction
from runtime.health import HealthWatch
from runtime.resources import Resources

bearer = HTTPBearer(auto_error=False, description="An API key")


async def resources(request: Request) -> Resources:
    """Give what the process was started with."""
    return cast("Resources", request.app.state.resources)


Process = Annotated[Resources, Depends(resources)]


async def template_trial(request: Request) -> TemplateTrial:
    """Give the process in which templates are tried."""
    return cast("TemplateTrial", request.app.state.trial)


Trial = Annotated[TemplateTrial, Depends(template_trial)]


async def inline_contents(request: Request) -> InlineContents:
    """Give what this process knows of the content that comes with tasks."""
    return cast("InlineContents", request.app.state.inline_contents)


Contents = Annotated[InlineContents, Depends(inline_contents)]


async def preflights(request: Request) -> Preflights:
    """Give what judges content before it is sent."""
    return cast("Preflights", request.app.state.preflights)


Preflight = Annotated[Preflights, Depends(preflights)]


async def pool_forecasts(request: Request) -> PoolForecasts:
    """Give the readings of pools that this process keeps."""
    return cast("PoolForecasts", request.app.state.pool_forecasts)


Forecasts = Annotated[PoolForecasts, Depends(pool_forecasts)]


async def key_holders(request: Request) -> KeyHolders:
    """Give what this process knows of keys."""
    return cast("KeyHolders", request.app.state.key_holders)


Holders = Annotated[KeyHolders, Depends(key_holders)]


async def health_watch(request: Request) -> HealthWatch:
    """Give what this process knows of everyone's health."""
    return cast("HealthWatch", request.app.state.health_watch)


Health = Annotated[HealthWatch, Depends(health_watch)]


async def key_holder(
    request: Request, holders: Holders, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> KeyHolder:
    """Find who asks, and whether they ask too often."""
    holder = await holders.authenticate(credentials.credentials if credentials else None)
    named = {name: value for name, value in request.path_params.items() if name.endswith("_id")}  # never an address
    about(**{**named, "user_id": holder.user_id, "key_id": holder.key_id})
    cast("RateLimit", request.app.state.rate_limit).check(holder.key_id)
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


async def health_reader(
    request: Request, holders: Holders, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> KeyHolder:
    """Require the scope `read`, also while the database that knows the keys is away: seen ones count."""
    holder = await holders.recognise(credentials.credentials if credentials else None)
    cast("RateLimit", request.app.state.rate_limit).check(holder.key_id)
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
