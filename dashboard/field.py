"""Names of fields, as people know them from the forms, for faults that no form has a place for."""

from typing import Final

FIELDS: Final[dict[str, str]] = {
    "algorithm": "Algorithm",
    "audience": "To those",
    "closes": "Not after",
    "confidence": "How sure, in percent",
    "contactListId": "List",
    "dailyQuota": "Mails a day",
    "delay": "Delay",
    "delimiter": "Between the columns",
    "domain": "Domain",
    "email": "Address",
    "emailColumn": "Column with the addresses",
    "encoding": "Encoding",
    "expiresAt": "Ends",
    "file": "CSV file",
    "fromAddress": "From address",
    "fromName": "From name",
    "holidays": "Holidays",
    "host": "SMTP host",
    "html": "HTML",
    "jitter": "Jitter",
    "kind": "Kind",
    "maxConnections": "Most connections",
    "name": "Name",
    "opens": "Not before",
    "password": "Password",
    "pool": "Pool",
    "port": "Port",
    "priority": "Priority",
    "recipients": "People",
    "role": "Role",
    "rounds": "Rounds",
    "scopes": "May",
    "security": "Security",
    "segmentId": "Segment",
    "selector": "Selector",
    "sendingInterval": "Seconds between two mails",
    "share": "Part of the contacts, in percent",
    "startAt": "Begins",
    "subject": "Subject",
    "tags": "Tags",
    "templateId": "Template",
    "text": "Plain text",
    "timeZone": "Time zone",
    "url": "Address",
    "username": "User name",
    "value": "Value",
    "variants": "Variants",
    "weekdays": "On these days",
    "window": "Sending hours",
    "winnerRule": "The rest gets the one",
}
"""By the API's names."""


def field_of(pointer: str) -> str:
    """The field that a pointer of the API leads to or into, the nearest that people know: `name` for `#/name/0`.

    Of one that none knows, the outermost as it is written; empty for the whole. What stands in a contact's `fields`
    has its name from a person, who may have called one `url` too.
    """
    parts = [each for each in pointer.lstrip("#?").split("/") if each]
    ours = parts[: parts.index("fields")] if "fields" in parts else parts
    return next((each for each in reversed(ours) if each in FIELDS), parts[0] if parts else "")
