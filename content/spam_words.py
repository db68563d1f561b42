"""Words that filters have learnt to distrust, with how much: our own short list, English and Chinese.

No filter works by such a list alone; what counts is how many come together. A word that honest mail cannot do without
has no place here.
"""

import re

WEIGHTS = {
    "act now": 2, "amazing offer": 2, "as seen on": 1, "be your own boss": 3, "buy now": 1, "cash bonus": 3,
    "casino": 3, "cheap meds": 4, "click here": 1, "congratulations, you": 3, "credit card required": 1,
    "dear friend": 2, "double your": 3, "earn extra": 2, "earn money": 3, "easy money": 3, "eliminate debt": 3,
    "extra income": 3, "fast cash": 3, "financial freedom": 2, "for free": 1, "free gift": 2, "free money": 4,
    "get rich": 4, "guaranteed": 1, "increase sales": 1, "instant approval": 3, "limited time": 1, "lose weight": 3,
    "lottery": 3, "make money": 3, "miracle": 2, "million dollars": 3, "no cost": 1, "no obligation": 1,
    "no risk": 2, "not spam": 3, "once in a lifetime": 2, "online pharmacy": 4, "order now": 1, "passive income": 3,
    "risk-free": 2, "satisfaction guaranteed": 2, "this is not spam": 4, "urgent": 1, "viagra": 4, "winner": 2,
    "work from home": 2, "you have been selected": 3, "you have won": 4,
    "免费领取": 2, "点击领取": 2, "立即领取": 2, "中奖": 4, "恭喜您": 2, "恭喜你": 2, "赚钱": 3, "日赚": 4, "月入": 2,
    "兼职": 2, "刷单": 4, "代开发票": 4, "发票代开": 4, "贷款": 2, "低息": 2, "无抵押": 3, "信用卡套现": 4, "博彩": 4,
    "彩票": 3, "赌场": 4, "六合彩": 4, "稳赚": 4, "包赚": 4, "零风险": 3, "高回报": 3, "内部消息": 2, "限时抢购": 1,
    "最后机会": 1, "特价": 1, "加微信": 2, "加群": 2, "减肥": 2, "壮阳": 4, "成人": 2, "澳门": 2, "翻倍": 2,
}  # fmt: skip
LATIN = re.compile(
    r"\b(?:" + "|".join(re.escape(word) for word in sorted(WEIGHTS, key=len, reverse=True) if word.isascii()) + r")\b"
)
OTHER = re.compile("|".join(sorted((word for word in WEIGHTS if not word.isascii()), key=len, reverse=True)))


def spam_words(text: str) -> dict[str, int]:
    """Words of the list that stand in a text, with their weights, the heaviest first. Each counts once."""
    lowered = " ".join(text.lower().split())
    found = {*LATIN.findall(lowered), *OTHER.findall(lowered)}
    return {word: WEIGHTS[word] for word in sorted(found, key=lambda word: (-WEIGHTS[word], word))}
