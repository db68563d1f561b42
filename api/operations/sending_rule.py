"""Windows, holidays and variants: between what people write and the columns of tasks, campaigns and rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, Protocol

from pydantic.alias_generators import to_camel

from api.operations.content import CheckedContent
from api.operations.service_pacing import window_columns
from api.problems import invalid
from api.schemas.sending_rule import VariantIn, WinnerRuleIn
from api.schemas.service import WEEKDAYS, Window
from contracts.variant import Variant, WinnerRule


class VariantOrder(Protocol):
    """What may have variants."""

    @property
    def variants(self) -> Sequence[VariantIn] | None: ...  # noqa: D102 - its name says it
    @property
    def winner_rule(self) -> WinnerRuleIn | None: ...  # noqa: D102 - its name says it


def content_columns(order: VariantOrder, source: CheckedContent) -> dict[str, Any]:
    """Columns of a content that was checked; of variants, subject and bodies are those of the first."""
    variants = [Variant.model_validate(variant.model_dump()) for variant in order.variants or ()]
    rule = order.winner_rule and WinnerRule.model_validate(order.winner_rule.model_dump())
    return {
        **asdict(source.content),
        "variants": [variant.model_dump(mode="json") for variant in variants] or None,
        "winner_rule": rule and rule.model_dump(mode="json"),
    }


def rule_columns(order: Any, given: set[str]) -> dict[str, Any]:
    """Columns for what was given of window and holidays, of an order for a task or campaign or a change of one."""
    columns = window_columns(order.window) if "window" in given else {}
    return columns | ({"holidays": sorted(set(order.holidays))} if "holidays" in given else {})


def shown_window(window: Window | None) -> dict[str, Any] | None:
    """The same window as it is read back: its days in order."""
    if window is None:
        return None
    return window.model_dump() | {"weekdays": [day for day in WEEKDAYS if day in window.weekdays]}


NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "not_opened": ("tracks_opens", "tracks_clicks"), "not_clicked": ("tracks_clicks",),
    "clicked_not_replied": ("tracks_clicks",), "opens": ("tracks_opens", "tracks_clicks"), "clicks": ("tracks_clicks",),
}  # fmt: skip
"""Audiences and measures, and of what one must be tracked for them to mean anything."""


def check_tracked(columns: Mapping[str, Any], tracked: Mapping[str, Any], pointer: str = "#") -> None:
    """Refuse an audience or winner's measure that asks for what is not tracked: everyone or nobody would fit it."""
    rule = columns.get("winner_rule") or {}
    for field, word in (("audience", columns.get("audience")), ("winnerRule/measure", rule.get("measure"))):
        needs = NEEDS.get(word or "", ())
        if needs and not any(tracked[need] for need in needs):
            names = " or ".join(f"`{to_camel(need)}`" for need in needs)
            raise invalid(
                f"{pointer}/{field}", f"`{word}` cannot be told without {names}: track that, or choose another"
            )
