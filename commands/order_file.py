"""Orders in JSON files: as the API takes them, but lists and templates may be named as people call them."""

import json
from pathlib import Path
from typing import Any

import typer

from api.client import ApiClient
from commands.call import CliError, find

File = typer.Option("--file", exists=True, dir_okay=False, readable=True, help="JSON as the API takes it.")


def read_order(path: Path) -> dict[str, Any]:
    """Read an order. Raises `CliError` where it is none."""
    try:
        order = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CliError(f"{path} is not JSON: {error}.") from None
    if not isinstance(order, dict):
        raise CliError(f"{path} holds no JSON object: an order is written {{…}}.")
    return order


async def with_ids(api: ApiClient, order: dict[str, Any]) -> dict[str, Any]:
    """The same with the id of the `contactList` that it names, and of the `template` of each of its rounds."""
    order = dict(order)
    if "contactList" in order:
        order["contactListId"] = str((await find("list", api.lists(), str(order.pop("contactList")))).id)
    if "template" in order:
        order["templateId"] = str((await find("template", api.templates(), str(order.pop("template")))).id)
    if isinstance(order.get("rounds"), list):
        order["rounds"] = [await with_ids(api, each) if isinstance(each, dict) else each for each in order["rounds"]]
    return order
