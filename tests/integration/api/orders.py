"""Requests that tests send, valid unless changed."""

from typing import Any


def service(**changes: Any) -> dict[str, Any]:
    """A mailbox."""
    return {
        "name": "box-1",
        "host": "mail.example.com",
        "port": 587,
        "security": "starttls",
        "username": "ann",
        "password": "hush-hush-4711",
        "fromAddress": "ann@example.com",
        "dailyQuota": 100,
        "sendingInterval": 1.5,
        "timeZone": "Europe/Vienna",
        **changes,
    }


def template(**changes: Any) -> dict[str, Any]:
    """A template with two variables."""
    return {
        "name": "Hello",
        "subject": "Hello {{ first_name }}",
        "html": "<p>Dear {{ first_name }} of {{ company }}</p>",
        **changes,
    }


def contacts(count: int, **fields: Any) -> dict[str, Any]:
    """Different people with the same fields."""
    person = fields or {"first_name": "Eva", "company": "Example"}
    return {"contacts": [{"email": f"person{n}@example.org", "fields": person} for n in range(1, count + 1)]}
