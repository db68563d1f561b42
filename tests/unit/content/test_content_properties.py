"""Whatever is written as a template: it is refused with a reason, or it renders within the limits."""

from hypothesis import example, given
from hypothesis import strategies as st

from content.errors import ContentError, MissingFieldError, TemplateError
from content.field import field_name
from content.limits import Limits
from content.template import compile_content
from content.text import html_to_text

LIMITS = Limits(output_bytes=5_000, subject_characters=200, steps=2_000)

NAMES = st.sampled_from(["a", "b", "c"])
SCALARS = st.one_of(st.text(max_size=30), st.integers(-1000, 1000), st.floats(allow_nan=False, width=32), st.booleans())
PIECES = st.sampled_from(
    "{{ }} {% %} {# #} {%- -%} for in if else endif endfor elif set with endwith a b range "  # noqa: SIM905 - words
    "( ) [ ] , . | ~ + * % ' \" 1 99 default upper join is defined not and or = == loop replace int \n < > & "
    "raw endraw".split(" ")
)
SOUP = st.lists(PIECES, max_size=40).map(" ".join)


def expressions() -> st.SearchStrategy[str]:
    """Valid expressions over the fields a, b and c."""
    atoms = st.one_of(NAMES, st.sampled_from(["'x'", "7", "'long ' ~ 9", "[1, 'y']", "range(50)"]))
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["~", "+", "*", "==", "and", "or", "in"]), inner).map(" ".join),
            st.tuples(inner, st.sampled_from(["upper", "length", "join('-')", "default('d')", "list", "string"])).map(
                "|".join
            ),
            st.tuples(inner, inner, inner).map(lambda parts: "({} if {} else {})".format(*parts)),
            inner.map(lambda value: f"({value})"),
        ),
        max_leaves=8,
    )


def statements() -> st.SearchStrategy[str]:
    """Valid templates: output, if, for, set."""
    leaves = st.one_of(expressions().map(lambda value: f"{{{{ {value} }}}}"), st.sampled_from(["text ", "\n", "<p>"]))
    return st.recursive(
        leaves,
        lambda body: st.one_of(
            st.tuples(body, body).map("".join),
            st.tuples(expressions(), body, body).map(
                lambda parts: "{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format(*parts)
            ),
            st.tuples(NAMES, body, body).map(
                lambda parts: "{{% if {0} is defined %}}{{{{ {0} }}}}{1}{{% else %}}{2}{{% endif %}}".format(*parts)
            ),
            st.tuples(expressions(), body).map(lambda parts: "{{% for a in {} %}}{}{{% endfor %}}".format(*parts)),
            st.tuples(NAMES, expressions()).map(lambda parts: "{{% set {} = {} %}}".format(*parts)),
        ),
        max_leaves=10,
    )


@given(st.one_of(st.text(max_size=200), SOUP), st.one_of(st.text(max_size=200), SOUP))
@example("{{ 0x" + "f" * 5000 + " }}", "\ud800")
def test_any_text_is_a_template_or_an_error_that_says_why(subject: str, body: str) -> None:
    try:
        compile_content(subject, body, body)
    except TemplateError as error:
        assert str(error)  # noqa: PT017 - either way is right


@given(statements(), st.dictionaries(NAMES, SCALARS))
def test_a_rendering_ends_within_its_limits_or_in_an_error(source: str, fields: dict[str, object]) -> None:
    content = compile_content("s {{ a|default('') }}", f"html {source}", f"text {source}")
    try:
        rendered = content.render(fields, LIMITS)
    except ContentError:
        return
    assert len(rendered.subject) <= LIMITS.subject_characters
    assert rendered.subject.isprintable() or "\n" not in rendered.subject
    assert len(rendered.text.encode("utf-8", "replace")) <= LIMITS.output_bytes
    assert len((rendered.html or "").encode("utf-8", "replace")) <= LIMITS.output_bytes


@given(statements(), SCALARS)
def test_with_all_required_fields_no_field_is_missing(source: str, value: object) -> None:
    content = compile_content("s", text=f"text {source}")
    try:
        content.render(dict.fromkeys(content.variables, value), LIMITS)
    except MissingFieldError as error:
        raise AssertionError(error.field) from error
    except ContentError:
        pass  # wrong types, or a limit


@given(st.text(), st.text())
def test_a_field_cannot_put_a_tag_into_html(left: str, right: str) -> None:
    rendered = compile_content("s", "{{ a }}{{ a ~ b }}{{ [a, b]|join }}{{ a|upper|replace('x', b) }}").render(
        {"a": f"{left}<b>", "b": f"<i>{right}"}
    )
    assert "<" not in (rendered.html or "")


@given(st.text())
def test_every_header_gives_a_name_that_a_template_can_use(header: str) -> None:
    name = field_name(header)
    assert field_name(name) == name
    rendered = compile_content("s", text=f"{{{{ {name} }}}}").render({name: "value"})
    assert rendered.text == "value"


@given(st.one_of(st.text(), SOUP, st.text(alphabet="<>!-/\"'= abrpi&;")))
def test_any_html_becomes_text_that_has_no_more_words_than_it(html: str) -> None:
    text = html_to_text(html)
    assert "\n\n\n" not in text or "\n\n\n" in html
    assert len(text) <= 3 * len(html) + 8
