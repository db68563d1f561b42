"""People who have segments."""

from datetime import timedelta

import pytest

import database.queries.segment
from tests.integration.api.conftest import (  # noqa: F401 - fixtures
    admin,
    ann,
    app,
    bob,
    http,
    resources,
    settings,
)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is few is counted, however busy the machine is."""
    monkeypatch.setattr(database.queries.segment, "EXACT_LIMIT", timedelta(minutes=1))
