"""429 as clients see it."""

from fastapi import FastAPI

from api.rate_limit import RateLimit
from tests.integration.api.asker import Asker


async def test_too_many_requests_are_answered_with_when_to_ask_again(app: FastAPI, ann: Asker) -> None:
    app.state.rate_limit = RateLimit(1, lambda: 0.0)  # all in one moment
    answers = [await ann.get("/api/services") for _ in range(8)]

    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.json()["code"] == "too_many_requests"
