"""Contacts and segments from the command line."""

import json
from pathlib import Path

from tests.integration.cli.conftest import Tempost


async def test_people_are_imported_tagged_frozen_exported_and_erased(tempost: Tempost, tmp_path: Path) -> None:
    file, rules, copy = tmp_path / "people.csv", tmp_path / "rules.json", tmp_path / "copy.csv"
    file.write_text("email,city\nann@example.com,Graz\nbob@example.com,Wien\n")
    rules.write_text(json.dumps({"field": "city", "op": "equals", "value": "graz"}))
    said = [
        (await tempost(*words)).output
        for words in (
            ("lists", "import", str(file), "--tags", "fair", "--mode", "insert"),
            ("contacts", "list", "--tag", "fair"),
            ("segments", "create", "Graz", "--file", str(rules)),
            ("contacts", "tag", "--segment", "Graz", "--add", "vip"),
            ("contacts", "show", "ANN@example.com"),
            ("segments", "preview", "Graz"),
            ("segments", "freeze", "Graz", "--name", "Graz in June"),
            ("segments", "list"),
            ("contacts", "export", str(copy), "--segment", "Graz"),
            ("contacts", "erase", "ann@example.com", "--yes"),
            ("contacts", "show", "ann@example.com"),
        )
    ]
    assert "bob@example.com" in said[1]
    assert "1 contacts, such as ann@example.com" in said[2]
    assert "1 of 1 contacts changed" in said[3]
    assert json.loads(said[4])["tags"] == ["fair", "vip"]
    assert "1 contacts" in said[5]
    assert "Graz in June" in said[6]
    assert "equals" in said[7]
    assert copy.read_text("utf-8-sig").splitlines() == ["email,tags,city", 'ann@example.com,"fair, vip",Graz']
    assert "1 contacts, 2 memberships" in said[9]
    assert "there is no contact" in said[10]
