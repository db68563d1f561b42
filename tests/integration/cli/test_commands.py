"""The commands against a running API: what a person types, and what they read."""

from pathlib import Path

import pytest

from tests.integration.cli.conftest import Tempost

PEOPLE = "email,name\nann@example.com,Ann\nANN@example.com,Anna\nbroken,B\nbob@example.com,Bob\n"


@pytest.fixture
def people(tmp_path: Path) -> str:
    """A file of contacts."""
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return str(path)


@pytest.fixture
def body(tmp_path: Path) -> str:
    """The plain body of a template."""
    path = tmp_path / "body.txt"
    path.write_text("Hello {{ name }}")
    return str(path)


async def add_service(tempost: Tempost, *more: str, name: str = "box") -> None:
    """A service at a port where nobody is."""
    result = await tempost(
        "services", "add", "--name", name, "--host", "127.0.0.1", "--port", "9", "--from", "me@example.com",
        "--security", "none", *more,
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr


async def test_a_file_becomes_a_list_and_the_refused_rows_are_shown(tempost: Tempost, people: str) -> None:
    result = await tempost("lists", "import", people)
    assert result.exit_code == 0, result.stderr
    assert "utf-8, columns divided by ," in result.stdout
    assert "on the list   2" in result.stdout
    assert "same address  1" in result.stdout
    assert "4,is not an e-mail address" in result.stdout
    assert "people  " in (await tempost("lists", "list")).stdout


async def test_the_refused_rows_can_be_kept_in_a_file(tempost: Tempost, people: str, tmp_path: Path) -> None:
    kept = tmp_path / "refused.csv"
    shown = await tempost("lists", "import", people, "--errors", str(kept), "--column", "name=first_name")
    assert "name → first_name" in shown.stdout
    assert kept.read_text("utf-8-sig").splitlines()[0] == "line,reason,value"
    assert len(kept.read_text().splitlines()) == 2


async def test_a_second_file_can_go_into_the_same_list(tempost: Tempost, people: str) -> None:
    for name in ("--name", "--into"):
        assert (await tempost("lists", "import", people, name, "Club")).exit_code == 0
    assert (await tempost("lists", "list")).stdout.count("Club") == 1


async def test_a_file_that_cannot_be_read_leaves_no_list(tempost: Tempost, tmp_path: Path) -> None:
    path = tmp_path / "phones.csv"
    path.write_text("name,phone\nAnn,1\n")
    result = await tempost("lists", "import", str(path))
    assert result.exit_code == 1
    assert "'name', 'phone'. Say which it is with --email-column" in result.stderr
    assert "phones" not in (await tempost("lists", "list")).stdout


async def test_services_come_from_a_table_and_its_faults_are_told_by_line(tempost: Tempost, tmp_path: Path) -> None:
    path = tmp_path / "services.csv"
    path.write_text(
        "Name;Host;Port;Security;From address;Daily quota;Sending interval\n"
        "a;mx.example.com;587;starttls;a@example.com;500;3.5\n"
        "b;mx.example.com;99999;starttls;b@example.com;500;3.5\n"
    )
    result = await tempost("services", "import", str(path))
    assert result.exit_code == 1
    assert "1 services added, 1 refused" in result.stdout
    assert "line 3: " in result.stderr
    assert "port" in result.stderr
    assert "3.5 s" in (await tempost("services", "list")).stdout


async def test_a_table_of_services_may_say_their_windows_and_warm_ups(tempost: Tempost, tmp_path: Path) -> None:
    path = tmp_path / "services.csv"
    path.write_text(
        "name,host,port,from address,daily quota,sending interval,window opens,window closes,window weekdays,"
        "warm-up first day quota,warm-up daily step\n"
        'a,mx.example.com,587,a@example.com,500,60,09:00,17:00,"Mon, Tue",20,10\n'
        "b,mx.example.com,587,b@example.com,500,60,,,,,\n"
        "c,mx.example.com,587,c@example.com,500,60,09:00,,,,\n"
    )
    result = await tempost("services", "import", str(path))
    assert "2 services added, 1 refused" in result.stdout
    assert "line 4: " in result.stderr
    assert "window/closes" in result.stderr
    assert "20 of 20" in (await tempost("services", "list")).stdout


async def test_a_service_is_added_with_its_window_and_warm_up(tempost: Tempost) -> None:
    await add_service(tempost, "--window", "00:00-00:00", "--weekdays", "mon tue", "--warm-up", "20+10")
    assert "20 of 20" in (await tempost("services", "list")).stdout


async def test_a_relay_is_added_with_its_rate(tempost: Tempost) -> None:
    await add_service(tempost, "--kind", "relay", "--rate", "4")
    assert "0.25 s" in (await tempost("services", "list")).stdout


async def test_a_domain_is_limited_limited_otherwise_and_no_longer(tempost: Tempost) -> None:
    first = await tempost("limits", "set", "gmail.com", "20", "--also", "googlemail.com")
    assert "gmail.com: 20 a minute" in first.stdout, first.stderr
    assert "gmail.com: 30 a minute" in (await tempost("limits", "set", "gmail.com", "30")).stdout
    listed = (await tempost("limits", "list")).stdout
    assert "googlemail.com" in listed
    assert "30" in listed
    assert (await tempost("limits", "remove", "gmail.com")).exit_code == 0
    assert "gmail.com" not in (await tempost("limits", "list")).stdout


async def test_a_mailing_is_submitted_by_names_and_steered(tempost: Tempost, people: str, body: str) -> None:
    await add_service(tempost)
    await tempost("lists", "import", people, "--name", "Club")
    await tempost("templates", "add", "--name", "Hello", "--subject", "Hi {{ name }}", "--text", body)
    dry = await tempost("tasks", "submit", "--list", "Club", "--template", "Hello", "--dry-run")
    assert "to send     2" in dry.stdout
    submitted = await tempost("tasks", "submit", "--list", "Club", "--template", "Hello", "--name", "News")
    assert "submitted News" in submitted.stdout, submitted.stderr
    foreseen = await tempost("tasks", "forecast", "News", "--by", "2020-01-01")
    assert "--by: must lie in the future" in foreseen.stderr
    assert "ends" in (await tempost("tasks", "forecast", "News")).stdout
    assert (await tempost("tasks", "pause", "News")).stdout == "News: paused\n"
    assert (await tempost("tasks", "cancel", "News", "--yes")).stdout == "News: cancelled\n"
    assert "cancelled" in (await tempost("tasks", "watch", "News")).stdout


async def test_a_field_that_contacts_lack_is_told_before_anything_is_sent(
    tempost: Tempost, people: str, tmp_path: Path
) -> None:
    body = tmp_path / "body.txt"
    body.write_text("From {{ city }}")
    await add_service(tempost)
    await tempost("lists", "import", people, "--name", "Club")
    await tempost("templates", "add", "--name", "Hello", "--subject", "Hi", "--text", str(body))
    result = await tempost("tasks", "submit", "--list", "Club", "--template", "Hello")
    assert result.exit_code == 1
    assert "city (2 contacts)" in result.stderr


async def test_what_is_not_there_is_told_with_where_to_look(tempost: Tempost) -> None:
    result = await tempost("tasks", "watch", "nope")
    assert result.exit_code == 1
    assert "there is no task 'nope': see `tempost tasks list`" in result.stderr


async def test_addresses_can_be_suppressed(tempost: Tempost) -> None:
    assert (await tempost("suppress", "add", "a@example.com", "b@example.com")).stdout == "2 of 2 are new\n"
    assert "a@example.com\tmanual" in (await tempost("suppress", "list")).stdout


async def test_the_state_of_all_is_shown(tempost: Tempost) -> None:
    await add_service(tempost)
    assert "1 of 1 available" in (await tempost("status")).stdout


async def test_a_template_is_judged_and_an_error_is_a_status(tempost: Tempost, body: str) -> None:
    await tempost("templates", "add", "--name", "hello", "--subject", "HELLO EVERYONE", "--text", body)
    result = await tempost("templates", "preflight", "hello")
    assert result.exit_code == 1
    assert "The subject shouts" in result.stdout
    assert "TEMPOST_API__PUBLIC_URL" in result.stdout


async def test_a_domain_is_added_shown_and_switched(tempost: Tempost) -> None:
    added = await tempost("domains", "add", "example.org", "--algorithm", "ed25519")
    assert added.exit_code == 0, added.stderr
    assert "TXT tempost._domainkey.example.org" in added.stdout
    assert "v=DKIM1; k=ed25519; p=" in added.stdout
    assert "active" in (await tempost("domains", "on", "example.org")).stdout
    assert "off" in (await tempost("domains", "off", "example.org")).stdout
    assert "example.org" in (await tempost("domains", "list")).stdout
    assert (await tempost("domains", "remove", "example.org")).exit_code == 0
    assert "there is no key of example.org" in (await tempost("domains", "show", "example.org")).stderr
