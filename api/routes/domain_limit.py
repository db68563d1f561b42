"""`/api/domain-limits`."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Path, Query, Response

from api.dependencies import Connection, Process, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations import domain_limit as operations
from api.pages import Cursor, Limit, decode_text, make_page
from api.schemas.base import Line, Page
from api.schemas.domain_limit import DomainLimitChange, DomainLimitIn, DomainLimitOut
from database.queries import domain_limit

router = APIRouter(prefix="/api/domain-limits", tags=["domain limits"])

Domain = Annotated[Line, Path()]
Pool = Annotated[Line | None, Query(description="Name or id; your own pool unless said")]


@router.post("", status_code=201)
async def create(order: DomainLimitIn, once: OnlyOnce, response: Response, later: BackgroundTasks) -> DomainLimitOut:
    """Limit how fast a pool writes to a domain. The limit is shared by all its services."""
    made = await once.run(DomainLimitOut, partial(operations.create_limit, caller=once.caller, order=order))
    later.add_task(operations.release, once.resources, made.pool_id, [made.domain, *made.also_counts])
    response.headers["Location"] = f"/api/domain-limits/{made.domain}?pool={made.pool_id}"
    return made


@router.get("")
async def list_of_pool(
    caller: Reader, connection: Connection, limit: Limit = 50, cursor: Cursor = None, pool: Pool = None
) -> Page[DomainLimitOut]:
    """List the limits of a pool, set and learnt."""
    pool_id = await operations.owned_pool(connection, caller, pool)
    rows = await domain_limit.list_of_pool(connection, pool_id, decode_text(cursor), limit)
    return make_page(rows, limit, DomainLimitOut, "domain")


@router.patch("/{domain}")
async def change(
    domain: Domain,
    change: DomainLimitChange,
    caller: Writer,
    process: Process,
    later: BackgroundTasks,
    pool: Pool = None,
) -> DomainLimitOut:
    """Change a limit. It counts at once, also for mails that wait."""
    pool_id, domains, changed = await operations.change_limit(process, caller, pool, domain, change)
    later.add_task(operations.release, process, pool_id, [*domains, *changed.also_counts])
    return changed


@router.delete("/{domain}", status_code=204)
async def delete(domain: Domain, caller: Writer, process: Process, later: BackgroundTasks, pool: Pool = None) -> None:
    """Limit a domain no longer, and forget what was learnt; mails that wait for it may go."""
    pool_id, domains = await operations.delete_limit(process, caller, pool, domain)
    later.add_task(operations.release, process, pool_id, domains)
