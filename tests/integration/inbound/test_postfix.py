"""With a real mail server: it returns a mail by its return path, and keeps it while we are away."""

import asyncio
import smtplib
from contextlib import AsyncExitStack

from sqlalchemy.engine import make_url

from mail.receiver import Receiver
from mail.return_path import ReturnPaths
from runtime.receive import Door
from stack.postgres_outage import closed
from tests.integration.inbound.conftest import KEY, Post
from tests.integration.inbound.postfix import running

NAMELESS = (
    b"From: ada@example.org\r\nTo: bob@example.net\r\nSubject: Hi\r\nMessage-ID: <x@somewhere.example>\r\n\r\nHi\r\n"
)
BOUNCE_ADDRESS = "UPDATE email_services SET bounce_address = 'bounces@mail.example.org' WHERE id = $1"


async def test_a_bounce_comes_back_by_the_return_path_also_after_an_outage_of_ours(
    post: Post, postgres_url: str, database_url: str
) -> None:
    await post.world.pool.execute(BOUNCE_ADDRESS, post.service_id)
    door = Door(post.world.pool, post.inbox)
    receiver = Receiver(door.take, door.accepts, "mx.example.org")
    sender = ReturnPaths(KEY).address("bounces@mail.example.org", post.task_id, 1)

    async with AsyncExitStack() as until_end:
        until_end.push_async_callback(receiver.close)
        postfix = await until_end.enter_async_context(running(await receiver.listen("127.0.0.1", 0)))

        def send() -> None:
            with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30) as peer:
                peer.sendmail(sender, ["bob@example.net"], NAMELESS)

        async with closed(postgres_url, make_url(database_url).database or ""):
            await asyncio.to_thread(send)
            await postfix.until_logged("said: 451 4.3.0 the database is away")
        await postfix.until_logged("status=sent (250 2.0.0 taken)")

    assert await post.events() == [("hard_bounce", "return_path")]
