"""The one way Tempost trusts a server's certificate."""

import ssl
from pathlib import Path


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verify chain and host name, by the system's authorities or, where given, by those in `ca_file` as well.

    Reads files: make one per process and share it.
    """
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
