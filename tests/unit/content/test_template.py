import pytest

from content.errors import MissingFieldError, RenderError, TemplateError
from content.template import compile_content


def test_subject_html_and_text_are_filled_in() -> None:
    content = compile_content("Hello {{ first_name }}", "<b>{{ first_name }}</b>", "{{ first_name }}!")
    rendered = content.render({"first_name": "Ann"})
    assert (rendered.subject, rendered.html, rendered.text) == ("Hello Ann", "<b>Ann</b>", "Ann!")


def test_fields_are_escaped_in_html_only() -> None:
    rendered = compile_content("{{ x }}", "{{ x }}", "{{ x }}").render({"x": "<Tom & Ann>"})
    assert rendered.html == "&lt;Tom &amp; Ann&gt;"
    assert rendered.subject == rendered.text == "<Tom & Ann>"


def test_text_is_made_of_the_html_where_none_is_given() -> None:
    rendered = compile_content("x", "<p>Dear {{ name }},</p><p>bye</p>").render({"name": "A & B"})
    assert rendered.text == "Dear A & B,\n\nbye\n"


def test_a_mail_of_text_only_has_no_html() -> None:
    assert compile_content("x", text="hello").render({}).html is None


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% for x in 'ab' %}{{ city }} {% endfor %}{% set city = 'own' %}{{ city }}", "Rome Rome own"),
        ("{% for x in 'ab' %}{{ city|default('?') }} {% endfor %}{% set city = 'own' %}{{ city }}", "Rome Rome own"),
        ("{% for x in 'ab' %}{% with %}{{ city }} {% endwith %}{% set city = x %}{% endfor %}", "Rome Rome "),
    ],
)
def test_a_field_is_read_in_a_block_before_the_template_sets_its_name(source: str, text: str) -> None:
    assert compile_content("s", text=source).render({"city": "Rome"}).text == text


@pytest.mark.parametrize("value", ["two\r\nlines", "two\nlines", "two\x0blines", "two\u2028lines", "two\x85lines"])
def test_a_subject_is_one_line(value: str) -> None:
    assert compile_content("{{ x }}", text="t").render({"x": value}).subject == "two lines"


def test_a_subject_keeps_the_spaces_of_other_scripts() -> None:
    assert compile_content("{{ x }}", text="t").render({"x": "你好\u3000世界"}).subject == "你好\u3000世界"


def test_a_subject_has_a_greatest_length() -> None:
    content = compile_content("{{ x }}", text="t")
    assert len(content.render({"x": "a" * 998}).subject) == 998
    with pytest.raises(RenderError) as error:
        content.render({"x": "a" * 999})
    assert error.value.part == "subject"


@pytest.mark.parametrize(
    ("subject", "html", "text", "part", "line"),
    [
        ("{{ x", None, "t", "subject", 1),
        ("x", "a\n{% if %}", None, "html", 2),
        ("x", "a", "\n\n{{ x|nosuch }}", "text", 3),
        ("x", None, "{% include 'x' %}", "text", 1),
        ("x", None, "{% macro m() %}{% endmacro %}", "text", 1),
        ("x", None, "{% set x %}a{% endset %}", "text", 1),
        ("x", None, "{{ 2 ** 3 }}", "text", 1),
        ("x", None, "{{ {'a': 1} }}", "text", 1),
        ("x", None, "{{ self }}", "text", 1),
        ("x", None, "{{ f(*a) }}", "text", 1),
        ("x", None, "a\n{% for a in b recursive %}{% endfor %}", "text", 2),
    ],
)
def test_a_wrong_template_is_refused_with_part_and_line(
    subject: str, html: str | None, text: str | None, part: str, line: int
) -> None:
    with pytest.raises(TemplateError) as error:
        compile_content(subject, html, text)
    assert (error.value.part, error.value.line) == (part, line)


@pytest.mark.parametrize("content", [("", "a", None), (" ", "a", None), ("a", None, None), ("a", "", " ")])
def test_a_mail_needs_a_subject_and_a_body(content: tuple[str, str | None, str | None]) -> None:
    with pytest.raises(TemplateError):
        compile_content(*content)


