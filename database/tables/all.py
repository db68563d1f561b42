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
    service,
    system,
    task,
    template,
    user,
    webhook,
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
    "service",
    "system",
    "task",
    "template",
    "user",
    "webhook",
]
