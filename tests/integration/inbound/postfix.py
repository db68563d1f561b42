"""A real mail server for tests: Postfix on loopback, in a folder of its own. It knows nobody at example.net."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from stack.ports import free_ports

# Postfix counts whole seconds: after a back-off of one, a mail may be due while the attempt before still holds its
# file, and is then set aside for 300 s ("skipped, still being delivered").
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.example.com
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relay_domains = mail.example.org
transport_maps =
  inline:{{ {{mail.example.org = lmtp:inet:127.0.0.1:{receiver}}}, {{example.net = error:5.1.1 user unknown}} }}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
alias_maps =
alias_database =
local_recipient_maps =
queue_run_delay = 1s
minimal_backoff_time = 2s
maximal_backoff_time = 2s
"""
MASTER = """
{port}    inet  n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A server that runs."""

    port: int
    log: Path

    async def until_logged(self, words: str) -> None:
        while words not in await asyncio.to_thread(self.log.read_text):  # noqa: ASYNC110 - a file tells of nothing
            await asyncio.sleep(0.05)


@asynccontextmanager
async def running(receiver: int) -> AsyncIterator[Postfix]:
    """Run Postfix while the block does; it brings mails for mail.example.org to a receiver of LMTP at this port."""
    program = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or os.geteuid() != 0:
        pytest.skip("Postfix is not installed here (Debian: postfix), or this is not root, which its master must be")
    with tempfile.TemporaryDirectory(prefix="postfix-") as made:
        server = Postfix(free_ports(1)[0], Path(made) / "log")
        _set_up(Path(made), server.port, receiver)
        settings = str(Path(made) / "etc")
        process = await asyncio.create_subprocess_exec(program, "-c", settings, "start-fg")
        try:
            await _until_open(server.port, process)
            yield server
        finally:
            stopping = await asyncio.create_subprocess_exec(program, "-c", settings, "stop")
            await stopping.wait()
            await process.wait()
            print(server.log.read_text())  # noqa: T201 - shown when the test fails


def _set_up(folder: Path, port: int, receiver: int) -> None:
    folder.chmod(0o755)
    for name in ("etc", "queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder, receiver=receiver))
    (folder / "etc" / "master.cf").write_text(MASTER.format(port=port))


async def _until_open(port: int, process: asyncio.subprocess.Process) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            assert process.returncode is None, "Postfix ended"
            await asyncio.sleep(0.05)
        else:
            writer.close()
            await writer.wait_closed()
            return
