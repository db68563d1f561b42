"""What the API refuses is told in Chinese on Chinese pages: all that the source says, and what real refusals say."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from string import Formatter

import pytest
from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ValidationError
from pydantic_core._pydantic_core import list_all_errors

import api.schemas
from api.client_errors import ApiError
from api.errors import field_errors
from api.schemas.base import Incoming
from content.errors import ContentError
from content.template import compile_content
from dashboard.chinese import part
from dashboard.chinese.whole import CHINESE
from dashboard.field import FIELDS, field_of
from dashboard.problem import lines
from dashboard.told import PARTS, SENTENCES, in_chinese
from dashboard.words import Words
from tests.unit.dashboard.api_sentences import kinds, sentences

OF_LIBRARIES = {"Not Found", "Method Not Allowed"}
WRONG: tuple[object, ...] = (
    None, "", " ", "x" * 100_000, "\0", "\n", "é.com", "-x", "2026-13-01", "25:00", "1.5", "no", -1, 0, 1.5, 10**30,
    1e300, float("nan"), True, [], [None], ["x", "x"], [{}] * 3, ["x" * 300] * 1000, {}, {"x": None}, {"1x": 1},
    {"email": "x"}, {"field": "x", "op": "in"}, {"tag": ","}, {"domain": "a b"}, {"all": []}, {"not": {}},
    {"created": {}}, {"field": "x", "op": "equals", "value": {}}, {"field": "x", "op": "in", "value": [10**20]},
)  # fmt: skip
ADDRESSES = (
    "nobody", "@x.org", "a@", "a b@x.org", "a@x", "a..b@x.org", "a@x_y.org", "a@-x.org", "a@x-.org", ".a@x.org",
    "a.@x.org", "a@x.org.", "a" * 70 + "@x.org", "a@" + "b" * 70 + ".org", "a@x.local", "a@x.123", "a@[1.2.3.4]",
    '"a b"@x.org', "A <a@x.org>", "a@ab--c.org", "a@xn--zz.org", "a@☃.org", "a@" + "b." * 200 + "org",
)  # fmt: skip
TEMPLATES = (
    "{{ a", "{% foo %}", "{{ a | nix }}", "{% if a %}", "{{ a b }}", "{{ }}", "{{ a is nix }}", "{{ a.b( }}", "{# x",
    "{{ $ }}", "{% macro x() %}{% endmacro %}", "{{ a ** 2 }}", "{{ self }}", "{{ f(*a) }}",
)  # fmt: skip


def skeleton(template: str) -> str:
    """A template with its places unnamed, as they are gathered from the source."""
    parts = []
    for literal, name, _, conversion in Formatter().parse(template):
        parts.append(literal.replace("{", "{{").replace("}", "}}"))
        parts.append("" if name is None else "{!r}" if conversion == "r" else "{}")
    return "".join(parts)


def models() -> Iterator[type[BaseModel]]:
    """Everything that can come in the body of a request."""
    for module in pkgutil.iter_modules(api.schemas.__path__):
        importlib.import_module(f"api.schemas.{module.name}")
    waiting = [Incoming]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        yield kind


def refused(kind: type[BaseModel], given: object) -> list[str]:
    try:
        kind.model_validate(given)
    except ValidationError as error:
        return [each.message for each in field_errors(error.errors())]
    return []


def names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_sentence_of_the_source_has_its_chinese() -> None:
    assert sorted(sentences() - {skeleton(each) for each in SENTENCES | PARTS}) == []
    assert kinds() - part.KINDS.keys() == set()


def test_no_chinese_is_left_of_a_sentence_that_is_gone() -> None:
    by_libraries = {each["message_template_python"] for each in list_all_errors()} | OF_LIBRARIES
    said = {each for sentence in sentences() for each in (sentence, f"{{}}: {sentence}")}

    assert sorted({skeleton(each) for each in SENTENCES} - said - {skeleton(each) for each in by_libraries}) == []


def test_a_translation_puts_in_only_what_the_sentence_says() -> None:
    tables = SENTENCES | PARTS

    assert [each for each in tables if not names(tables[each]) <= names(each)] == []


def test_whatever_a_schema_refuses_is_told_in_chinese() -> None:
    said: set[str] = set()
    for kind in models():
        for name, field in kind.model_fields.items():
            said.update(*(refused(kind, {field.alias or name: wrong, "alien": 1}) for wrong in WRONG))

    assert len(said) > 100
    assert sorted(each for each in said if in_chinese(each) == each or english(in_chinese(each))) == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_why_an_address_is_none_is_told_in_chinese(address: str) -> None:
    with pytest.raises(EmailNotValidError) as refusal:
        validate_email(address, check_deliverability=False, test_environment=True, strict=True)

    assert english(in_chinese(f"is not an e-mail address: {refusal.value}")) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_is_wrong_with_a_template_is_told_in_chinese(template: str) -> None:
    with pytest.raises(ContentError) as refusal:
        compile_content("Hello", text=template)

    assert english(in_chinese(f"line 1: {refusal.value.message}")) == []


def english(text: str) -> list[str]:
    """Words that nobody wrote, in what should be Chinese: they stand beside each other."""
    return re.findall(r"[a-z]{2,} [a-z]{2,}", text)


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        ("The task is cancelled and cannot be changed any more.", "任务已取消，不能再修改。"),
        ("You have no task 1.", "您没有此任务：1。"),
        ("You have a service named \"sent 'x'\" already.", "您已有名为“sent 'x'”的服务。"),
        ("must be a whole number from 1 to 5", "须为整数，范围 1 至 5"),
        ("must be from 1.0 to 5 seconds, not 9", "须在 1.0 至 5 秒之间，而不是 9"),
        ("daily_quota cannot be empty", "“每日邮件数”不能为空"),
        ("'a' is not an e-mail address: An email address must have an @-sign.", "“a”不是邮箱地址：缺少 @"),
        ("Input should be 'a', 'b' or 'c'", "须为 'a', 'b' 或 'c'"),
        ("2 contacts have no field 'x', such as a@x.org", "2 位联系人没有字段“x”，例如 a@x.org"),
        ("a:25: no connection: [Errno 111] Connection refused", "a:25：无法连接：连接被拒绝"),
        ("Nobody has ever said this.", "Nobody has ever said this."),
        ("a:25: login as 'me' was refused: 535 5.7.8 Incorrect username or password",
         "a:25：以“me”登录被拒：535 5.7.8 Incorrect username or password"),
        ("a:25: does not speak SMTP: template", "a:25：不是 SMTP 服务器：template"),
        ("a:25: does not speak SMTP: 3 days", "a:25：不是 SMTP 服务器：3 days"),
        ("a:25: does not speak SMTP: all", "a:25：不是 SMTP 服务器：all"),
        ("line 1: Expected an expression, got 'task'", "第 1 行：应为表达式，而不是“task”"),
        ("You have no template 1.", "您没有此模板：1。"),
        (r"a:25: login as '\ud800' was refused: 535", r"a:25：以“'\ud800'”登录被拒：535"),
        (r"a:25: login as '\x00' was refused: 535", r"a:25：以“'\x00'”登录被拒：535"),
        (r"a:25: login as 'a\\b' was refused: 535", r"a:25：以“a\b”登录被拒：535"),
    ],
)  # fmt: skip
def test_what_is_put_into_a_sentence_is_carried_over(sentence: str, chinese: str) -> None:
    assert in_chinese(sentence) == chinese
    assert Words("zh").told(sentence) == chinese
    assert Words("en").told(sentence) == sentence


@pytest.mark.parametrize("strange", ["line 1: " * 70, "a: " * 190, "line 1: " * 10_000, "'a' or " * 80])
def test_a_text_that_looks_like_sentences_in_sentences_is_shown_all_the_same(strange: str) -> None:
    assert strange.rsplit(maxsplit=1)[-1] in in_chinese(strange)


def test_a_strangers_long_words_are_not_looked_through() -> None:
    """Patterns with several places take the square of its length, on the one event loop."""
    assert in_chinese(f"line 1: {'x' * 600}") == f"line 1: {'x' * 600}"


def test_what_a_server_said_can_be_sent_to_a_browser_whatever_it_was() -> None:
    said = in_chinese(r"h:25: login as 'me' was refused: 535 x: login as '\ud800' was refused: y")

    assert said.encode()


def test_a_fault_is_told_with_the_name_that_people_know_of_its_field() -> None:
    faults = (("#/rounds/0/templateId", "you have no such template"), ("#", "give `html`, `text` or both"))
    error = ApiError(422, "invalid", "", "", (*faults, ("?step", "Field required")))

    assert lines(error, Words("zh")) == ["模板：您没有此模板", "请填写 HTML、纯文本或两者", "step：必填"]
    assert lines(error, Words("en"))[0] == "Template: you have no such template"
    assert set(FIELDS.values()) <= CHINESE.keys()


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("#/name/0", "name"),
        ("#/recipients/3/fields/url", "recipients"),
        ("#/fields/url", "fields"),
        ("#/rounds/1/winnerRule/after", "winnerRule"),
        ("#/rounds/1/winnerRule/confidence", "confidence"),
        ("#/rounds/1/variants/0/share", "share"),
        ("#/rounds/1/variants/0/html", "html"),
        ("#/rounds/1/audience", "audience"),
        ("#/window", "window"),
    ],
)
def test_a_pointer_leads_to_the_nearest_field_that_people_know_and_not_to_one_that_they_named(
    pointer: str, field: str
) -> None:
    assert field_of(pointer) == field
    assert field in FIELDS or field == "fields"
