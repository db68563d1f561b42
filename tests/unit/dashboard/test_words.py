"""Every text of the pages is there in Chinese."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from api.schemas.api_key import Scope
from api.schemas.user import Role
from contracts.delivery import Decision
from contracts.task import SubtaskStatus, TaskStatus
from dashboard.chinese.whole import CHINESE
from dashboard.frame import SECTIONS, THEMES
from dashboard.pages.alert import EMPTY, STATES
from dashboard.pages.campaign_results import GROUPINGS, STAGES
from dashboard.pages.contact import MODES
from dashboard.pages.first_steps import STEPS
from dashboard.pages.mail import KINDS
from dashboard.pages.one_campaign import DELAYS
from dashboard.pages.overview_charts import METRICS
from dashboard.pages.task import PRIORITIES
from dashboard.pages.task_course import DRAWN
from dashboard.pages.task_mails import DECISIONS
from dashboard.reason import REASONS
from dashboard.results import OF, TITLES
from dashboard.round_fields import AUDIENCES, UNITS
from dashboard.rule_fields import CONDITIONS, ENGAGEMENTS, HOLDS, HOW, OPS
from dashboard.words import Words

FOLDER = Path(__file__).parents[3] / "dashboard"
DESCRIBED = ("Until", "Due", "Sent", "Service", "Message-ID")
"""Of one mail."""
SPEAKERS = {"say", "words"}
"""What a function that says texts is called."""
TITLED = {"page", "table", "Column", "groups"}
"""Functions that say their first argument themselves."""
ELSEWHERE = {
    *get_args(TaskStatus), *get_args(SubtaskStatus), *get_args(Decision), *get_args(Role), *get_args(Scope),
    "healthy", "degraded", "unhealthy", "d", "h", "min", "s", "ended", "returned", "staging", "staged", "merging",
    "queue", "monitoring", "warning", "critical", "To the task", "To the service", "To the services",
    "Time (UTC)", "Stage", "active", "disabled", "off",
}  # fmt: skip
"""Said without standing in a call: words of the API, units."""


def texts() -> Iterator[str]:
    """All texts that the pages say: the first argument of a call, and the titles of the frame."""
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and _says(node.func):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value
    yield from (title for _, title, _ in SECTIONS)
    yield from (*THEMES.values(), *REASONS.values(), *DECISIONS.values(), *DESCRIBED)
    yield from (text for step in STEPS for text in (step.todo, step.why))
    yield from (*STATES.values(), *EMPTY.values(), *OF.values(), *TITLES.values())
    yield from (*DELAYS.values(), *GROUPINGS.values(), *STAGES.values(), *AUDIENCES.values(), *UNITS.values())
    yield from (
        *KINDS.values(),
        *MODES.values(),
        *PRIORITIES.values(),
        *DRAWN.values(),
        *(title for title, _ in METRICS.values()),
    )
    yield from (each for texts in (CONDITIONS, ENGAGEMENTS, HOLDS, HOW, OPS) for each in texts.values())
    yield from ELSEWHERE


def _says(function: ast.expr) -> bool:
    if isinstance(function, ast.Subscript):
        function = function.value
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in SPEAKERS | TITLED


def test_every_text_has_its_chinese() -> None:
    assert sorted(set(texts()) - set(CHINESE)) == []


def test_no_chinese_is_left_of_a_text_that_is_gone() -> None:
    assert sorted(set(CHINESE) - set(texts())) == []


@pytest.mark.parametrize("text", sorted(CHINESE))
def test_a_translation_names_the_same_values(text: str) -> None:
    def names(template: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}

    assert names(text) == names(CHINESE[text])


def test_values_are_put_into_a_text() -> None:
    text = "can send now, {used} of them busy"

    assert Words("en")(text, used="3 %") == "can send now, 3 % of them busy"
    assert "3 %" in Words("zh")(text, used="3 %")
