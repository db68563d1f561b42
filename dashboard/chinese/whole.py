"""All texts together."""

from typing import Final

from dashboard.chinese import account, alert, campaign, frame, reason, task, writing

CHINESE: Final[dict[str, str]] = {
    **frame.TEXTS,
    **task.TEXTS,
    **reason.TEXTS,
    **account.TEXTS,
    **alert.TEXTS,
    **campaign.TEXTS,
    **writing.TEXTS,
}
