"""Alerts."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "Open": "未解除",
    "Over": "已解除",
    "{number} open": "{number} 条未解除",
    "Nothing needs you now.": "现在没有需要处理的事情。",
    "No alert has ended yet.": "还没有已解除的警报。",
    "There was no alert yet.": "还没有任何警报。",
    "warning": "警告",
    "critical": "严重",
    "since {at}": "自 {at} 起",
    "from {at} to {end}, {length}": "{at} 至 {end}，{length}",
    "To the task": "查看任务",
    "To the service": "查看服务",
    "To the services": "查看服务列表",
    "All alerts": "全部警报",
    "To the alerts": "查看警报",
}
