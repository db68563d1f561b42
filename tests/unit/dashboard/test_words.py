"""Every text of the pages is there in Chinese."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from api.schemas.api_key import Scope
from api.schemas.user import Role
from content import preflight_texts
from contracts.delivery import Decision
from contracts.task import SubtaskStatus, TaskStatus
from dashboard.campaign_fields import DAYS, PINS, UNKNOWN
from dashboard.chinese.coded import ALERTS, CODED, DOMAIN, PREFLIGHT, RECORDS, SETTINGS
from dashboard.chinese.whole import CHINESE
from dashboard.finding import SEVERITIES
from dashboard.frame import SECTIONS, THEMES
from dashboard.mailing import PRECEDENCE
from dashboard.pages.alert import EMPTY, STATES
from dashboard.pages.campaign_results import GROUPINGS, STAGES
from dashboard.pages.campaign_variants import MEASURED, RULES
from dashboard.pages.contact_import import MODES
from dashboard.pages.first_steps import STEPS
from dashboard.pages.key import MAY
from dashboard.pages.mail import KINDS
from dashboard.pages.one_campaign import DELAYS
from dashboard.pages.overview import FAULTS
from dashboard.pages.overview_charts import METRICS
from dashboard.pages.setting import TYPES as SETTING_TYPES
from dashboard.pages.task import DONE, PREFERRED, PRIORITIES
from dashboard.pages.task_mails import DECIDED, DECISIONS
from dashboard.pages.webhook import TYPES
from dashboard.reason import REASONS
from dashboard.results import MOMENTS, OF, PER, TITLES
from dashboard.round_fields import AUDIENCES, UNITS
from dashboard.rule_fields import CONDITIONS, ENGAGEMENTS, HOLDS, HOW, OPS
from dashboard.variant_fields import MEASURES
from dashboard.words import Words
from mail import domain_texts
from runtime import alert_texts

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
    "queue", "monitoring", "reputation", "warning", "critical", "To the task", "To the service", "To the services",
    "Time", "Stage", "active", "disabled", "off",
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
    yield from (*THEMES.values(), *REASONS.values(), *DESCRIBED)
    yield from (each for texts in DECISIONS.values() for each in texts)
    yield from (*FAULTS.values(), *(text for step in STEPS for text in (step.todo, step.why)))
    tables = (
        DAYS,
        PINS,
        UNKNOWN,
        MEASURED,
        MEASURES,
        RULES,
        PRECEDENCE,
        SEVERITIES,
        MAY,
        TYPES,
        MOMENTS,
        PER,
        SETTING_TYPES,
    )
    for table in tables:
        yield from table.values()
    yield from (*DONE.values(), *PREFERRED.values(), *DECIDED.values())
    yield from (*STATES.values(), *EMPTY.values(), *OF.values(), *TITLES.values())
    yield from (*DELAYS.values(), *GROUPINGS.values(), *STAGES.values(), *AUDIENCES.values(), *UNITS.values())
    yield from (
        *KINDS.values(),
        *MODES.values(),
        *PRIORITIES.values(),
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


def names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_a_translation_names_the_same_values() -> None:
    assert [text for text in CHINESE if names(text) != names(CHINESE[text])] == []


def test_whatever_the_api_says_by_a_code_has_its_chinese_with_figures_that_are_told() -> None:
    for english, chinese in ((preflight_texts.PREFLIGHT, PREFLIGHT), (domain_texts.DOMAIN, DOMAIN)):
        assert english.keys() == chinese.keys()
    assert alert_texts.ALERTS.keys() == ALERTS.keys()
    told = {
        code: names("".join(map(str, texts)))
        for english in (preflight_texts.PREFLIGHT, domain_texts.DOMAIN, alert_texts.ALERTS)
        for code, texts in english.items()
    }
    told |= {key: set() for key in (*SETTINGS, *RECORDS)}
    assert [code for code, texts in CODED.items() if not names("".join(texts)) <= told[code]] == []


def test_every_setting_has_its_chinese() -> None:
    documented = (FOLDER.parent / "docs/reference/configuration.md").read_text()

    assert set(re.findall(r"`((?:queue|monitoring|reputation)\.\w+)`", documented)) == SETTINGS.keys()


def test_what_is_told_by_a_code_is_said_in_chinese_and_stays_english_without_its_figures() -> None:
    english = ("2 of 3 worker processes run: mails wait for them.", "Start the missing ones.")

    assert Words("en").coded("workers_missing", {"live": 2, "expected": 3}, *english) == english
    assert "3" in Words("zh").coded("workers_missing", {"live": 2, "expected": 3}, *english)[0]
    assert Words("zh").coded("workers_missing", {}, *english) == english
    assert Words("zh").coded("", {}, *english) == english


def test_values_are_put_into_a_text() -> None:
    text = "can send now, {used} of them busy"

    assert Words("en")(text, used="3 %") == "can send now, 3 % of them busy"
    assert "3 %" in Words("zh")(text, used="3 %")
