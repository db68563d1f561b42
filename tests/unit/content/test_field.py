import pytest

from content.field import field_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("email", "email"),
        ("First Name", "first_name"),
        ("  E-Mail (work) ", "e_mail_work"),
        ("first__name", "first_name"),
        ("2nd line", "_2nd_line"),
        ("Größe", "grösse"),
        ("ÄÖ", "äö"),
        ("名前", "名前"),
        ("Ｆｕｌｌ", "full"),
        ("ﬁrst", "first"),
        ("Имя", "имя"),
        ("if", "if_"),
        ("Loop", "loop_"),
        ("None", "none_"),
        ("!!!", "field"),
        ("", "field"),
        ("🎉", "field"),
    ],
)
def test_a_header_becomes_a_name(header: str, name: str) -> None:
    assert field_name(header) == name
