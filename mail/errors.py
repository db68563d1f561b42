"""What may be done after a mail could not be delivered: the class says it, the text is for people."""

from mail.reason import Reason


class DeliveryError(Exception):
    """A mail did not demonstrably reach the service. Use one of the classes below."""


class ServiceFaultError(DeliveryError):
    """The service cannot be used now, whatever the mail: rest it; no mail was touched and no try is lost."""

    reason = "service_fault"

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class ConnectFailedError(ServiceFaultError):
    """No connection: unknown name, refused, timed out, or lost before a mail was offered."""

    reason = "connect_failed"


class TlsFailedError(ServiceFaultError):
    """No encrypted connection to the host that was meant: certificate, protocol, or STARTTLS not offered."""

    reason = "tls_failed"


class AuthFailedError(ServiceFaultError):
    """The service does not accept the login. The text names host and username, never the password."""

    reason = "auth_failed"


class GreetingRefusedError(ServiceFaultError):
    """The service answered the connection or EHLO with a refusal, such as 421 or 554."""

    reason = "greeting_refused"


class NotSentError(DeliveryError):
    """Nothing can have left: any service may try again, unless `permanent`."""

    def __init__(self, text: str, *, reason: Reason, permanent: bool, code: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.reason = reason
        self.permanent = permanent
        """Trying again, here or elsewhere, would be answered the same."""
        self.code = code
        """The SMTP reply code, None where none came."""

    @property
    def service_fault(self) -> bool:
        """The account is to blame, not the mail: every other mail would be answered the same here."""
        return self.reason in {Reason.AUTHENTICATION, Reason.QUOTA}


class OutcomeUnknownError(DeliveryError):
    """The final dot is out and no answer can be had: nothing may be sent again unasked (RFC 5321, 4.5.3.2.6)."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class UnsafeHeaderError(ValueError):
    """A header value that could smuggle in another header; the mail is not composed."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        """The argument of `compose` that is at fault."""
