"""A campaign: the words of its rounds."""

from typing import Final, Literal

Audience = Literal["all", "not_opened", "not_clicked", "not_replied", "clicked_not_replied"]
AUDIENCES: Final = ("all", "not_opened", "not_clicked", "not_replied", "clicked_not_replied")
"""Who gets a follow-up. Whoever bounced, complained or unsubscribed gets none, whatever the rule; who replied, or has a
colleague who did, only one of a round for `all`."""

DelayUnit = Literal["days", "business_days"]
DELAY_UNITS: Final = ("days", "business_days")
"""Business days are Monday to Friday without the campaign's holidays, in the recipient's time zone."""

StopReason = Literal["replied", "bounced", "complained", "unsubscribed", "colleague_replied"]
STOP_REASONS: Final = ("replied", "bounced", "complained", "unsubscribed", "colleague_replied")
