"""The columns of a file are understood, or what is wrong with them is told by name."""

import pytest

from content.csv_header import HeaderError, read_header, renamed

ADDRESS_TITLES = [
    "email", "E-Mail", "EMAIL ADDRESS", " e-mail address ", "E-Mail-Adresse", "Adresse e-mail", "Courriel",
    "Correo electrónico", "Endereço de e-mail", "E-posta", "Sähköposti", "Почта", "Электронная почта", "邮箱",
    "電子郵件", "メールアドレス", "Eメール", "이메일", "Work Email", "customer_email",
]  # fmt: skip


@pytest.mark.parametrize("title", ADDRESS_TITLES)
def test_the_address_column_is_found_in_many_languages(title: str) -> None:
    assert read_header(["Name", title]).email == 1


def test_of_several_the_one_that_is_named_plainly_is_taken() -> None:
    assert read_header(["Secondary email", "Email", "Email owner"]).email == 1


def test_several_that_are_alike_are_left_to_the_person() -> None:
    with pytest.raises(HeaderError, match=r"several columns .* 'Work email', 'Home email'.*\?emailColumn="):
        read_header(["Work email", "Home email"])


def test_a_person_may_say_which_column_it_is() -> None:
    assert read_header(["Work email", "Home email"], "home EMAIL").email == 1


def test_a_column_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(HeaderError, match="no column 'mail2'; the columns are 'Name', 'Mail'"):
        read_header(["Name", "Mail"], "mail2")


def test_a_file_without_an_address_column_is_refused_with_its_columns() -> None:
    with pytest.raises(HeaderError, match="the columns are 'Name', 'Phone'"):
        read_header(["Name", "Phone"])


def test_a_file_without_a_header_is_told_apart() -> None:
    with pytest.raises(HeaderError, match="the first line holds an address") as raised:
        read_header(["ann@example.com", "Ann"])
    assert raised.value.code == "no_header"


def test_titles_become_names_that_templates_can_use() -> None:
    assert read_header(["First Name", "E-Mail", "城市", "for"]).fields == ("first_name", "email", "城市", "for_")


def test_titles_that_stand_twice_or_are_empty_are_numbered() -> None:
    assert read_header(["Name", "email", "name", "", "NAME"]).fields == (
        "name",
        "email",
        "name_2",
        "column_4",
        "name_3",
    )


def test_no_other_column_takes_the_name_of_the_address() -> None:
    assert read_header(["email", "Mail", "Email"], "Mail").fields == ("email_2", "email", "email_3")


def test_empty_titles_at_the_end_are_no_columns() -> None:
    assert read_header(["email", "name", "", " "]).titles == ("email", "name")


def test_columns_are_kept_under_other_names_or_left_out() -> None:
    header = renamed(read_header(["Mail", "Vorname", "Notes", "City"]), {"vorname": "First Name", "NOTES": " "})
    assert header.fields == ("email", "first_name", "", "city")
    assert header.columns == {"Mail": "email", "Vorname": "first_name", "Notes": "", "City": "city"}


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"Town": "city"}, "no column 'Town'"),
        ({"Mail": "address"}, "holds the addresses"),
        ({"Name": "email"}, "two columns would be the field `email`"),
        ({"Name": "city"}, "two columns would be the field `city`"),
    ],
)
def test_names_that_cannot_be_are_refused(wishes: dict[str, str], said: str) -> None:
    with pytest.raises(HeaderError, match=said):
        renamed(read_header(["Mail", "Name", "City"]), wishes)


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(HeaderError, match="600 columns"):
        read_header(["email", *(f"c{number}" for number in range(599))])
