"""What mail systems of the world write into reports and automatic answers, by meaning."""

import re
from re import IGNORECASE, Pattern


def _any(*phrases: str) -> Pattern[str]:
    return re.compile("|".join(phrases), IGNORECASE)


BOUNCE_SUBJECT = _any(
    r"(?:un)?deliver(?:y|ed|able)\b.*(?:fail|status|notif|report|return|problem|mail|message|warning|delay)"
    r"|undeliver",
    r"fail(?:ed|ure)\b.*(?:deliver|notice|mail)|returned? (?:mail|to sender)|mail (?:error|failed|not delivered)",
    r"could not be delivered|not delivered|non-?delivery|mail system error|automatically rejected|message delayed",
    r"processing error|message has not yet|user unknown|returning message to sender|failure delivery",
    r"unzustellbar|nicht zugestellt|unzustellbarkeit|zustellung.*(?:fehlgeschlagen|verz[oö]ger)",
    r"non remis|échec de (?:la )?(?:remise|distribution)|non distribué|n'a pas (?:pu )?ê?e?tre? (?:remis|distribu)",
    r"no (?:se ha )?(?:entregado|podido entregar)|no se puede entregar|error de entrega|devuelto al remitente",
    r"mancat[oa] (?:recapito|consegna)|impossibile recapitare|falha na entrega|não (?:foi )?entregue",
    r"onbestelbaar|kan niet worden bezorgd|не ?доставлен|недоставлен|не может быть доставлен",
    r"退信|退回|无法投递|投递失败|无法送达|发送失败|未送达|傳送失敗|無法傳遞|無法投遞",
    r"配信(?:不能|エラー|失敗)|送信(?:失敗|できませんでした)|届けられません|반송|전송 실패",
)
FAILED = _any(
    r"(?:could|can) ?not (?:be )?(?:deliver|reach|send|sent|process)|couldn't be delivered|unable to (?:deliver"
    r"|send)",
    r"wasn't (?:able to )?deliver|was not deliver|not (?:be )?delivered|(?:has )?NOT been delivered|undeliver",
    r"did not reach|delivery (?:to .{0,80})?(?:has )?fail|fail(?:ed|ure) (?:to )?deliver"
    r"|permanent (?:fatal )?(?:error|fail)",
    r"fatal errors?|giving up|failed recipient|following (?:address|recipient|user|destination)",
    r"returned to (?:you|sender)|has been returned|was (?:automatically )?rejected|intended recipient"
    r"|mailbox is full",
    r"wrong or no longer valid|did not exactly match|over ?quota|no such user|unknown user|delivery attempt",
    r"failed because|errors? (?:occurred|while|during|detail)|(?:5\d\d|4\d\d)[ -]\d\.\d+\.\d+|reason\s*:",
    r"nicht zugestellt|unzustellbar|nicht zustellen|n'a pas (?:pu )?.{0,10}(?:remis|delivr|délivr|distribu)"
    r"|non remis",
    r"no (?:se )?(?:ha )?(?:pudo|podido|puede) .{0,20}entreg|no fue entregado|impossibile|non (?:è stato|può essere)",
    r"não (?:foi|pôde|pode) .{0,20}entreg|не ?доставл|не может быть|не существует|ошибк",
    r"退信|退回|无法|失败|不存在|未能|無法|失敗|配信|届け|送信でき|반송|전송",
)
DELAYED = _any(
    r"delayed|not yet (?:been )?(?:deliver|been)|still being (?:re)?tri|will (?:continue|keep"
    r"|be re)\w* ?(?:to )?(?:try|tri)",
    r"no action is required|(?:do|does)? ?n(?:o|')t need to (?:re-?send|resubmit)|warning (?:message )?only",
    r"will be retried|postponed|temporarily (?:deferred|delayed)|delivery attempts will continue",
    r"verzögert|weiterhin versucht|retard[ée]|retrasad|demorad|отложен|задерж|延迟|延遲|稍后(?:再|重)|遅延",
)
"""In a notice with no machine-readable part: nothing is lost yet."""

COPY_BEGINS = re.compile(
    r"^[\s>*=_-]*(?!.*\bplease\b)(?:"
    r".{0,40}(?:copy of (?:the|your)|returned (?:mail|message)|unsent message|original (?:message|mail|e-?mail)"
    r"|old message|message (?:headers? )?follow|top \d+ lines|first \d+ lines|undelivered message"
    r"|transcript of session"
    r"|ursprüngliche nachricht|message d'origine|mensaje original|原始邮件|原邮件|原件|邮件原文|以下是).{0,60}"
    r"|(?:Received|Return-Path|Message-ID|MIME-Version|X-[A-Za-z-]+|DKIM-Signature|Content-Type)\s*:.*"
    r")$",
    IGNORECASE,
)
"""A line of a notice after which nothing is the notice's own words."""

