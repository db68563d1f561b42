"""Temporal's dynamic configuration: the checked-in file, with changes on top for tests."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

CHECKED_IN = Path(__file__).with_name("temporal-dynamic-config.yaml")
ENTRY = re.compile(r"^(?P<key>[\w.]+):\n  - value: (?P<value>\S+)$", re.MULTILINE)

Setting = int | bool | str


def checked_in_settings() -> dict[str, Setting]:
    """Read the file that `docker-compose.yml` hands to its server too. Only plain values are understood."""
    return {found["key"]: json.loads(found["value"]) for found in ENTRY.finditer(CHECKED_IN.read_text("utf-8"))}


def dynamic_config(settings: Mapping[str, Setting]) -> str:
    """Render a dynamic configuration: JSON is YAML, and each key takes a list of values with their constraints."""
    return json.dumps({key: [{"value": value}] for key, value in settings.items()}, indent=1) + "\n"
