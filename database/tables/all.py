"""Imports every table, so that the metadata is whole."""

from database.tables import (
    campaign,
    choice,
    contact,
    contact_import,
    delivery,
    domain_limit,
    event,
    health,
    segment,
    service,
    system,
    task,
    template,
    user,
)

__all__ = [
    "campaign",
    "choice",
    "contact",
    "contact_import",
    "delivery",
    "domain_limit",
    "event",
    "health",
    "segment",
    "service",
    "system",
    "task",
    "template",
    "user",
]
