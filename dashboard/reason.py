"""Why mails wait or were not sent, in plain words, with what a person can do."""

from typing import Final

from dashboard.words import Words

REASONS: Final[dict[str, str]] = {
    "rate_limit": "services send as fast as their intervals allow",
    "other_tasks": "the pool's other tasks",
    "retry": "mails are tried again later",
    "turn": "other tasks are served too",
    "no_service": "no service of the pool can be used: add or resume one",
    "no_quota": "today's quotas are used up",
    "service_rested": "services rest after failures in a row",
    "service_paused": "their services are paused: resume them",
    "window": "outside the sending hours",
    "paused": "the task is paused: resume it",
    "scheduled": "the task has not begun",
    "preparing": "the mails are being written down",
    "workers_missing": "no worker process runs: start one",
    "temporal_down": "Temporal does not answer; nothing is lost",
    "domain_limit": "the recipients' provider takes only so many an hour",
    "greylist": "the provider asked to come again later",
    "rate_limited": "the provider asked to slow down",
    "mailbox_full": "the recipient's mailbox is full",
    "unknown_user": "the address takes no mail",
    "suppressed": "the address is on the list of those who want no mail",
    "round_delay": "the delay after the mail before has not passed",
    "previous_round": "the mail before has not been sent",
    "out_of_office": "the recipient is away",
    "variant_test": "the best variant is not known yet",
    "audience": "the round is for others",
    "replied": "the recipient answered",
    "bounced": "an earlier mail bounced",
    "complained": "the recipient complained",
    "unsubscribed": "the recipient wants no more mail",
    "colleague_replied": "a colleague of the recipient answered",
    "quota": "the account's limit of the day is used up",
    "authentication": "the service must sign in or encrypt: see its settings",
    "policy": "refused for what can be mended, such as headers, size or DMARC",
    "blocked": "refused for the reputation of address or domain",
    "content": "refused as spam for what the mail says",
    "unsupported": "the service cannot carry the mail: its size or its signs",
    "no_answer": "no answer came after the whole mail was out",
    "connection_lost": "the connection broke",
    "timeout": "no answer came in time",
    "auth_failed": "signing in to the service failed: see its password",
    "connect_failed": "the service's server could not be reached",
    "greeting_refused": "the service's server takes no mail now",
    "tls_failed": "no encrypted connection came about",
    "missing_field": "the contact lacks a field of the template",
    "service_fault": "the service did not do what it should",
    "erased": "the person was erased",
    "reputation": "a provider turns mails like these away: see the alerts",
    "other": "refused without a reason that is known",
    "decided_by_person": "a person decided so",
    "resent_by_person": "a person had it sent again",
    "task_cancelled": "the task was cancelled",
    "worker_lost": "the process that sent it was lost after its last word",
    "crashed": "three tries ended without an outcome",
}
"""Reasons without words here are shown as the API names them."""


def explained(reason: str | None, say: Words) -> str:
    """Say a reason; empty where there is none."""
    if not reason:
        return ""
    return say(REASONS[reason]) if reason in REASONS else reason.replace("_", " ")
