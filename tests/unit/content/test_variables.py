import pytest

from content.template import compile_content


@pytest.mark.parametrize(
    ("source", "required", "optional"),
    [
        ("{{ a }}", "a", ""),
        ("{{ a.upper() }}{{ b[0] }}{{ c|upper }}", "a b c", ""),
        ("{{ a|default('x') }}", "", "a"),
        ("{{ a|d(b) }}", "b", "a"),
        ("{{ a|upper|default('x') }}", "a", ""),
        ("{{ a.b|default('x') }}", "a", ""),
        ("{{ a|default('x')|upper }}", "", "a"),
        ("{{ a|default('x') }}{{ a }}", "a", ""),
        ("{% if a is defined %}{{ a }}{% endif %}", "", "a"),
        ("{% if a is defined %}{{ b }}{% else %}{{ a }}{% endif %}", "a b", ""),
        ("{% if a is not defined %}x{% else %}{{ a }}{% endif %}", "", "a"),
        ("{% if a is undefined %}x{% else %}{{ a }}{% endif %}", "", "a"),
        ("{% if not (a is undefined) %}{{ a }}{% endif %}", "", "a"),
        ("{% if a is defined and a %}{{ a }}{% endif %}", "", "a"),
        ("{% if a and a is defined %}{% endif %}", "a", ""),
        ("{% if a is defined and b is defined %}{{ a }}{{ b }}{% else %}{{ b }}{% endif %}", "b", "a"),
        ("{% if a is defined or b is defined %}{{ a }}{% endif %}", "a", "b"),
        ("{% if a is undefined or a == '' %}x{% else %}{{ a }}{% endif %}", "", "a"),
        ("{% if a is defined %}{% endif %}{{ a }}", "a", ""),
        ("{% if b == '1' %}{% elif a is defined %}{{ a }}{% endif %}", "b", "a"),
        ("{% if a is undefined %}x{% elif a == '1' %}{{ a }}{% endif %}", "", "a"),
        ("{{ a if a is defined else 'x' }}", "", "a"),
        ("{{ a if a is defined else a }}", "a", ""),
        ("{{ a is defined and a }}", "", "a"),
        ("{% if a is undefined %}{% set a = 'x' %}{% endif %}{{ a }}", "", "a"),
        ("{% if b %}{% set a = 'x' %}{% endif %}{{ a }}", "a b", ""),
        ("{% if b %}{% set a = 'x' %}{% else %}{% set a = 'y' %}{% endif %}{{ a }}", "b", ""),
        ("{% set a = b %}{{ a }}", "b", ""),
        ("{% set a = a|default('x') %}{{ a }}", "", "a"),
        ("{% set a, b = 'xy' %}{{ a }}{{ b }}", "", ""),
        ("{% for a in b %}{{ a }}{{ loop.index }}{% endfor %}{{ a }}", "a b", ""),
        ("{% for a in b if a %}{{ a }}{% else %}{{ a }}{% endfor %}", "a b", ""),
        ("{% for a in 'x' %}{% set c = a %}{% endfor %}{{ c }}", "c", ""),
        ("{% with a = b %}{{ a }}{% endwith %}{{ a }}", "a b", ""),
        ("{{ range(3)|join(a) }}", "a", ""),
        ("{{ [a, b]|join }}{{ c ~ d }}{{ e[f:g] }}", "a b c d e f g", ""),
        ("{% raw %}{{ a }}{% endraw %}{# {{ b }} #}", "", ""),
        ("{{ 名前 }}", "名前", ""),
    ],
)
def test_required_and_optional_fields_are_told_apart(source: str, required: str, optional: str) -> None:
    content = compile_content("s", text=source)
    assert (set(content.variables), set(content.optional)) == (set(required.split()), set(optional.split()))


def test_a_field_that_one_part_needs_is_required() -> None:
    content = compile_content("{{ a|default('x') }}", "{{ b }}", "{{ a }}")
    assert content.variables == {"a", "b"}
    assert not content.optional
