"""Several commands in one go (RFC 2920), on aiosmtplib, which itself reads one answer to one command."""

from collections.abc import Sequence

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol


async def execute(protocol: SMTPProtocol, commands: Sequence[bytes], answers: list[aiosmtplib.SMTPResponse]) -> None:
    """Write all commands at once and append an answer for each. Where it raises, `answers` holds those that came.

    aiosmtplib drops what it receives after an answer, so it is told of none before all are there. No time-out.
    """
    read_one = protocol._read_response_from_buffer

    def read_all() -> aiosmtplib.SMTPResponse | None:
        while (answer := read_one()) is not None:
            answers.append(answer)
            if len(answers) == len(commands):
                return answer
        return None

    protocol._read_response_from_buffer = read_all  # type: ignore[method-assign]  # for these answers
    try:
        protocol._response_pending = True
        protocol.write(b"".join(command + b"\r\n" for command in commands))
        await protocol.read_response()
    finally:
        protocol._read_response_from_buffer = read_one  # type: ignore[method-assign]  # for these answers
