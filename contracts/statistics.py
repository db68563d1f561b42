"""Statistics: what they can be divided by, and the one rule they count by.

**Counted are mails, not happenings.** A mail that was sent counts once in each column, by the first event of that kind:
ten opens of one mail are one opened mail, and three temporary bounces are one mail that bounced for a time. What only
machines did (privacy proxies, scanners) stands in columns of its own, and leaves them when a person does it too. Mails
that were not sent, or of which nobody knows whether they were, count nowhere.
"""

from typing import Final, Literal

TaskGrouping = Literal["round", "variant", "service", "provider", "day", "hour"]
"""`day` and `hour`: in which the mail was sent."""

AccountGrouping = Literal["task", "service", "provider", "day", "hour"]

TimeUnit = Literal["hour", "day"]

COLUMNS: Final = (
    "sent", "delivered", "opened", "machine_opened", "clicked", "machine_clicked", "replied", "auto_replied",
    "hard_bounced", "soft_bounced", "complained", "unsubscribed",
)  # fmt: skip
"""`delivered` is as far as is known: sent and not bounced for good."""

DENOMINATORS: Final = {
    "delivered": "sent", "hard_bounced": "sent", "soft_bounced": "sent", "opened": "delivered",
    "machine_opened": "delivered", "clicked": "delivered", "machine_clicked": "delivered", "replied": "delivered",
    "auto_replied": "delivered", "complained": "delivered", "unsubscribed": "delivered",
}  # fmt: skip
"""Of what each column is given as a share."""
