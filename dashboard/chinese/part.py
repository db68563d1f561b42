"""What stands inside the API's sentences: what is looked for, units, and why an address or a template is none."""

from typing import Final

KINDS: Final[dict[str, str]] = {
    "campaign": "营销活动",
    "contact": "联系人",
    "contact list": "联系人列表",
    "key": "密钥",
    "list": "列表",
    "mailbox of a service": "服务的收信邮箱",
    "segment": "细分",
    "sending domain": "发件域名",
    "service": "服务",
    "task": "任务",
    "template": "模板",
    "webhook": "Webhook",
}
"""What may be missing."""
PHRASES: Final[dict[str, str]] = {
    "of a user whose role is admin": "，且用户为管理员",
    "a number": "数字",
    "{number} seconds": "{number} 秒",
    "{number} days": "{number} 天",
    "{number} contact has": "{number} 位联系人",
    "{number} contacts have": "{number} 位联系人",
    "`tracksOpens` or `tracksClicks`": "打开或点击统计",
    "`tracksClicks`": "点击统计",
    "`templateId`, `content` or `variants`": "模板、内容或版本",
    "a text, number or boolean as `value`": "文本、数字或布尔值",
    "a text as `value`": "文本",
    "a list as `value`": "列表",
    "a number as `value`": "数字",
    "no `value`": "不带值",
    "logged in": "已登录",
    "without a login": "无需登录",
    "{first} or {last}": "{first} 或 {last}",
}
"""What Tempost says itself: a stranger's "Incorrect username or password" is not to become half Chinese."""
CONNECTIONS: Final[dict[str, str]] = {
    "[Errno {number}] Connection refused": "连接被拒绝",
    "[Errno {number}] Name or service not known": "找不到此主机",
    "[Errno {number}] No route to host": "没有到主机的路由",
    "All connection attempts failed": "无法连接",
    "TimeoutError": "超时",
}
"""Why there is none."""
ADDRESSES: Final[dict[str, str]] = {
    "An email address must have an @-sign.": "缺少 @",
    "There must be something before the @-sign.": "@ 前缺少内容",
    "There must be something after the @-sign.": "@ 后缺少内容",
    "The email address contains invalid characters before the @-sign: {chars}.": "@ 前含有无效字符：{chars}",
    "The part after the @-sign contains invalid characters: {chars}.": "@ 后含有无效字符：{chars}",
    "The email address contains unsafe characters: {chars}.": "含有不安全的字符：{chars}",
    "The part after the @-sign is not valid. It should have a period.": "@ 后须有句点",
    "The part after the @-sign is not valid. It is not within a valid top-level domain.": "顶级域名无效",
    "The part after the @-sign is a special-use or reserved name that cannot be used with email.": (
        "@ 后是不能用于邮件的保留名称"
    ),
    "The part after the @-sign is not valid IDNA ({error}).": "@ 后的国际化域名无效",
    "The part after the @-sign is invalid ({error}).": "@ 后的域名无效",
    "An email address cannot have two periods in a row.": "不能有两个连续的句点",
    "An email address cannot have a period and a hyphen next to each other.": "句点和连字符不能相邻",
    "An email address cannot start with a {sign}.": "不能以{sign}开头",
    "An email address cannot end with a {sign}.": "不能以{sign}结尾",
    "An email address cannot have a {sign} immediately before the @-sign.": "@ 前不能紧接{sign}",
    "An email address cannot have a {sign} immediately after the @-sign.": "@ 后不能紧接{sign}",
    "An email address cannot have two letters followed by two dashes immediately after the @-sign or after a period, "
    "except Punycode.": "@ 或句点后不能是两个字母加两个连字符",
    "The email address is too long {chars}.": "地址过长",
    "The email address is too long before the @-sign {chars}.": "@ 前过长",
    "The email address is too long after the @-sign {chars}.": "@ 后过长",
    "After the @-sign, periods cannot be separated by so many characters {chars}.": "@ 后两个句点之间过长",
    "A bracketed IP address after the @-sign is not allowed here.": "@ 后不能是方括号中的 IP 地址",
    "Quoting the part before the @-sign is not allowed here.": "@ 前不能加引号",
    "A display name and angle brackets around the email address are not permitted here.": (
        "只写地址本身，不带姓名和尖括号"
    ),
    'The email address has the "full-width" at-sign (@) character instead of a regular at-sign.': (
        "@ 是全角字符，请用半角"
    ),
    "period": "句点",
    "hyphen": "连字符",
    "Empty domain": "为空",
    "Empty Label": "有空的部分",
    "Label too long": "有一部分过长",
    "Label must not start or end with a hyphen": "各部分不能以连字符开头或结尾",
    "Codepoint {code} at position {position} of {label!r} not allowed": "“{label}”中不允许字符 {code}",
}
"""By email-validator and idna."""
TEMPLATES: Final[dict[str, str]] = {
    "unexpected {token!r}": "意外的“{token}”",
    "unexpected {token!r}, expected {wanted!r}": "意外的“{token}”，应为“{wanted}”",
    "unexpected char {sign!r} at {place}": "意外的字符“{sign}”",
    "unexpected end of template, expected {wanted!r}.": "模板意外结束，应有“{wanted}”",
    "Unexpected end of template. Jinja was looking for the following tags: {tags}. "
    "The innermost block that needs to be closed is {block!r}.": "模板意外结束：“{block}”没有结束，应有 {tags}",
    "expected token {wanted!r}, got {token!r}": "应为“{wanted}”，而不是“{token}”",
    "Expected an expression, got {token!r}": "应为表达式，而不是“{token}”",
    "Encountered unknown tag {tag!r}.": "不认识标签“{tag}”",
    "No filter named {name!r}.": "没有名为“{name}”的过滤器",
    "No test named {name!r}.": "没有名为“{name}”的测试",
    "Missing end of comment tag": "注释没有结束",
    "tag name expected": "缺少标签名",
    "the operator **": "运算符 **",
    "a dictionary": "字典",
    "setting a namespace's value": "命名空间赋值",
    "{{% set %}} with a block": "{{% set %}} 块",
    "end of print statement": "}}}}",
    "end of statement block": "%}}",
}
"""By Jinja."""
