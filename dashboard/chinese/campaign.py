"""Campaigns, their rounds, and what came back of mails."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "Campaign": "营销活动",
    "New campaign": "新建营销活动",
    "No campaign here yet: it writes to a list in several rounds, and stops for whoever answers.": (
        "还没有营销活动：它分多轮给列表写信，对方回复后即停止。"
    ),
    "Rounds": "轮次",
    "Round": "轮",
    "Round {number}": "第 {number} 轮",
    "Next round": "下一轮",
    "have begun": "已开始",
    "not begun": "未开始",
    "after the round before": "上一轮之后",
    "at once": "立即",
    "mails of all rounds": "所有轮次的邮件",
    "Sending hours": "发送时段",
    "of the recipient's day, else of {zone}": "按收件人当地时间，未知时按 {zone}",
    "Add a round": "添加一轮",
    "Add the round": "添加此轮",
    "New round": "新一轮",
    "Cancel the campaign": "取消营销活动",
    "Cancel this campaign? What is not sent stays unsent for ever, and no further round begins.": (
        "取消此营销活动？未发送的邮件将永远不会发送，也不会再开始新的轮次。"
    ),
    "change it": "修改",
    "Delay": "间隔",
    "{number} days": "{number} 天",
    "{number} business days": "{number} 个工作日",
    "The first until": "最早等到",
    "all": "所有人",
    "who have not opened": "未打开者",
    "who have not clicked": "未点击者",
    "who have not replied": "未回复者",
    "who clicked and have not replied": "已点击但未回复者",
    "days": "天",
    "business days": "工作日",
    "After the contact's own mail before.": "从该联系人的上一封邮件算起。",
    "Unit of the delay": "间隔单位",
    "To those": "发给",
    "whatever their segment": "不限细分",
    "Only those of a segment": "仅限细分中的联系人",
    "Take the last round away": "移除最后一轮",
    "Take it away": "移除",
    "Take the round away": "移除此轮",
    "Take this round away? Those after it move up.": "移除此轮？其后的轮次依次前移。",
    "To its campaign": "返回营销活动",
    "This round has begun, or is not there: it cannot be changed.": "此轮已开始或不存在：无法修改。",
    "as it is": "保持不变",
    "Not before": "不早于",
    "Not after": "不晚于",
    "By the recipient's clock; empty: any.": "按收件人当地时间；留空：不限。",
    "When": "时间",
    "On these days": "在这些日子",
    "Monday": "周一",
    "Tuesday": "周二",
    "Wednesday": "周三",
    "Thursday": "周四",
    "Friday": "周五",
    "Saturday": "周六",
    "Sunday": "周日",
    "Holidays": "节假日",
    "Nothing is sent on them, such as 2026-12-25, 2027-01-01.": "当天不发送，例如 2026-12-25, 2027-01-01。",
    "Such as Europe/Vienna: of recipients whose own is not known.": "例如 Asia/Shanghai：用于时区未知的收件人。",
    "More choices": "更多选项",
    "While the service that wrote first cannot be used, follow-ups": "首封所用服务不可用时，后续邮件",
    "go through any other service": "改用其他服务",
    "wait for it": "等待该服务",
    "Mails of which nobody knows whether they arrived": "不知是否送达的邮件",
    "are held until a person decides": "留待人工决定",
    "are sent again": "重新发送",
    "count as sent": "算作已发送",
    "Learn of opens, by a picture of one dot": "用一个像素的图片统计打开",
    "Learn of clicks, by links that lead through us": "用经过我们的链接统计点击",
    "Change": "修改",
    "Change a campaign": "修改营销活动",
    "Rounds that have begun keep what they began with.": "已开始的轮次保持开始时的设置。",
    "It would be refused: see what is marked.": "会被拒绝：请看标出的地方。",
    "As an answer in the thread of the mail before": "作为同一会话中对上一封的回复",
    # Variants
    "Variants": "版本",
    "Variant {name}": "版本 {name}",
    "Compare variants": "比较多个版本",
    "Add a variant": "添加版本",
    "the text of {name} as it is": "{name} 的现有内容",
    "Empty: that of the template.": "留空：使用模板的主题。",
    "Part of the contacts, in percent": "联系人所占百分比",
    "The rest gets the one": "其余联系人收到",
    "none: each variant gets its part": "不评选：各版本按比例发送",
    "with the most replies": "回复最多的版本",
    "with the most clicks": "点击最多的版本",
    "with the most opens": "打开最多的版本",
    "With a rule, the parts try the variants out and the rest gets the best: leave a rest, such as 60 %.": (
        "评选时，先按比例试发各版本，其余联系人收到最佳版本：请留出余量，例如 60%。"
    ),
    "Hours until that is decided": "多少小时后评选",
    "How sure, in percent": "置信度（百分比）",
    "Below it nothing is certain, and the first variant goes to the rest.": (
        "低于此值时无法确定，其余联系人收到第一个版本。"
    ),
    "After {after} the rest gets the one with the most opens, if that is {sure} sure.": (
        "{after} 后，若置信度达到 {sure}，其余联系人收到打开最多的版本。"
    ),
    "After {after} the rest gets the one with the most clicks, if that is {sure} sure.": (
        "{after} 后，若置信度达到 {sure}，其余联系人收到点击最多的版本。"
    ),
    "After {after} the rest gets the one with the most replies, if that is {sure} sure.": (
        "{after} 后，若置信度达到 {sure}，其余联系人收到回复最多的版本。"
    ),
    "Opened or clicked in the trial": "试发中打开或点击",
    "Clicked in the trial": "试发中点击",
    "Replied in the trial": "试发中回复",
    "won: the rest gets it": "胜出：其余联系人收到它",
    "the rest gets it": "其余联系人收到它",
    "would win now": "目前领先",
    "The round ended before a winner was decided.": "此轮在评选之前已结束。",
    "Its mails are being written: only then is it known when a winner is decided.": (
        "正在生成此轮的邮件，之后才知道何时评选。"
    ),
    "A winner is decided at {at} at the earliest.": "最早于 {at} 评选。",
    "The rest gets {name}. By which figures that was decided was not noted.": (
        "其余联系人收到 {name}。未记录评选所依据的数字。"
    ),
    "{name} has won, decided at {at}: the rest gets it.": "{at} 评选：{name} 胜出，其余联系人收到它。",
    "No variant was better for sure, decided at {at}: the rest gets the first, {name}.": (
        "{at} 评选：没有哪个版本确定更好，其余联系人收到第一个版本 {name}。"
    ),
    "By what is known now, {name} would win.": "按目前数据，{name} 将胜出。",
    "By what is known now, no winner can be told, and the rest would get the first, {name}.": (
        "按目前数据无法确定胜者，其余联系人将收到第一个版本 {name}。"
    ),
    "The numbers are too small to tell, or there is no difference.": "数量太少无法判断，或没有差别。",
    "Were the best two equally good, chance would make them differ as much in {often} of cases; "
    "the rule allows {most}.": (
        "如果最好的两个版本一样好，仅凭偶然也会在 {often} 的情况下相差这么多；规则允许 {most}。"
    ),
    "Part": "比例",
    "Result": "结果",
    "An answer stops colleagues of the same organisation too": "同一机构有人回复时，也停止给其同事发信",
    "Begin": "开始",
    "on the list": "在列表中",
    "of the first round would be sent": "第一轮将会发送",
    "First round ends": "第一轮结束",
    # What came back
    "How far its contacts came": "联系人进展",
    "What came back": "反馈",
    "other": "其他",
    "Grouping": "分组",
    "Variant": "版本",
    "Provider": "收件服务商",
    "Written to": "已写信",
    "Delivered": "已送达",
    "Opened": "已打开",
    "Clicked": "已点击",
    "Replied": "已回复",
    "Bounced": "被退回",
    "Complained": "投诉",
    "Unsubscribed": "退订",
    "All rounds": "所有轮次",
    "Stage": "阶段",
    "{share} of those sent": "占已发送的 {share}",
    "{share} of those delivered": "占已送达的 {share}",
    "{title}: answers, in percent": "{title}：回应百分比",
    "{title}: trouble, in percent": "{title}：问题百分比",
    "What happened when, by the day": "每天发生了什么",
    "Beside these, machines opened {opens} mails and answered {replies} by themselves.": (
        "此外，机器自动打开了 {opens} 封、自动回复了 {replies} 封。"
    ),
    "Nothing of this was sent yet.": "还没有发送。",
    "{number} smaller ones are left out; the CSV has them.": "省略了较小的 {number} 个；CSV 中有全部。",
    "Why it stopped": "停止原因",
    "Stopped": "停止时间",
    "Away until": "外出至",
    "Organisation": "机构",
    "erased": "已删除",
    "Nobody is like this.": "没有这样的联系人。",
    # Charts
    "As a table": "以表格显示",
    "Time": "时间",
}
