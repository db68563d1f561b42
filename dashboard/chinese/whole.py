"""All texts together."""

from typing import Final

from dashboard.chinese import account, alert, campaign, frame, overview, reason, task, writing

CHINESE: Final[dict[str, str]] = {
    **frame.TEXTS,
    **overview.TEXTS,
    **task.TEXTS,
    **reason.TEXTS,
    **account.TEXTS,
    **alert.TEXTS,
    **campaign.TEXTS,
    **writing.TEXTS,
}
