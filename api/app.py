"""The REST API as an application: routes, errors, limits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from opentelemetry.trace import NoOpTracer
from starlette.routing import BaseRoute

from api import docs_page, errors
from api.body_limit import BodyLimitMiddleware
from api.inline_contents import InlineContents
from api.key_holders import KeyHolders
from api.operations.preflight import Preflights
from api.pool_forecasts import PoolForecasts
from api.rate_limit import RateLimit
from api.request_trace import RequestTraceMiddleware
from api.response_times import ResponseTimeMiddleware, ResponseTimes
from api.routes import (
    alert,
    api_key,
    campaign,
    contact,
    contact_import,
    contact_record,
    domain_limit,
    event,
    mailbox,
    metric,
    segment,
    sending_domain,
    service,
    statistics,
    subtask,
    suppression,
    system,
    task,
    template,
    tracking,
    unsubscribe,
    user,
    webhook,
)
from api.visits import Visits
from content.trial import TemplateTrial
from runtime.health import HealthWatch
from runtime.resources import Resources

ROUTERS = tuple(
    module.router
    for module in (
        tracking,
        task, subtask, campaign, service, mailbox, sending_domain, domain_limit, contact, contact_record, segment,
        contact_import, suppression, template, user, api_key, system, unsubscribe, statistics, event, webhook, metric,
        alert,
    )
)  # fmt: skip


def _operation_id(route: APIRoute) -> str:
    """Name an operation after its resource and function, such as `task-create`: what generated clients call it."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}-{route.name}"


def _title_operations(router: APIRouter) -> None:
    """Call each operation on the API's page what it does, not what its function is called."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.summary = route.description.splitlines()[0].partition(". ")[0].rstrip(".")


def _included() -> list[BaseRoute]:
    together = APIRouter(
        responses={422: errors.DOCUMENTED, "default": errors.DOCUMENTED}, generate_unique_id_function=_operation_id
    )
    for router in ROUTERS:
        _title_operations(router)
        together.include_router(router)
    return together.routes


ROUTES = _included()
"""Of every application of a process: FastAPI works out each at its first request, which takes 10 ms, and keeps it."""


def create_app(resources: Resources) -> FastAPI:
    """Make the application around what the process holds; opening and closing that is the caller's."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with TemplateTrial() as app.state.trial, app.state.visits:
            app.state.inline_contents = InlineContents(app.state.trial)
            app.state.preflights = Preflights(app.state.trial, resources.settings.api.public_url)
            yield

    app = FastAPI(
        lifespan=lifespan,
        title="Tempost",
        summary="Bulk and outreach mail through many mail accounts: durable, fair and explained",
        version="0.1.0",
        routes=ROUTES,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    docs_page.install(app)
    app.state.resources = resources
    app.state.response_times = ResponseTimes()
    app.state.rate_limit = RateLimit(resources.settings.api.requests_per_second)
    app.state.key_holders = KeyHolders(resources.engine)
    app.state.pool_forecasts = PoolForecasts(resources.ledger_pool)
    app.state.health_watch = HealthWatch(resources)
    app.state.visits = Visits(resources.ledger_pool, resources.webhook_wakes.events_recorded)
    app.state.stopping = asyncio.Event()
    errors.install(app)
    app.add_middleware(BodyLimitMiddleware, settings=resources.settings.api)
    if not isinstance(resources.tracer, NoOpTracer):
        app.add_middleware(RequestTraceMiddleware, tracer=resources.tracer)
    app.add_middleware(ResponseTimeMiddleware, times=app.state.response_times)
    return app