@pytest.mark.parametrize(
    "source",
    ["{{ " + "(" * 50_000, "{% if a %}" * 400, "{{ " + "not " * 5000 + "a }}", "{{ a" + "|upper" * 4000 + " }}"],
)
def test_a_template_that_is_nested_too_deeply_is_refused(source: str) -> None:
    with pytest.raises(TemplateError):
        compile_content("x", text=source)


@pytest.mark.parametrize("source", ["a" * 500_001, "{{ a }}" * 6000])
def test_a_template_that_is_too_long_is_refused(source: str) -> None:
    with pytest.raises(TemplateError):
        compile_content("x", text=source)


def test_a_missing_field_is_named_with_part_and_line() -> None:
    content = compile_content("x", "<p>\n{{ company }}</p>")
    with pytest.raises(MissingFieldError) as error:
        content.render({"first_name": "Ann"})
    assert (error.value.field, error.value.part, error.value.line) == ("company", "html", 2)


def test_none_counts_as_missing() -> None:
    with pytest.raises(MissingFieldError):
        compile_content("{{ x }}", text="t").render({"x": None})


@pytest.mark.parametrize(
    "use",
    [
        "{{ x ~ 'a' }}", "{{ x + 1 }}", "{{ x|upper }}", "{{ x.upper() }}", "{{ x[0] }}", "{% if x %}{% endif %}",
        "{% for a in x %}{% endfor %}", "{{ [x] }}", "{{ x == 1 }}", "{{ 1 if x }}", "{{ x|length }}", "{{ x|join }}",
        "{{ x|replace('a', 'b') }}", "{{ -x }}", "{{ x() }}",
    ],
)  # fmt: skip
def test_a_missing_field_is_never_taken_for_something(use: str) -> None:
    with pytest.raises(RenderError) as error:
        compile_content("s", text=use).render({})
    assert isinstance(error.value, MissingFieldError) or "'x'" in str(error.value) or "undefined" in str(error.value)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ x|default('friend') }}", "friend"),
        ("{{ x if x is defined else 'friend' }}", "friend"),
        ("{% if x is undefined %}{% set x = 'friend' %}{% endif %}{{ x }}", "friend"),
        ("{% for a in ['b', 'a']|sort %}{{ loop.index }}{{ a }}{{ ', ' if not loop.last }}{% endfor %}", "1a, 2b"),
        ("{{ 'ab'.upper() }}{{ 'a-b'.split('-')|join('+') }}", "ABa+b"),
        ("{{ range(3)|join(' ') }}", "0 1 2"),
        ("{{ (price * 2 + 0.5)|round(1) }} {{ 7 // 2 }} {{ 7 % 2 }}", "20.5 3 1"),
        ("{{ 'long text here'|truncate(9, leeway=0) }} {{ 'a b'|urlencode }}", "long... a%20b"),
        ("{{ 'a' ~ 1 ~ none }}|{{ none }}|{{ true }}", "a1||True"),
        ("{{ 'abc'[1:] }}{{ 'abc'[0] }}{{ 'x' in 'xyz' }}", "bcaTrue"),
        ("{% with a = 1 %}{{ a }}{% endwith %}{{ 'a b'|replace(' ', '-')|title }}", "1A-B"),
        ("{% raw %}{{ x }}{% endraw %}{# comment #}", "{{ x }}"),
    ],
)
def test_what_templates_may_do(source: str, written: str) -> None:
    fields: dict[str, object] = {"price": 10}
    assert compile_content("s", text=source).render(fields).text == written


def test_statements_on_lines_of_their_own_leave_no_empty_lines() -> None:
    rendered = compile_content("s", text="a\n  {% if true %}\nb\n  {% endif %}\nc\n").render({})
    assert rendered.text == "a\nb\nc\n"


@pytest.mark.parametrize("value", [["a"], {"a": 1}, object(), "a" * 300_000, 10**30])
def test_a_field_is_a_string_or_a_number_of_bearable_size(value: object) -> None:
    with pytest.raises(RenderError) as error:
        compile_content("s", text="t").render({"x": value})
    assert "'x'" in error.value.message


@pytest.mark.parametrize("number", [1, 2.5, True])
def test_numbers_are_fields_too(number: float) -> None:
    assert compile_content("{{ x }}", text="t").render({"x": number}).subject == str(number)
