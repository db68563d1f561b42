"""What the pages for recipients say, in each language."""

from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Words:
    """All texts of these pages; `{sender}`, `{address}` and `{list}` are replaced."""

    unsubscribe: str
    unsubscribe_question: str
    more_choices: str
    unsubscribed: str
    no_more: str
    mistake: str
    preferences: str
    about: str
    which: str
    all_mails: str
    not_this_list: str
    no_mails: str
    save: str
    saved: str
    on_the_way: str
    not_written_to: str
    not_found: str
    link_broken: str
    not_now: str
    try_soon: str


WORDS: Final[dict[str, Words]] = {
    "en": Words(
        unsubscribe="Unsubscribe",
        unsubscribe_question="Stop all further mails from this sender to your address?",
        more_choices="More choices",
        unsubscribed="Unsubscribed",
        no_more="This sender will not write to your address again.",
        mistake="Was this a mistake? Change your choice",
        preferences="Your mail preferences",
        about="Mails from {sender} to {address}.",
        which="Which mails do you want?",
        all_mails="All mails from {sender}",
        not_this_list="No more mails to the list “{list}”, but others may come",
        no_mails="No mails from {sender} at all",
        save="Save",
        saved="Your choice is saved.",
        on_the_way="Mails that are on their way may still arrive.",
        not_written_to="{sender} does not write to this address any more. There is nothing to change here.",
        not_found="Not found",
        link_broken="This link is not complete. Please use the one in the mail.",
        not_now="Not possible right now",
        try_soon="Nothing was changed. Please try again in a few minutes.",
    ),
    "zh": Words(
        unsubscribe="退订",
        unsubscribe_question="不再接收此发件人发往您邮箱的任何邮件？",
        more_choices="更多选项",
        unsubscribed="已退订",
        no_more="此发件人不会再向您的邮箱发送邮件。",
        mistake="操作有误？更改您的选择",
        preferences="您的邮件偏好设置",
        about="{sender} 发往 {address} 的邮件。",
        which="您希望接收哪些邮件？",
        all_mails="接收 {sender} 的所有邮件",
        not_this_list="不再接收列表“{list}”的邮件，其他邮件仍可能发送",
        no_mails="不接收 {sender} 的任何邮件",
        save="保存",
        saved="您的选择已保存。",
        on_the_way="已在途中的邮件仍可能送达。",
        not_written_to="{sender} 已不再向此邮箱发送邮件，无需在此更改。",
        not_found="未找到页面",
        link_broken="此链接不完整，请使用邮件中的链接。",
        not_now="暂时无法操作",
        try_soon="未作任何更改，请几分钟后再试。",
    ),
}
