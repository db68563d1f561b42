"""Imports every table, so that the metadata is whole."""

from database.tables import (
    alert,
    campaign,
    choice,
    contact,
    contact_import,
    delivery,
    domain_limit,
    event,
    health,
    metric,
    sending_domain,
    service,
    system,
    task,
    template,
    user,
)

__all__ = [
    "alert",
    "campaign",
    "choice",
    "contact",
    "contact_import",
    "delivery",
    "domain_limit",
    "event",
    "health",
    "metric",
    "sending_domain",
    "service",
    "system",
    "task",
    "template",
    "user",
]
