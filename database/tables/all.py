"""Imports every table, so that the metadata is whole."""

from database.tables import (
    choice,
    contact,
    contact_import,
    delivery,
    domain_limit,
    service,
    system,
    task,
    template,
    user,
)

__all__ = [
    "choice",
    "contact",
    "contact_import",
    "delivery",
    "domain_limit",
    "service",
    "system",
    "task",
    "template",
    "user",
]
