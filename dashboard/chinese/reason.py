"""Why mails wait or were not sent."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "services send as fast as their intervals allow": "服务正按其间隔允许的最快速度发送",
    "other tasks are served too": "同时也在处理其他任务",
    "no service of the pool can be used: add or resume one": "池中没有可用服务：请添加或恢复一个",
    "today's quotas are used up": "今天的配额已用完",
    "services rest after failures in a row": "服务连续失败后正在休息",
    "their services are paused: resume them": "服务已暂停：请恢复",
    "outside the sending hours": "不在发送时段内",
    "the task is paused: resume it": "任务已暂停：请继续",
    "the task has not begun": "任务尚未开始",
    "the mails are being written down": "正在准备邮件",
    "the recipients' provider takes only so many an hour": "收件方服务商限制每小时数量",
    "the provider asked to come again later": "服务商要求稍后再试",
    "the provider asked to slow down": "服务商要求放慢速度",
    "the recipient's mailbox is full": "收件人邮箱已满",
    "the address takes no mail": "该地址不收邮件",
    "the address is on the list of those who want no mail": "该地址在拒收名单上",
    "the delay after the mail before has not passed": "与上一封邮件的间隔未到",
    "the mail before has not been sent": "上一封邮件未发送",
    "the recipient is away": "收件人外出",
    "the best variant is not known yet": "最佳版本尚未确定",
    "the round is for others": "此轮不面向该收件人",
    "the recipient answered": "收件人已回复",
    "an earlier mail bounced": "之前的邮件被退回",
    "the recipient complained": "收件人投诉",
    "the recipient wants no more mail": "收件人已退订",
    "a colleague of the recipient answered": "收件人的同事已回复",
    "three tries ended without an outcome": "三次尝试均无结果",
}
