"""What is shown where no page is."""

from fastapi import Request, Response
from nicegui import Client, ui

from dashboard import paths
from dashboard.frame import page
from dashboard.table import nothing


async def missing(request: Request, _: Exception) -> Response:
    """Say so inside the frame: from there everything else is in reach."""
    with Client(ui.page(request.url.path), request=request) as client:
        async with page("Nothing is here", "") as visit:
            nothing(visit.say("No page has this address. Was it copied whole?"), visit.say("Overview"), paths.OVERVIEW)
    return client.build_response(request, 404)
