"""Whatever a server answers, at whatever step: the errors are ours, and what is called unsent was not sent."""

from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mail.errors import NotSentError, OutcomeUnknownError, ServiceFaultError
from mail.smtp import SmtpTransport
from mail.tls import tls_context
from mail.transport import Account, Timeouts
from tests.integration.mail.odd_server import Dialogue, odd_server

BRIEF = timedelta(milliseconds=100)
"""How long a silent server is waited for; what is asserted holds whoever is given up first."""
END = b"the end"
MESSAGE = b"Subject: s\r\n\r\n.\r\n" + END + b"\r\n"

GOOD = [b"220 hi\r\n", b"250 odd\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 taken\r\n"]
"""A whole dialogue, so that odd answers are met at every step of it."""
PIECES = st.sampled_from(
    [
        b"250 ok\r\n", b"250-", b"250-PIPELINING\r\n", b"250-SIZE 1\r\n", b"250 SMTPUTF8\r\n", b"354 go\r\n",
        b"220 \r\n", b"421 bye\r\n", b"450 4.2.1 later\r\n", b"550 5.1.1 no\r\n", b"999 odd\r\n", b"2", b"25",
        b"\r", b"\n", b"\r\n", b"\0", b"\xff\xfe", b"\x1b[2J", b"250\r\n", b"-1 x\r\n", b"250 a\r\nDATA\r\n",
        b"x" * 70_000, b"250-x\r\n" * 9_000,
    ]
)  # fmt: skip
ODD = st.lists(PIECES | st.binary(max_size=40), max_size=4).map(b"".join)


@st.composite
def dialogues(draw: st.DrawFn) -> list[bytes]:
    """A good dialogue with a few of its answers replaced; it may end early."""
    answers = list(GOOD)
    for place in draw(st.sets(st.sampled_from((5, 4, 3, 2, 1, 0)), min_size=1, max_size=2)):
        answers[place] = draw(ODD)
    return answers[: draw(st.sampled_from((6, 6, 6, 5, 4, 3, 2, 1)))]


async def deliver(transport: SmtpTransport) -> str:
    """Send one mail; how it ended."""
    try:
        await transport.open()
        await transport.offer("a@example.org", "b@example.net", size=len(MESSAGE), utf8=False)
        await transport.transmit(MESSAGE)
        answer = await transport.reply(BRIEF)
    except NotSentError as error:
        return "refused" if error.code else "not sent"
    except ServiceFaultError:
        return "not sent"
    except (OutcomeUnknownError, TimeoutError):
        return "unknown"
    finally:
        transport.abort()
    return "sent" if answer.accepted else "odd"


@given(dialogues())
@settings(max_examples=60, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@example(GOOD)
@example([*GOOD[:4], b"354 go\r\n250 taken\r\n", b""])
@example([*GOOD[:5], b"250-taken\r\n", b""])
async def test_what_is_called_unsent_was_not_sent(answers: list[bytes]) -> None:
    heard = bytearray()

    async def script(client: Dialogue) -> None:
        for answer in answers:
            client.writer.write(answer)
            await client.writer.drain()
            if not (said := await client.reader.read(1 << 16)):
                return
            heard.extend(said)
        client.writer.write_eof()

    timeouts = Timeouts(connect=BRIEF, command=BRIEF, upload=BRIEF, quit=BRIEF)
    async with odd_server(script) as server:
        account = Account("127.0.0.1", server.port, "none")
        ended = await deliver(SmtpTransport(account, timeouts, tls_context(None), "client.test"))

    dot_is_out = END + b"\r\n.\r\n" in heard
    assert ended in (("sent", "unknown", "refused") if dot_is_out else ("not sent", "refused"))
