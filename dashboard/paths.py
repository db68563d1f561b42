"""Where each page is: written once, for routes and links."""

from typing import Final
from uuid import UUID

OVERVIEW: Final = "/"
TASKS: Final = "/tasks"
NEW_TASK: Final = "/tasks/new"
TASK: Final = "/tasks/{task_id}"
MAIL: Final = "/tasks/{task_id}/mails/{seq}"
TASK_EXPORT: Final = "/tasks/{task_id}/export.csv"
CAMPAIGNS: Final = "/campaigns"
NEW_CAMPAIGN: Final = "/campaigns/new"
CAMPAIGN: Final = "/campaigns/{campaign_id}"
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


def task(task_id: UUID) -> str:
    """The page of one task."""
    return TASK.format(task_id=task_id)


def task_export(task_id: UUID) -> str:
    """All mails of a task as a file."""
    return TASK_EXPORT.format(task_id=task_id)


def mail(task_id: UUID, seq: int) -> str:
    """The page of one mail of a task."""
    return MAIL.format(task_id=task_id, seq=seq)


def campaign(campaign_id: UUID) -> str:
    """The page of one campaign."""
    return CAMPAIGN.format(campaign_id=campaign_id)


def new_round(campaign_id: UUID) -> str:
    """Where a campaign gets one more round."""
    return NEW_ROUND.format(campaign_id=campaign_id)


def campaign_round(campaign_id: UUID, round_no: int) -> str:
    """Where a round that has not begun is changed."""
    return CAMPAIGN_ROUND.format(campaign_id=campaign_id, round_no=round_no)


def contact_list(list_id: UUID) -> str:
    """The page of one list."""
    return CONTACT_LIST.format(list_id=list_id)


def person(contact_id: int) -> str:
    """The page of one contact."""
    return PERSON.format(contact_id=contact_id)


def segment(segment_id: UUID) -> str:
    """The page of one segment."""
    return SEGMENT.format(segment_id=segment_id)


def upload(list_id: UUID) -> str:
    """Where a file for a list goes."""
    return UPLOAD_INTO.format(list_id=list_id)


def contact_import(import_id: UUID) -> str:
    """The page of one import."""
    return IMPORT.format(import_id=import_id)


def import_errors(import_id: UUID) -> str:
    """The refused rows of an import as a file."""
    return IMPORT_ERRORS.format(import_id=import_id)


def template(template_id: UUID) -> str:
    """The page of one template."""
    return TEMPLATE.format(template_id=template_id)


def service(service_id: UUID) -> str:
    """The page of one service."""
    return SERVICE.format(service_id=service_id)


def webhook(webhook_id: UUID) -> str:
    """The page of one webhook."""
    return WEBHOOK.format(webhook_id=webhook_id)
