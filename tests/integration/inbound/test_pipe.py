"""`tempost inbound read` takes a mail from a mail server's pipe, and answers in statuses that the server knows."""

import asyncio
import sys
from asyncio.subprocess import PIPE

from stack.programs import CHECKOUT
from tests.integration.inbound.conftest import KEY, Post
from tests.unit.mail.inbound.mails import answer

COMMAND = "import sys; sys.argv[0] = 'tempost'; from cli import main; main()"


async def piped(database_url: str, raw: bytes) -> tuple[int | None, str]:
    """Status and output of the command for one mail."""
    environment = {
        "TEMPOST_ENVIRONMENT": "local", "TEMPOST_DATABASE__URL": database_url, "TEMPOST_SECRETS__KEY": KEY,
        "TEMPOST_TEMPORAL__ADDRESS": "127.0.0.1:1",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMAND, "inbound", "read", "ada@example.org"),
        stdin=PIPE, stdout=PIPE, cwd=CHECKOUT, env=environment,
    )  # fmt: skip
    out, _ = await process.communicate(raw)
    return process.returncode, out.decode()


async def test_a_mail_of_a_pipe_is_taken_and_given_back_while_the_database_is_away(
    post: Post, database_url: str
) -> None:
    raw = post.about_us(answer("Yes."))

    taken, away, empty = await asyncio.gather(
        piped(database_url, raw), piped("postgresql://x@127.0.0.1:1/x", raw), piped(database_url, b"\n")
    )

    assert (taken[0], "reply of mail 1" in taken[1]) == (0, True)
    assert (away[0], empty[0]) == (75, 65)
    assert await post.events() == [("reply", "message_id")]
