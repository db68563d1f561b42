"""429 as clients see it."""

import pytest

from runtime.settings import ApiSettings, Settings
from tests.integration.api.conftest import Asker


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same, for slow askers."""
    return settings.model_copy(update={"api": ApiSettings(requests_per_second=1)})


async def test_too_many_requests_are_answered_with_when_to_ask_again(ann: Asker) -> None:
    answers = [await ann.get("/api/services") for _ in range(8)]

    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.json()["code"] == "too_many_requests"
