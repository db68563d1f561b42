"""Mailboxes of services: set up, shown, tried at a real IMAP server, taken away."""

from typing import Any

import pytest

from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.inbound.dovecot import PASSWORD, running


async def service(asker: Asker, **changes: Any) -> str:
    """A service with a login; the path of its mailbox."""
    made = await asker.made("/api/services", orders.service(username="ann", password=PASSWORD, **changes))
    return f"/api/services/{made['id']}/mailbox"


async def test_a_mailbox_is_set_up_changed_and_taken_away(ann: Asker) -> None:
    path = await service(ann)
    assert (await ann.get(path)).status_code == 404

    made = (await ann.ask("PUT", path, {"host": "imap.example.com"})).json()
    assert (made["username"], made["serviceLogin"], made["port"], made["security"]) == ("ann", True, 993, "tls")

    own = {"host": "imap.example.com", "username": "eve", "password": "own-4713"}
    changed = (await ann.ask("PUT", path, own)).json()
    assert (changed["username"], changed["serviceLogin"], changed["createdAt"]) == ("eve", False, made["createdAt"])
    assert "own-4713" not in str(changed)

    assert (await ann.delete(path)).status_code == 204
    assert (await ann.get(path)).status_code == 404


async def test_somebody_elses_mailbox_is_not_there(ann: Asker, bob: Asker) -> None:
    path = await service(ann)
    await ann.ask("PUT", path, {"host": "imap.example.com"})

    for answer in (
        await bob.get(path),
        await bob.ask("PUT", path, {"host": "imap.example.com"}),
        await bob.post(f"{path}/test", {}),
        await bob.delete(path),
    ):
        assert answer.status_code == 404


async def test_a_mailbox_without_any_login_is_refused(ann: Asker) -> None:
    made = await ann.made("/api/services", orders.service(username=None, password=None))
    answer = await ann.ask("PUT", f"/api/services/{made['id']}/mailbox", {"host": "imap.example.com"})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/username")


async def test_a_mailbox_is_tried_with_the_login_of_the_service_or_its_own(ann: Asker) -> None:
    async with running() as server:
        path, here = await service(ann), {"host": "127.0.0.1", "port": server.port, "security": "none"}
        await ann.ask("PUT", path, here)
        tried = await ann.made(f"{path}/test", {})
        assert (tried["ok"], tried["detail"]) == (True, f"127.0.0.1:{server.port}: logged in; read are INBOX, Junk.")

        await ann.ask("PUT", path, {**here, "username": "eve", "password": "wrong-4712"})
        tried = await ann.made(f"{path}/test", {})
        assert (tried["ok"], tried["reason"]) == (False, "auth_failed")
        assert "wrong-4712" not in tried["detail"]


async def test_why_a_mailbox_cannot_be_read_is_shown_at_its_service(ann: Asker, resources: Resources) -> None:
    path = await service(ann)
    await ann.ask("PUT", path, {"host": "imap.example.com"})
    await resources.ledger_pool.execute("UPDATE mailboxes SET error = 'login was refused'")

    shown = (await ann.get(path.removesuffix("/mailbox"))).json()
    assert shown["mailboxError"] == "login was refused"


@pytest.mark.parametrize("order", [{}, {"host": "imap.example.com", "password": "x"}])
async def test_an_order_that_lacks_something_is_refused(ann: Asker, order: dict[str, str]) -> None:
    assert (await ann.ask("PUT", await service(ann), order)).status_code == 422
