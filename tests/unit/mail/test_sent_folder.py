"""What is believed about mails after a restore is read from a provider's journal or from a folder of sent mails."""

import json
import mailbox
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from mail.sent_folder import EvidenceError, read_sent


def test_a_journal_tells_what_was_taken(tmp_path: Path) -> None:
    lines = [
        {"event": "mail", "message_id": "<1@a>", "recipients": ["x@y"], "sender": "a@b", "dot_at": 10**9, "code": 250},
        {"event": "mail", "message_id": "<2@a>", "recipients": ["x@y"], "sender": "a@b", "dot_at": 1, "code": None},
        {"event": "mail", "message_id": "<3@a>", "recipients": ["x@y"], "sender": "a@b", "dot_at": 1, "code": 451},
        {"event": "dropped", "stage": "data", "message_id": "<4@a>"},
        {"message_id": "<5@a>"},
    ]
    journal = tmp_path / "journal.jsonl"
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"message_id": "<6')
    assert [sent.message_id for sent in read_sent(journal)] == ["<1@a>", "<2@a>", "<5@a>"]
    first = next(read_sent(journal))
    assert first.sent_at is not None
    assert (first.recipient, first.sender, first.sent_at.timestamp()) == ("x@y", "a@b", 1.0)


@pytest.mark.parametrize("kind", [mailbox.mbox, mailbox.Maildir])
def test_a_sent_folder_tells_the_same(tmp_path: Path, kind: type[mailbox.mbox | mailbox.Maildir]) -> None:
    message = EmailMessage()
    message["Message-ID"] = "<1@a>"
    message["To"] = "Xá <x@y>"
    message["From"] = "A <a@b>"
    message["Date"] = "Tue, 24 Nov 2026 10:00:00 +0100"
    message.set_content("Hi")
    folder = kind(tmp_path / "sent")
    folder.add(message)
    folder.close()
    (sent,) = read_sent(tmp_path / "sent")
    assert sent.sent_at is not None
    assert sent[:3] == ("<1@a>", "x@y", "a@b")
    assert sent.sent_at.utcoffset() == timedelta(hours=1)


def test_a_file_that_is_neither_is_refused_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text('{"message_id": "<1@a>"}\nsurely sent\n')
    with pytest.raises(EvidenceError, match="line 2 is neither"):
        list(read_sent(tmp_path / "notes"))