OTHER_LANGUAGES: tuple[tuple[str, Pattern[str]], ...] = (
    ("mailbox_full", _any(
        r"(?:邮箱|空间|容量|信箱|郵箱).{0,8}(?:已满|已滿|不足|超)|超出.{0,6}(?:容量|配额)|容量オーバー|メールボックス.{0,10}(?:いっぱい|容量)",
        r"postfach.{0,30}(?:voll|überfüllt)|bo[iî]te.{0,40}(?:pleine|satur)|quota.{0,20}(?:dépass|supera)"
        r"|buz[oó]n.{0,30}(?:lleno|llena)",
        r"casella.{0,30}piena|caixa.{0,30}cheia|ящик.{0,30}(?:переполнен|заполнен)|over (?:disk )?quota|disk quota",
    )),
    ("unknown_user", _any(
        r"(?:用户|收件人|邮箱|帐号|账号|帐户|地址|信箱|收件者|使用者|域名)[^。\n]{0,12}(?:不存在|未找到|无效|有误|被禁用|已停用|找不到)",
        r"(?:不存在|找不到)[^。\n]{0,6}(?:用户|收件人|邮箱|帐号|账号|地址|域名)|没有(?:这个|该)用户",
        r"(?:存在しない|見つかりません|宛先.{0,8}(?:不明|ありません))|존재하지 않",
        r"(?:empfänger|adresse|benutzer|postfach).{0,60}(?:unbekannt|nicht gefunden|existiert nicht|ungültig)",
        r"(?:adresse|utilisateur|destinataire).{0,60}(?:n'existe pas|inconnue?|introuvable|non recensé)",
        r"(?:direcci[oó]n|usuario|destinatario|buz[oó]n|cuenta).{0,60}(?:no existe|desconocid|no encontrad"
        r"|no se encontr)",
        r"(?:indirizzo|utente|destinatario|casella).{0,60}(?:non esiste|inesistente|sconosciuto|non trovat)",
        r"(?:endereço|usuário|destinatário|conta).{0,60}(?:não existe|inexistente|desconhecid"
        r"|não (?:foi )?encontrad)",
        r"(?:пользователь|адрес|ящик|получатель).{0,60}(?:не существует|не найден|неизвестен|недоступен)",
    )),
    ("blocked", _any(r"拒收|被拒绝|拒绝接收|黑名单|abgelehnt|refusé par|rechazado|отклонен")),
    ("content", _any(r"垃圾(?:邮件|信)|spamverdacht|courrier indésirable|correo no deseado")),
)  # fmt: skip
"""Reasons as texts in other languages than English give them; `mail.reason` knows the English ones."""

NO_SUCH_PLACE = _any(
    r"(?:host|domain)(?: or domain)?(?: name)? (?:is )?(?:unknown|not found|invalid|does(?:n't| not) exist)",
    r"unknown (?:host|domain|or illegal user)|no such (?:host|domain)|nxdomain"
    r"|unrout(?:e)?able (?:mail )?(?:address|domain)",
    r"dns error.*(?:not (?:exist|found)|mx)|bad destination (?:host|mailbox|system)|no mx|couldn't find any host",
    r"(?:name|recipient|user|alias|address)\b.{0,20}(?:is )?(?:not (?:recogni[sz]ed|listed)|unknown)"
    r"|unknown recipient",
    r"recipient ?not ?found|no match(?:es)? (?:to|for)|not our (?:user|customer)"
    r"|not have a final email delivery point",
    r"wrong or no longer valid|did not exactly match|(?:no|not a) (?:known |valid )?(?:user|mailbox) (?:here"
    r"|by that name)",
    r"invalid final delivery|unknown (?:e-?mail )?address|no such (?:person|e?-?mail|local)|mailbox (?:does not"
    r"|doesn't) exist|user (?:does not|doesn't) exist|user unknown",
)
"""More of "this address takes no mail", as reports word it."""

EXPIRED = _any(
    r"expired|in the queue too long|retry time(?:out)? (?:not reached|exceeded)|timed? ?out|time-out",
    r"could not connect|establish an smtp|connection (?:refused|reset|lost|timed|was dropped)|unable to connect"
    r"|not responding",
    r"maximum delivery attempts|too many (?:delivery )?attempts|delivery failed \d+ attempts"
    r"|not been collected after",
    r"server unavailable|network (?:is )?unreachable|no route to host|temporary|try again later",
)
"""Given up because nobody took it for long."""
