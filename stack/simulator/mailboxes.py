"""The mails that were taken, whole, for those who read them: recipients who open, click and answer."""

import re
from pathlib import Path

from stack.files import open_folder

UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]")


class Mailboxes:
    """A folder with one file per Message-ID. A mail that is taken twice is written over: the journal counts."""

    def __init__(self, folder: Path) -> None:
        self._folder = open_folder(folder)

    def keep(self, message_id: str | None, message: bytes) -> None:
        """Write a mail as it came; one without a Message-ID has no name and is left out."""
        if message_id is not None:
            (self._folder / mail_file(message_id)).write_bytes(message)


def mail_file(message_id: str) -> str:
    """Name of the file of a mail; `message_id` comes without its brackets."""
    return f"{UNSAFE.sub('_', message_id)}.eml"
