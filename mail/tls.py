"""The one way Tempost trusts a server's certificate."""

import ssl
from functools import cache
from pathlib import Path


@cache
def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verify chain and host name, by the system's authorities or, where given, by those in `ca_file` as well.

    One per process and file: to read the system's authorities takes 50 ms.
    """
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
