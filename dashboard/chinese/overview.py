"""The overview, lists of services and tasks."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # First steps
    "First steps": "第一步",
    "Mails go out through your own mail accounts.": "邮件通过您自己的邮箱账户发出。",
    "A CSV file with an address in each row.": "每行一个地址的 CSV 文件。",
    "Write a template": "编写模板",
    "With fields of the contacts in it, and a preview.": "可使用联系人字段，并可预览。",
    "Send the first task": "发送第一个任务",
    "It tells what it would do before anything goes out.": "在发出任何邮件之前会先说明将要做什么。",
    "done": "已完成",
    # Health
    "see below": "见下方",
    "nothing is wrong": "一切正常",
    "PostgreSQL cannot be reached: nothing is sent or stored until it is back. Figures are old.": (
        "无法连接 PostgreSQL：恢复之前不会发送或保存任何内容。数据不是最新的。"
    ),
    "Temporal does not answer: nothing is sent until it is back.": "Temporal 没有响应：恢复之前不会发送。",
    "{live} of {expected} worker processes run: start the others, or lower the expected number.": (
        "{expected} 个工作进程中有 {live} 个在运行：请启动其余进程，或降低期望数量。"
    ),
    "Half of the services or more failed and are rested: their pages say why.": (
        "半数或更多服务出错并在休息：原因见各服务页面。"
    ),
    "Too many mails of the last 5 minutes failed: their tasks say why.": ("最近 5 分钟失败的邮件过多：原因见各任务。"),
    # Why mails wait
    "The first goes at": "最早发送时间",
    "The last goes at": "最晚发送时间",
    "Most of them in": "主要所在任务",
    "Of all your tasks, each mail once. A dash: nobody knows, it depends on others or on a person.": (
        "包括您的所有任务，每封邮件只计一次。短横线：时间未知，取决于其他任务或人工处理。"
    ),
    # Lists
    "Part of a name": "名称的一部分",
    "Part of a name or address": "名称或地址的一部分",
    "No service is like this.": "没有符合条件的服务。",
    "All services": "所有服务",
    "No task is like this.": "没有符合条件的任务。",
    "All tasks": "所有任务",
    # Services
    "Score": "评分",
    "Sent, 24 h": "24 小时已发送",
    "Test": "测试",
    "{whole} mails, at most {highest} an hour": "共 {whole} 封，每小时最多 {highest} 封",
    "Orders": "操作",
    "now": "现在",
    "in {span}": "{span}后",
    "by its interval of {seconds} s": "按 {seconds} 秒的间隔",
    "of those that are free, the best one sends": "空闲服务中评分最高者发送",
    "Mails of the last 24 hours": "最近 24 小时的邮件",
    "Mails of each hour": "每小时的邮件",
    "None was sent.": "没有发送邮件。",
}
