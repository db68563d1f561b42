"""Where each page is: written once, for routes and links."""

from typing import Final

OVERVIEW: Final = "/"
TASKS: Final = "/tasks"
CAMPAIGNS: Final = "/campaigns"
CONTACTS: Final = "/contacts"
TEMPLATES: Final = "/templates"
SERVICES: Final = "/services"
ALERTS: Final = "/alerts"
SETTINGS: Final = "/settings"
KEYS: Final = "/keys"
