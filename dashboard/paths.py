"""Where each page is: written once, for routes and links."""

import re
from collections.abc import Callable
from typing import Final

ID: Final = re.compile(r"\{\w+\}")

OVERVIEW: Final = "/"
TASKS: Final = "/tasks"
NEW_TASK: Final = "/tasks/new"
TASK: Final = "/tasks/{task_id}"
MAIL: Final = "/tasks/{task_id}/mails/{seq}"
TASK_EXPORT: Final = "/tasks/{task_id}/export.csv"
CAMPAIGNS: Final = "/campaigns"
NEW_CAMPAIGN: Final = "/campaigns/new"
CAMPAIGN: Final = "/campaigns/{campaign_id}"
CHANGE_CAMPAIGN: Final = "/campaigns/{campaign_id}/change"
NEW_ROUND: Final = "/campaigns/{campaign_id}/rounds/new"
CAMPAIGN_ROUND: Final = "/campaigns/{campaign_id}/rounds/{round_no}"
CONTACTS: Final = "/contacts"
CONTACT_LIST: Final = "/contacts/{list_id}"
PEOPLE: Final = "/people"
PEOPLE_EXPORT: Final = "/people/export.csv"
PERSON: Final = "/people/{contact_id}"
SEGMENTS: Final = "/segments"
NEW_SEGMENT: Final = "/segments/new"
SEGMENT: Final = "/segments/{segment_id}"
UPLOAD_INTO: Final = "/contacts/{list_id}/upload"
IMPORT: Final = "/imports/{import_id}"
IMPORT_ERRORS: Final = "/imports/{import_id}/errors.csv"
TEMPLATES: Final = "/templates"
NEW_TEMPLATE: Final = "/templates/new"
TEMPLATE: Final = "/templates/{template_id}"
SERVICES: Final = "/services"
NEW_SERVICE: Final = "/services/new"
SERVICE: Final = "/services/{service_id}"
DOMAINS: Final = "/sending-domains"
WEBHOOKS: Final = "/webhooks"
WEBHOOK: Final = "/webhooks/{webhook_id}"
ALERTS: Final = "/alerts"
SETTINGS: Final = "/settings"
KEYS: Final = "/keys"
USER: Final = "/users/{user_id}"


def _to(path: str) -> Callable[..., str]:
    """What makes the link to one thing's page of its ids, in the order in which they stand in the path."""

    def link(*ids: object) -> str:
        left = iter(ids)
        return ID.sub(lambda _: str(next(left)), path)

    return link


task = _to(TASK)
task_export = _to(TASK_EXPORT)
mail = _to(MAIL)
campaign = _to(CAMPAIGN)
change_campaign = _to(CHANGE_CAMPAIGN)
new_round = _to(NEW_ROUND)
campaign_round = _to(CAMPAIGN_ROUND)
contact_list = _to(CONTACT_LIST)
person = _to(PERSON)
segment = _to(SEGMENT)
upload = _to(UPLOAD_INTO)
contact_import = _to(IMPORT)
import_errors = _to(IMPORT_ERRORS)
template = _to(TEMPLATE)
service = _to(SERVICE)
webhook = _to(WEBHOOK)
user = _to(USER)
