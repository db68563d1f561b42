"""A real IMAP server for tests: Dovecot on loopback, in a folder of its own, with any name and one password."""

import asyncio
import grp
import os
import pwd
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import imapclient
import pytest

from mail.transport import Account
from stack.ports import free_ports

PASSWORD = "hush-hush-4711"
SETTINGS = """
protocols = imap
base_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
imap_capability = {capability}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    special_use = \\Junk
    auto = create
  }}
}}
"""
WITHOUT_IDLE = "IMAP4rev1 LITERAL+ SPECIAL-USE UIDPLUS LIST-EXTENDED"


@dataclass(frozen=True)
class Dovecot:
    """A server that runs."""

    port: int
    folder: Path

    def account(self, username: str = "ann", password: str = PASSWORD) -> Account:
        return Account("127.0.0.1", self.port, "none", username, password)

    async def put(self, raw: bytes, folder: str = "INBOX", username: str = "ann") -> None:
        """Let a mail arrive."""
        await asyncio.to_thread(self._put, raw, folder, username)

    def _put(self, raw: bytes, folder: str, username: str) -> None:
        with imapclient.IMAPClient("127.0.0.1", self.port, ssl=False) as client:
            client.login(username, PASSWORD)
            client.append(folder, raw)

    async def unseen(self, folder: str = "INBOX", username: str = "ann") -> int:
        return await asyncio.to_thread(self._unseen, folder, username)

    def _unseen(self, folder: str, username: str) -> int:
        with imapclient.IMAPClient("127.0.0.1", self.port, ssl=False) as client:
            client.login(username, PASSWORD)
            return int(client.folder_status(folder, ["UNSEEN"])[b"UNSEEN"])

    def renumber(self, username: str = "ann") -> None:
        """Give all mails of the inbox new numbers, as a mailbox that was moved to another server has."""
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
            (self.folder / "mail" / username / name).unlink(missing_ok=True)


@asynccontextmanager
async def running(capability: str = "") -> AsyncIterator[Dovecot]:
    """Run Dovecot while the block does; the test is skipped where it is not installed."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("Dovecot is not installed here (Debian: dovecot-imapd)")
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    with tempfile.TemporaryDirectory(prefix="dovecot-") as made:  # its sockets need a short path
        folder, port = Path(made), free_ports(1)[0]
        _set_up(folder, account, port=port, capability=capability)
        process = await asyncio.create_subprocess_exec(program, "-F", "-c", str(folder / "dovecot.conf"))
        try:
            await _until_open(port, process)
            yield Dovecot(port, folder)
        finally:
            process.terminate()
            await process.wait()


def _set_up(folder: Path, account: pwd.struct_passwd, **values: object) -> None:
    folder.chmod(0o755)
    for each in (folder / "run", folder / "mail"):
        each.mkdir()
        if os.geteuid() == 0:
            os.chown(each, account.pw_uid, account.pw_gid)
    group = grp.getgrgid(account.pw_gid).gr_name
    more = {"folder": folder, "user": account.pw_name, "group": group, "password": PASSWORD}
    (folder / "dovecot.conf").write_text(SETTINGS.format(**values, **more))


async def _until_open(port: int, process: asyncio.subprocess.Process) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            assert process.returncode is None, "Dovecot ended"
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
