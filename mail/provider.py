"""Who keeps the mailbox of an address, told by its domain alone.

A domain that is not here counts as `other` in statistics. So do companies that let Google or Microsoft keep their
mail: only their MX records would tell, and those are not asked.
"""

from typing import Final

DOMAINS: Final[dict[str, tuple[str, ...]]] = {
    "Google": ("gmail.com", "googlemail.com"),
    "Microsoft": (
        "outlook.com", "hotmail.com", "live.com", "msn.com", "passport.com", "windowslive.com",
        "hotmail.at", "hotmail.be", "hotmail.ch", "hotmail.co.jp", "hotmail.co.uk", "hotmail.com.ar", "hotmail.com.br",
        "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it", "hotmail.nl", "hotmail.se",
        "live.at", "live.be", "live.ca", "live.cn", "live.co.uk", "live.com.au", "live.com.mx", "live.de", "live.dk",
        "live.fr", "live.ie", "live.it", "live.nl", "live.no", "live.se",
        "outlook.at", "outlook.be", "outlook.cl", "outlook.co.th", "outlook.com.au", "outlook.com.br", "outlook.de",
        "outlook.dk", "outlook.es", "outlook.fr", "outlook.ie", "outlook.in", "outlook.it", "outlook.jp", "outlook.kr",
        "outlook.pt", "outlook.sa",
    ),
    "Yahoo": (
        "yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "aim.com", "myyahoo.com",
        "yahoo.ca", "yahoo.co.id", "yahoo.co.in", "yahoo.co.uk", "yahoo.com.ar", "yahoo.com.au", "yahoo.com.br",
        "yahoo.com.hk", "yahoo.com.mx", "yahoo.com.ph", "yahoo.com.sg", "yahoo.com.tw", "yahoo.com.vn", "yahoo.de",
        "yahoo.es", "yahoo.fr", "yahoo.ie", "yahoo.in", "yahoo.it", "yahoo.pl", "yahoo.se", "aol.co.uk", "aol.de",
        "aol.fr",
    ),
    "Yahoo Japan": ("yahoo.co.jp", "ymail.ne.jp"),
    "Apple": ("icloud.com", "me.com", "mac.com", "privaterelay.appleid.com"),
    "Tencent": ("qq.com", "vip.qq.com", "foxmail.com", "exmail.qq.com"),
    "NetEase": ("163.com", "126.com", "yeah.net", "188.com", "vip.163.com", "vip.126.com", "vip.188.com"),
    "Sina": ("sina.com", "sina.cn", "vip.sina.com"),
    "Sohu": ("sohu.com", "vip.sohu.com"),
    "Aliyun": ("aliyun.com",),
    "China Mobile": ("139.com",),
    "GMX and WEB.DE": (
        "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.eu", "gmx.fr", "gmx.info", "gmx.li", "gmx.net", "gmx.org",
        "gmx.us", "mail.com", "web.de",
    ),
    "Deutsche Telekom": ("t-online.de", "magenta.de"),
    "Mail.ru": ("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru"),
    "Yandex": ("yandex.com", "yandex.ru", "ya.ru", "yandex.by", "yandex.kz", "yandex.ua"),
    "Proton": ("protonmail.com", "proton.me", "pm.me", "protonmail.ch"),
    "Naver": ("naver.com",),
    "Orange": ("orange.fr", "wanadoo.fr"),
    "Libero": ("libero.it", "virgilio.it", "inwind.it", "iol.it"),
}  # fmt: skip
"""The domains in which each gives addresses to anyone."""

PROVIDER_OF: Final[dict[str, str]] = {domain: name for name, domains in DOMAINS.items() for domain in domains}
