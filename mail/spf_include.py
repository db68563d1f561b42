"""What is known of large mail services by the hosts they are reached at: which SPF record speaks for them."""

SPF_INCLUDES = {
    "amazonaws.com": "amazonses.com",
    "brevo.com": "spf.brevo.com",
    "gmail.com": "_spf.google.com",
    "google.com": "_spf.google.com",
    "googlemail.com": "_spf.google.com",
    "mailgun.org": "mailgun.org",
    "mailjet.com": "spf.mailjet.com",
    "messagingengine.com": "spf.messagingengine.com",
    "mtasv.net": "spf.mtasv.net",
    "mxhichina.com": "spf.mxhichina.com",
    "office365.com": "spf.protection.outlook.com",
    "outlook.com": "spf.protection.outlook.com",
    "postmarkapp.com": "spf.mtasv.net",
    "qiye.163.com": "spf.163.com",
    "qq.com": "spf.mail.qq.com",
    "sendgrid.net": "sendgrid.net",
    "zoho.com": "zohomail.com",
    "zoho.eu": "zohomail.eu",
}
"""By the end of a host's name: the domain that an SPF record includes."""


def spf_include(host: str) -> str | None:
    """Find the domain whose SPF record covers what this host sends; None of a host that is not known."""
    labels = host.lower().rstrip(".").split(".")
    ends = (".".join(labels[start:]) for start in range(len(labels)))
    return next((SPF_INCLUDES[end] for end in ends if end in SPF_INCLUDES), None)
