"""Settings from the command line: refused with what is allowed, applied, and who did it."""

import pytest

from tests.integration.cli.conftest import Tempost


async def test_a_setting_is_refused_outside_its_range_and_applied_within_it(tempost: Tempost) -> None:
    refused = await tempost("config", "set", "queue.central_batch_size", "500")
    assert refused.exit_code == 1
    assert "from 10 to 200" in refused.stderr
    applied = await tempost("config", "set", "queue.central_batch_size", "80")
    assert applied.exit_code == 0, applied.stderr
    assert "queue.central_batch_size = 80 (was 50)" in applied.stdout
    assert "queue.central_batch_size = 80" in (await tempost("config", "get", "queue.central_batch_size")).stdout
    assert "10 to 200" in (await tempost("config", "list")).stdout
    history = (await tempost("config", "history")).stdout
    assert all(word in history for word in (" 50 ", " 80 ", " first ", "admin@"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("queue.nothing", "1"), "no setting"),
        (("queue.fanout_width", "x"), "1 to 500"),
        (("queue.fanout_width", "nan"), "1 to 500"),
        (("queue.fanout_width", "1e999"), "1 to 500"),
    ],
)
async def test_what_cannot_be_set_is_told_with_what_can(
    tempost: Tempost, arguments: tuple[str, str], words: str
) -> None:
    result = await tempost("config", "set", *arguments)
    assert result.exit_code == 1
    assert words in result.stderr
