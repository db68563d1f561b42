"""What the API refuses: its English sentences, with a name for whatever is put in, and what they are in Chinese.

`{name!r}` stands for what is quoted in English. Names that `dashboard.told` knows are said in Chinese too.
"""

from typing import Final

REQUESTS: Final[dict[str, str]] = {
    # Keys and rights
    "Send a valid key as `Authorization: Bearer …`.": "请用 `Authorization: Bearer …` 发送有效的密钥。",
    "Send TEMPOST_API__METRICS_TOKEN as `Authorization: Bearer …`.": (
        "请用 `Authorization: Bearer …` 发送 TEMPOST_API__METRICS_TOKEN。"
    ),
    "This key is unknown, expired or revoked. Send `Authorization: Bearer …`.": (
        "此密钥未知、已过期或已吊销。请用 `Authorization: Bearer …` 发送。"
    ),
    "This call needs a key with the scope `{what}`{whose}.": "此操作需要权限为“{what}”的密钥{whose}。",
    "A key cannot be given scopes that the asking key does not have.": "不能授予您的密钥本身没有的权限。",
    "Only an administrator sees and makes keys of other users.": "只有管理员能查看和创建其他用户的密钥。",
    "This key may ask {times} times a second. Ask more slowly.": "此密钥每秒最多请求 {times} 次，请放慢。",
    "must be in the future": "必须在将来",
    "there is no such user": "没有此用户",
    # Requests
    "The body is not JSON.": "请求内容不是 JSON。",
    "JSON decode error: {error}": "不是有效的 JSON：{error}",
    "A value is out of the range that can be stored, or holds characters that cannot.": (
        "某个值超出可存储的范围，或含有无法存储的字符。"
    ),
    "A body may have at most {most} bytes. Send several smaller requests.": "请求最多 {most} 字节，请分成几次发送。",
    "The body was not whole after {seconds} seconds. Send it faster, or in parts.": (
        "{seconds} 秒内未收到完整内容。请加快发送，或分批发送。"
    ),
    "This Idempotency-Key came with another request. Use a new key for a new request.": (
        "此 Idempotency-Key 已用于另一个请求。新请求请用新的。"
    ),
    "The first request with this Idempotency-Key has not ended. Try again soon.": "同一请求仍在处理，请稍后再试。",
    "is not a cursor from an earlier answer": "不是先前回答给出的分页位置",
    "Not Found": "此处没有内容",
    "Method Not Allowed": "此地址不支持该操作",
    # Outages
    "The database is not available. Try again soon.": "数据库不可用，请稍后再试。",
    "Temporal is not available. Try again soon.": "Temporal 不可用，请稍后再试。",
    "The fault was logged, and nothing half-written was kept.": "发生故障，已记入日志；没有留下写了一半的内容。",
    "The answer is not of Tempost: is the address right?": "回应并非来自 Tempost：地址是否正确？",
    # What is not there
    "You have no {what} {which}.": "您没有此{what}：{which}。",
    "You have no task {task} with a mail number {number}.": "您没有含第 {number} 封邮件的任务 {task}。",
    "you have no {what} {which}": "您没有此{what}：{which}",
    "you have no such contact list": "您没有此联系人列表",
    "you have no such segment": "您没有此细分",
    "you have no such task": "您没有此任务",
    "you have no such template": "您没有此模板",
    "There is no such contact list.": "没有此联系人列表。",
    "There is no such import.": "没有此导入。",
    "There is no setting {key!r}: GET /api/system/config lists them.": "没有设置“{key}”。",
    # Tasks
    "The task is {status} and cannot be changed any more.": "任务{status}，不能再修改。",
    "The task is {status}: only its name makes a difference any more.": "任务{status}：只能再修改名称。",
    "The task is cancelled: nothing more is sent. Decide `sent` or `failed`.": (
        "任务已取消，不再发送。请选择“视为已发送”或“放弃”。"
    ),
    "The task is paused: it goes on when it is resumed.": "任务已暂停：恢复后继续。",
    "No worker process runs: start one.": "没有工作进程在运行：请启动一个。",
    "Temporal does not answer: bring its server back. Nothing is lost.": (
        "Temporal 没有响应：请恢复服务器。数据不会丢失。"
    ),
    "The pool has no service that sends: add one, or resume one.": "服务池中没有可发送的服务：请添加或恢复一个。",
    "It would not end within {days} days: `limitedBy` says what holds it up.": (
        "{days} 天内无法结束：请看推迟的原因。"
    ),
    "The content uses fields that some contacts do not have: {fields}. Add them, or give a default: "
    "{{{{ name | default('…') }}}}.": (
        "内容使用了部分联系人没有的字段：{fields}。请补上，或设默认值：{{{{ name | default('…') }}}}。"
    ),
    "{what} no field {name!r}, such as {example}": "{what}没有字段“{name}”，例如 {example}",
    "give either `contactListId` or `recipients`": "请选择收件人：一个列表，或逐个给出",
    "give one of {what}": "请选择其一：{what}",
    "is empty: there is nobody to write to": "为空：没有收件人",
    "the list is empty: there is nobody to write to": "列表为空：没有收件人",
    "is for dryRun=true only: a task ends when it can": "仅用于预演：任务能结束时就会结束",
    "must lie in the future: it is {now} now": "必须在将来：现在是 {now}",
    "must lie within {days} days: nothing is foreseen beyond": "必须在 {days} 天以内：更远的无法预测",
    # Pools and limits of domains
    "there is no pool {name!r} that you may use": "没有您可用的服务池“{name}”",
    "several pools are named {name!r}: give the id of the one you mean": "有多个服务池名为“{name}”：请用其 id 指明",
    "the pool {name!r} has no active service: nothing would ever be sent": (
        "服务池“{name}”没有可用服务：永远不会发送任何邮件"
    ),
    "{asked} in the shared pool {name!r} needs its owner's permission": (
        "在共享服务池“{name}”中设为 {asked} 须所有者许可"
    ),
    "You have a pool named {name!r} already.": "您已有名为“{name}”的服务池。",
    "names users who are not among the members": "其中有用户不是成员",
    "there is no user {name!r}": "没有用户“{name}”",
    "The limits of the pool {name!r} are its owner's.": "服务池“{name}”的限额只由其所有者设定。",
    "The pool has no limit for {domain}.": "服务池对 {domain} 没有限额。",
    "{domain} is limited already": "{domain} 已有限额",
    "{domain} is limited already: it counts as {other}": "{domain} 已有限额：计入 {other}",
    "{domain} is the limited domain itself": "{domain} 就是被限额的域名本身",
    "{domain} counts as {other} already": "{domain} 已计入 {other}",
    "{domain} has a limit of its own: delete that first": "{domain} 有自己的限额：请先删除",
    "other domains count as {domain}": "其他域名计入 {domain}",
    "{field} cannot be empty; delete the limit instead": "“{field}”不能为空；若不需要，请删除限额",
    # Services
    "{field} cannot be empty": "“{field}”不能为空",
    "You have a service named {name!r} already.": "您已有名为“{name}”的服务。",
    "a password needs a username": "有密码就须有用户名",
    "a password needs a username; without both, the service's login is used": (
        "有密码就须有用户名；两者都不填则使用服务的登录信息"
    ),
    "is missing: the service has no login that could be used": "缺少：服务没有可用的登录信息",
    "is missing; a relay may have a `ratePerSecond` instead": "缺少：请填写两封邮件的间隔；中继也可改用每秒邮件数",
    "only a relay has a rate; say the `sendingInterval` of a mailbox": (
        "只有中继按每秒邮件数；邮箱请填写两封邮件的间隔"
    ),
    "says the same as `sendingInterval`: give one of them": "与两封邮件的间隔含义相同：请只填一个",
    "is a private or local address, where services are not allowed to be": "是私有或本地地址，不允许使用",
    "{host} leads to {address}, which is a private or local address": "{host} 指向 {address}，是私有或本地地址",
    "write an international host name in its ASCII form (xn--…)": "国际化主机名请写成 ASCII 形式（xn--…）",
    "is neither a host name nor an IP address": "不是主机名，也不是 IP 地址",
    "is not an IANA time zone such as Europe/Vienna or UTC": "不是 IANA 时区，例如 Asia/Shanghai 或 UTC",
    # Campaigns
    "The campaign is {status} and cannot be changed any more.": "营销活动{status}，不能再修改。",
    "The campaign is {status}: only its name makes a difference any more.": "营销活动{status}：只能再修改名称。",
    "The campaign has begun: when it starts cannot be changed any more.": "营销活动已开始：不能再修改开始时间。",
    "The campaign has no round {number}.": "营销活动没有第 {number} 轮。",
    "Round {number} has begun: change its task {task}, or a later round.": (
        "第 {number} 轮已开始：请修改其任务 {task}，或之后的轮次。"
    ),
    "A campaign has at most {most} rounds.": "营销活动最多 {most} 轮。",
    "A campaign needs its first round: change it instead.": "营销活动须有第一轮：请修改它。",
    "the first round answers no mail: leave it out": "第一轮不回复任何邮件：请不要设置",
    "nothing comes before the first round: say when it starts by `startAt`": "第一轮之前没有别的轮次：请设置开始时间",
    "the first round goes to everyone on the list: nobody could open yet": "第一轮发给列表中的所有人：还没有人能打开",
    "`{word}` cannot be told without {what}: track that, or choose another": "需要先启用{what}才能使用，否则请另选",
    "`winnerRule` chooses among `variants`: give two or more of them": "评选需要两个或更多版本",
    "two of the `variants` have the same name": "有两个版本同名",
    "the shares of the `variants` sum to {total}: without a `winnerRule` they must sum to 1": (
        "各版本的比例合计为 {total}：不评选时必须合计为 1"
    ),
    "the shares of the `variants` sum to {total}: a `winnerRule` needs a rest to send to": (
        "各版本的比例合计为 {total}：评选时须留出余量"
    ),
    # Contacts, lists, segments
    "A task or campaign that has not begun is to be sent to this list. Cancel it first.": (
        "有尚未开始的任务或营销活动要发给此列表。请先取消。"
    ),
    "give either `contactIds` or `segmentId`": "请给出联系人或细分中的一个",
    "give tags to `add` or to `remove`": "请给出要添加或移除的标签",
    "{tag!r} is to be added too": "“{tag}”同时也要添加",
    "give `email`, or `emails`": "请填写一个或多个地址",
    "{email} is not suppressed.": "{email} 未被屏蔽。",
    "{email} was not erased.": "{email} 未被抹除。",
    "is the address of a person who was erased": "是已抹除之人的地址",
    "{pointer}: {why}. See docs/contacts.md.": "{pointer}：{why}。参见 docs/contacts.md。",
    "{mails} mails to this address are {why}.": "此地址有 {mails} 封邮件{why}。",
    "being sent just now: try again in a minute": "正在发送：请一分钟后再试",
    "of unknown outcome: decide them first (`tempost tasks unknown`), for their address is still needed": (
        "结果未知：请先决定如何处理（`tempost tasks unknown`），因为仍需要其地址"
    ),
    "A round of the campaign {name!r} is to go to this segment. Change the round first.": (
        "营销活动“{name}”有一轮要发给此细分。请先修改该轮。"
    ),
    "You have a segment named {name!r} already. Change that one, or choose another name.": (
        "您已有名为“{name}”的细分。请修改它，或另取名称。"
    ),
    "a rule is an object with one of the words {words}": "一条规则是含有其中一个词的对象：{words}",
    "`{op}` takes {what}": "`{op}` 需要{what}",
    "give `after`, `before` or `withinDays`": "请给出 `after`、`before` 或 `withinDays`",
    "groups stand at most {most} deep inside each other": "组合最多嵌套 {most} 层",
    "a segment has at most {most} conditions": "细分最多 {most} 个条件",
    "must have 1 to {most} entries": "须有 1 至 {most} 项",
    "must be a text, number or boolean": "须为文本、数字或布尔值",
    "must be a number between {least} and {most}": "须为 {least} 与 {most} 之间的数字",
    # Settings, metrics, statistics
    "must be {what} from {low} to {high}": "须为{what}，范围 {low} 至 {high}",
    "must be from {low} to {high}, not {value}": "须在 {low} 至 {high}之间，而不是 {value}",
    "belongs to the metric queue_mails only": "仅用于指标 queue_mails",
    "must be before `to`": "须早于结束时间",
    "must be before `to`, and not by more than a year": "须早于结束时间，且相差不超过一年",
    "is more than {days} days before `to`: ask for one year after the other": (
        "比结束时间早 {days} 天以上：请逐年查询"
    ),
    "would give more than {most} points: widen it, or shorten the span": "会超过 {most} 个点：请加大步长，或缩短时段",
    # Users, webhooks, sending domains, inbound events
    "There is a user with the address {email} already.": "已有地址为 {email} 的用户。",
    "You have {most} webhooks, which is the most. Delete one first.": (
        "您已有 {most} 个 Webhook，已达上限。请先删除一个。"
    ),
    "is not a URL: {why}": "不是 URL：{why}",
    "must begin with https://": "须以 https:// 开头",
    "must name a host, and hold neither a user nor a fragment (#…)": "须含主机名，且不含用户名和片段（#…）",
    "You have a key of {domain} with the selector {selector!r} already": "{domain} 已有选择器为“{selector}”的密钥",
    "must be letters, digits and hyphens, at most 63, such as `tempost` or `s2026`": (
        "须为字母、数字和连字符，最多 63 个，例如 `tempost` 或 `s2026`"
    ),
    "awayUntil is {value!r}; write date and time with their zone, as isoformat() does": (
        "awayUntil 为“{value}”；请写日期、时间和时区"
    ),
}
"""Sentences about requests as a whole, and about what stands in the database."""
