"""What the check of a sending domain says: of each finding how bad it is, what it means, and what to do."""

from contracts.finding import Texts

DOMAIN: Texts = {
    "dns_unavailable": (
        "error", "{problem}.", "Nothing can be said of what is published there: look at the network and try again.",
    ),
    "spf_missing": (
        "error", "{domain} has no SPF record: receivers cannot tell your servers from anyone's.",
        "Publish a TXT record that begins with v=spf1 and names your services.",
    ),
    "spf_several": (
        "error", "{domain} has {count} SPF records: then none of them counts (RFC 7208, 4.5).",
        "Make one record of them.",
    ),
    "spf_syntax": (
        "error", "The SPF record at {place} has a term that nobody understands: {term!r}.", "Correct or remove it.",
    ),
    "spf_lookups": (
        "error", "The SPF record takes {lookups} lookups with all it includes; receivers give up after 10.",
        "Leave out includes of services you do not use, or name their networks by ip4: and ip6:.",
    ),
    "spf_void": (
        "error", "{void} names in the SPF record lead nowhere; receivers give up after 2.", "Remove those names.",
    ),
    "spf_include_broken": (
        "error", "The SPF record includes {include}, which has {count} SPF records instead of one.",
        "Correct the name, or leave it out.",
    ),
    "spf_allows_all": (
        "error", "The SPF record lets everyone send as {domain} (+all).", "End it with ~all or -all.",
    ),
    "spf_open": (
        "warning", "The SPF record says nothing of servers that it does not name.", "End it with ~all or -all.",
    ),
    "spf_ptr": (
        "hint", "The SPF record uses ptr, which is slow and advised against (RFC 7208, 5.5).",
        "Name the servers by include:, a:, ip4: or ip6:.",
    ),
    "spf_host_missing": (
        "warning", "The SPF record does not include {include}, for which the service at {host} sends.",
        "Add include:{include}, unless that service sends with a return path of its own.",
    ),
    "spf_host_unmatched": (
        "hint", "The SPF record names no address of {host}, a service that sends as {domain}.",
        "If mails leave from that host itself, add a:{host}; if they do not, its operator knows what to include.",
    ),
    "dkim_missing": (
        "error", "There is no DKIM key at {name}.", "Publish the TXT record that Tempost names for this domain.",
    ),
    "dkim_differs": (
        "error", "The DKIM key at {name} is not the one Tempost signs with: signatures would not verify.",
        "Replace the record by the one that Tempost names for this domain.",
    ),
    "dkim_revoked": (
        "error", "The DKIM key at {name} is revoked (an empty p=).",
        "Publish the record that Tempost names, or a domain with another selector.",
    ),
    "dkim_several": (
        "error", "There are {count} TXT records at {name}: receivers may take the wrong one.", "Leave only one.",
    ),
    "dkim_testing": (
        "hint", "The DKIM key at {name} says t=y: receivers treat it as a test.", "Remove t=y.",
    ),
    "dkim_not_ours": (
        "hint", "Tempost signs no mails of {domain}; the services themselves may.",
        "Add it: tempost domains add {domain}.",
    ),
    "dmarc_missing": (
        "error", "{domain} has no DMARC record: Gmail and Yahoo want one of whoever writes to many.",
        "Publish v=DMARC1; p=none; rua=mailto:… at _dmarc.{domain} to begin with.",
    ),
    "dmarc_several": (
        "error", "There are {count} DMARC records at {name}: then none of them counts.", "Leave only one.",
    ),
    "dmarc_syntax": (
        "error", "The DMARC record at {name} has no valid policy p=.", "Write p=none, p=quarantine or p=reject.",
    ),
    "dmarc_none": (
        "hint", "DMARC only watches (p=none): anyone may still write as {domain}.",
        "Once the reports show that all your mail passes, write p=quarantine.",
    ),
    "dmarc_no_reports": (
        "hint", "The DMARC record names nobody who gets reports.", "Add rua=mailto:… with an address you read.",
    ),
    "dmarc_not_aligned": (
        "error", "Neither our DKIM signature nor SPF would pass for {domain}, and DMARC says p={policy}: "
        "mails would be refused or land in spam.",
        "Put the DKIM key or the SPF record right before you send.",
    ),
    "mx_missing": (
        "error", "{domain} takes no mail: replies and bounces are lost, and many receivers refuse such senders.",
        "Publish an MX record.",
    ),
    "mx_null": (
        "error", "{domain} says by a null MX that it takes no mail: replies and bounces are lost.",
        "Publish an MX record of a server that takes its mail.",
    ),
    "mx_implied": (
        "hint", "{domain} has no MX record; its own address is tried instead.", "Publish an MX record.",
    ),
    "mx_unresolved": (
        "error", "The MX of {domain} has no address: {host}.", "Correct the MX record, or publish that name.",
    ),
}  # fmt: skip
