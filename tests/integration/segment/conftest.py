"""People who have segments."""

from tests.integration.api.conftest import (  # noqa: F401 - fixtures
    admin,
    ann,
    app,
    bob,
    http,
    resources,
    settings,
)
