"""How a mailbox is logged in to: with a password of its own, or with the service's."""

from uuid import UUID

from database.queries.mailbox import MailboxToRead
from mail.imap import MailboxSession
from mail.transport import Account
from runtime.resources import Resources


def mailbox_seal(service_id: UUID) -> str:
    """What a mailbox's own password is bound to: not the same as the service's, which would open in its place."""
    return f"mailbox {service_id}"


def open_session(resources: Resources, settings: MailboxToRead) -> MailboxSession:
    """A session that is not connected yet. Raises `SealBrokenError`."""
    bound_to = mailbox_seal(settings.service_id) if settings.own_login else settings.service_id
    sealed = settings.password_sealed
    password = None if sealed is None else resources.seal.open(sealed, bound_to)
    account = Account(settings.host, settings.port, settings.security, settings.username, password)
    return MailboxSession(account, resources.tls)
