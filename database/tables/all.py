"""Imports every table, so that the metadata is whole."""

from database.tables import contact, contact_import, delivery, service, system, task, template, user

__all__ = ["contact", "contact_import", "delivery", "service", "system", "task", "template", "user"]
