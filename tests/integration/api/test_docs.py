"""The API's page works without the internet."""

import re

import httpx


async def test_everything_the_page_loads_is_served_here(http: httpx.AsyncClient) -> None:
    page = (await http.get("/docs")).text

    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    for url in loaded:
        answer = await http.get(url)
        assert answer.status_code == 200, url
        assert httpx.URL(url).host in ("", http.base_url.host), url


async def test_the_root_leads_to_the_page(http: httpx.AsyncClient) -> None:
    answer = await http.get("/")

    assert answer.status_code == 307
    assert answer.headers["location"].endswith("/docs")
