"""What the API says by a code, of findings and alerts: what is wrong and what to do, filled with their figures."""

from typing import Final

PREFLIGHT: Final[dict[str, tuple[str, str]]] = {
    "unknown_variable": (
        "没有联系人有字段 {names}：这些邮件会失败。",
        "更正名称，为联系人添加该字段，或给出默认值：{{{{ name | default('…') }}}}。",
    ),
    "sample_failed": ("用示例字段无法渲染，因此未检查其他内容：{problem}。", "请用真实联系人的字段再试。"),
    "placeholder_left": ("收件人会看到 {text}：没有内容替换它。", "变量请写成 {{{{ first_name }}}}。"),
    "subject_long": ("主题有 {length} 个字符，末尾会被截断。", "控制在 70 个字符以内，重点放在前 40 个。"),
    "subject_empty": ("主题没有内容。", "写明邮件的内容。"),
    "subject_capitals": ("主题大部分是大写字母，像在喊叫。", "像写给一个人那样写。"),
    "subject_marks": ("主题有多个感叹号或货币符号。", "去掉它们：过滤器会计数。"),
    "subject_pretends": ("主题假装是对收件人来信的回复。", "“Re:” 留给同一会话的后续邮件，它们会自动带上。"),
    "text_missing": ("没有纯文本部分；将由 HTML 生成。", "请在预览中查看，或自己编写。"),
    "text_empty": ("不看 HTML 的人会看到空邮件。", "请编写纯文本部分。"),
    "too_large": (
        "HTML 有 {size:,} 字节；Gmail 约在 102,000 字节处截断邮件。",
        "控制在 100,000 以内：精简样式，图片用链接而不是内嵌数据。",
    ),
    "language_missing": ("HTML 没有说明所用语言。", '以 <html lang="zh"> 开头：屏幕阅读器和翻译工具需要它。'),
    "active_content": (
        "邮件程序会删除 {what} 之类的内容，或拒收邮件。",
        "不要使用脚本、表单和框架；链接到含有它们的网页。",
    ),
    "unsubscribe_header_missing": (
        "邮件没有 List-Unsubscribe 头：Gmail 和 Yahoo 要求群发者提供。",
        "将 TEMPOST_API__PUBLIC_URL 设为能访问 API 的 https 地址。",
    ),
    "unsubscribe_not_one_click": (
        "退订链接不是 https，因此不提供一键退订（RFC 8058）。",
        "TEMPOST_API__PUBLIC_URL 应以 https 开头。",
    ),
    "unsubscribe_link_missing": (
        "邮件正文没有退订方式：找不到的人会举报为垃圾邮件。",
        "添加一个链接或一句说明。",
    ),
    "link_empty": ("有一个链接没有地址。", "给它一个地址，或改成普通文字。"),
    "link_from_field": ("有一个链接的地址来自联系人字段，未检查。", "请用真实联系人的字段再试。"),
    "link_broken": ("有一个链接不是邮件程序能打开的地址：{text}。", "写完整地址，以 https:// 开头。"),
    "link_placeholder": ("有一个链接从未填写：{text}。", "换成真实地址。"),
    "link_address": ("有一个链接直接指向 IP 地址：{text}。过滤器会视为欺诈。", "使用您自己域名下的名称。"),
    "link_shortened": ("有一个链接用短网址隐藏目标：{text}。许多黑名单收录短网址。", "直接链接到目标网页。"),
    "link_misleading": (
        "有一个链接显示一个网站却指向另一个：{text}。钓鱼邮件就是这样。",
        "显示文字而不是地址，或显示真实地址。",
    ),
    "link_insecure": ("有一个链接使用 http：{text}。", "网站支持时请用 https。"),
    "image_without_alt": (
        "{images} 张图片中有 {silent} 张没有替代文字：许多读者看不到图片。",
        '添加 alt="图片内容"；装饰图片用 alt=""。',
    ),
    "image_broken": ("有一张图片没有邮件程序能获取的地址：{text}。", "src 应为完整的 https 地址。"),
    "image_as_data": ("Gmail 和 Outlook 不显示 data: 形式的图片。", "把图片放到服务器上并链接到它。"),
    "image_only": ("整封邮件都是图片：过滤器读不了，许多人也读不了。", "用文字写出图片表达的内容。"),
    "spam_words": ("这些词放在一起会让过滤器起疑：{words}。", "像对同事说话那样写。"),
    "shouting": ("邮件中大写字母太多，例如 {word}。", "像写给一个人那样写。"),
}
DOMAIN: Final[dict[str, tuple[str, str]]] = {
    "dns_unavailable": ("DNS 没有给出答案：{problem}。", "暂时无法判断已发布的内容：请检查网络后再试。"),
    "spf_missing": (
        "{domain} 没有 SPF 记录：收件方无法区分您的服务器和别人的。",
        "发布一条以 v=spf1 开头、列出您的服务的 TXT 记录。",
    ),
    "spf_several": ("{domain} 有 {count} 条 SPF 记录：这样一条也不算数（RFC 7208, 4.5）。", "合并成一条。"),
    "spf_syntax": ("{place} 的 SPF 记录含有无法理解的项：{term}。", "更正或删除它。"),
    "spf_lookups": (
        "SPF 记录连同其引用共需 {lookups} 次查询；收件方超过 10 次就放弃。",
        "去掉不用的服务的 include，或用 ip4: 和 ip6: 直接写出其网段。",
    ),
    "spf_void": ("SPF 记录中有 {void} 个名称不存在；收件方超过 2 个就放弃。", "删除这些名称。"),
    "spf_include_broken": ("SPF 记录引用了 {include}，它有 {count} 条 SPF 记录而不是一条。", "更正名称，或去掉它。"),
    "spf_allows_all": ("SPF 记录允许任何人以 {domain} 的名义发信（+all）。", "以 ~all 或 -all 结尾。"),
    "spf_open": ("SPF 记录没有说明未列出的服务器如何处理。", "以 ~all 或 -all 结尾。"),
    "spf_ptr": (
        "SPF 记录使用 ptr，它很慢且不建议使用（RFC 7208, 5.5）。",
        "用 include:、a:、ip4: 或 ip6: 列出服务器。",
    ),
    "spf_host_missing": (
        "SPF 记录没有引用 {include}，而 {host} 上的服务以它的名义发信。",
        "添加 include:{include}，除非该服务使用自己的退信地址。",
    ),
    "spf_host_unmatched": (
        "SPF 记录没有列出 {host} 的地址，而该服务以 {domain} 的名义发信。",
        "若邮件从该主机发出，请添加 a:{host}；否则其运营方知道应引用什么。",
    ),
    "dkim_missing": ("{name} 处没有 DKIM 密钥。", "发布 Tempost 为此域名给出的 TXT 记录。"),
    "dkim_differs": (
        "{name} 处的 DKIM 密钥不是 Tempost 签名所用的：签名将无法通过验证。",
        "用 Tempost 为此域名给出的记录替换它。",
    ),
    "dkim_revoked": ("{name} 处的 DKIM 密钥已撤销（p= 为空）。", "发布 Tempost 给出的记录，或使用另一个选择器。"),
    "dkim_several": ("{name} 处有 {count} 条 TXT 记录：收件方可能用错。", "只保留一条。"),
    "dkim_testing": ("{name} 处的 DKIM 密钥带有 t=y：收件方只当作测试。", "去掉 t=y。"),
    "dkim_not_ours": ("Tempost 不为 {domain} 的邮件签名；服务本身可能会签。", "在此页添加该域名。"),
    "dmarc_missing": (
        "{domain} 没有 DMARC 记录：Gmail 和 Yahoo 要求群发者提供。",
        "先在 _dmarc.{domain} 发布 v=DMARC1; p=none; rua=mailto:…。",
    ),
    "dmarc_several": ("{name} 处有 {count} 条 DMARC 记录：这样一条也不算数。", "只保留一条。"),
    "dmarc_syntax": ("{name} 处的 DMARC 记录没有有效的策略 p=。", "写 p=none、p=quarantine 或 p=reject。"),
    "dmarc_none": (
        "DMARC 只观察（p=none）：任何人仍可冒用 {domain}。",
        "报告显示您的邮件都通过后，改为 p=quarantine。",
    ),
    "dmarc_no_reports": ("DMARC 记录没有写明报告发给谁。", "添加 rua=mailto:… 和您会查看的地址。"),
    "dmarc_not_aligned": (
        "我们的 DKIM 签名和 SPF 都无法为 {domain} 通过，而 DMARC 为 p={policy}：邮件会被拒收或进垃圾箱。",
        "发送前请修正 DKIM 密钥或 SPF 记录。",
    ),
    "mx_missing": ("{domain} 不收邮件：回复和退信会丢失，许多收件方拒收这样的发件人。", "发布 MX 记录。"),
    "mx_null": (
        "{domain} 用空 MX 声明不收邮件：回复和退信会丢失。",
        "发布指向接收其邮件的服务器的 MX 记录。",
    ),
    "mx_implied": ("{domain} 没有 MX 记录；会改用其自身地址。", "发布 MX 记录。"),
    "mx_unresolved": ("{domain} 的 MX 没有地址：{host}。", "更正 MX 记录，或发布该名称。"),
}
STANDS: Final = "任务“{name}”自 UTC {since} 起没有进展："
DUE: Final = STANDS + "{due:,} 封邮件到期未发。"
BOUNCED: Final = "{sent:,} 封中有 {many:,} 封被退回。"
COMPLAINED: Final = "{sent:,} 封中有 {many:,} 封引来投诉。"
ADDRESSES: Final = "恢复或继续之前，先查明这些地址从何而来，并停止给它们写信。"
LOOK_AT_TASK: Final = (
    "在任务页面查看邮件等待的原因，并在 Temporal Web UI 中查看工作流 task-{id}；缺失的工作流用 `tempost repair` 启动。"
)
ALERTS: Final[dict[str, tuple[str, str]]] = {
    "workers_missing": (
        "应有 {expected} 个工作进程，只有 {live} 个在运行：邮件因此等待。",
        "启动缺少的进程，或调低 monitoring.expected_workers。",
    ),
    "temporal_down": ("Temporal 没有响应：恢复之前不会发送任何邮件。", "恢复 Temporal 服务器；不会丢失任何数据。"),
    "error_rate": (
        "最近 5 分钟的 {ended:,} 次投递中有 {share:.0%} 失败或结果未知。",
        "在任务页面的“失败”邮件中查看原因。",
    ),
    "stuck_task": (DUE, LOOK_AT_TASK),
    "stuck_task_unwritten": (STANDS + "邮件尚未准备好。", LOOK_AT_TASK),
    "stuck_task_no_service": (DUE, "没有服务能发送它们：在任务的服务池中添加或恢复一个服务。"),
    "stuck_task_no_quota": (DUE, "所有服务的配额都已用完：提高每日配额，或添加服务。"),
    "stuck_task_service_rested": (DUE, "所有服务都因失败而休息：查看各服务的原因，修正后测试该服务。"),
    "service_rested": (
        "服务“{name}”失败，正在休息：{why}",
        "按原因修正（密码、主机、服务商限制），然后在服务页面测试。",
    ),
    "quota_nearly_used": (
        "服务池“{name}”今天已用 {quota:,} 封中的 {used:,} 封；还有 {waiting:,} 封在等待。",
        "添加服务，在服务商允许时提高每日配额，或让其余邮件明天发送。",
    ),
    "unknown_waiting": (
        "任务“{name}”有 {unknown:,} 封邮件结果未知，等待决定。",
        "在任务页面的“结果未知”邮件中决定：已发送、放弃或重新发送。",
    ),
    "service_warned_bounces": ("服务“{name}”即将被暂停：" + BOUNCED, ADDRESSES),
    "service_warned_complaints": ("服务“{name}”即将被暂停：" + COMPLAINED, ADDRESSES),
    "service_paused_bounces": ("服务“{name}”已被暂停：" + BOUNCED, ADDRESSES),
    "service_paused_complaints": ("服务“{name}”已被暂停：" + COMPLAINED, ADDRESSES),
    "task_warned_bounces": ("任务“{name}”即将被暂停：" + BOUNCED, ADDRESSES),
    "task_warned_complaints": ("任务“{name}”即将被暂停：" + COMPLAINED, ADDRESSES),
    "task_paused_bounces": ("任务“{name}”已被暂停：" + BOUNCED, ADDRESSES),
    "task_paused_complaints": ("任务“{name}”已被暂停：" + COMPLAINED, ADDRESSES),
}
SETTINGS: Final[dict[str, tuple[str]]] = {
    "queue.central_batch_size": ("一个投递活动最多携带的邮件数。",),
    "queue.concurrent_workers": ("乘以 central_batch_size，即一个工作进程同时处理的最多邮件数。",),
    "queue.fanout_width": ("一次授权中不超过此数的邮件，每封是一个独立活动。",),
    "queue.pending_retry_interval": ("首次重试前的等待时间；之后每次加倍。",),
    "queue.service_reservation_timeout": ("持有者最后一次响应之后，连接或进行中的投递保留多久。",),
    "monitoring.stuck_task_threshold": ("任务这么久没有进展就发出警报。",),
    "monitoring.metrics_retention_days": ("监控数据保留多久。",),
    "monitoring.choices_retention_days": ("为何选用某个服务的记录保留多久；每封邮件约半 KB。",),
    "monitoring.expected_workers": ("工作进程少于此数就发出警报。",),
    "monitoring.worker_missing_after": ("工作进程这么久没有消息就视为已消失。",),
    "monitoring.error_rate_threshold": ("5 分钟内失败和结果未知的投递达到此比例时，健康状况降级并发出警报。",),
    "monitoring.quota_alert_share": ("服务池当日配额用到此比例时发出警报。",),
    "monitoring.unknown_alert_after": ("结果未知的邮件等待决定这么久就发出警报。",),
    "reputation.bounce_rate_limit": ("硬退信达到此比例时暂停服务或任务，达到一半时警告；1 表示关闭。",),
    "reputation.complaint_warn_rate": ("投诉达到此比例时警告服务或任务；1 表示关闭。",),
    "reputation.complaint_rate_limit": ("投诉达到此比例时暂停服务或任务；1 表示关闭。",),
    "reputation.least_sent": ("少于此数的邮件不作判断，除非其中 20 封被退回。",),
    "reputation.window_days": ("服务按最近这么多天计算；任务按全部计算。",),
}
RECORDS: Final[dict[str, tuple[str]]] = {
    "dkim": ("必须按原样发布：检查到它之后，邮件就会签名。",),
    "spf": ("若已有 SPF 记录，请把这些项加进去：只能有一条。",),
    "dmarc": ("仅在还没有时发布。报告显示您的邮件都通过后，改为 p=quarantine。",),
    "mx": ("仅在还没有时发布：邮件以发件地址作为退信地址，回复和退信必须能回来。",),
}
"""By the purpose of a record of the DNS."""
CODED: Final[dict[str, tuple[str, ...]]] = {**PREFLIGHT, **DOMAIN, **ALERTS, **SETTINGS, **RECORDS}
