from pathlib import Path
from xml.etree import ElementTree

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from mail.address import AddressError, address_key, needs_smtputf8, normalise

CORPUS = Path(__file__).parents[3].parent / "shared/corpora/addresses/isemail.xml"

PIECES = st.sampled_from(
    "a B 9 . - -- _ + @ @@ com example test local arpa localhost xn-- xn--bcher-kva ü İ ' \" [ "
    f"1.2.3.4 < \n \x00 ! ~ ab--c {'a' * 60} {'b' * 30} ".split(" ")
)
ADDRESSES = st.one_of(
    st.lists(PIECES, max_size=9).map("".join), st.from_regex(r"[a-zA-Z0-9.+-]{1,5}@[a-z0-9.-]{1,12}", fullmatch=True)
)


def judged(address: str) -> str | None:
    """What the library alone makes of an address, its own lower-casing of some local parts aside."""
    try:
        valid = validate_email(address, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return None
    return f"{valid.local_part}@{valid.ascii_domain}"


@given(ADDRESSES)
@example("a@b.local")
@example("info@Example.COM")
@example("a@b.c1")
@example("a@b.1c")
@example("a" * 64 + "@b.example")
@example("a" * 65 + "@b.example")
@example("a@" + "b" * 63 + ".example")
@example("a@" + "b" * 64 + ".example")
@example("a@" + "b." * 122 + "example")
@example("a@b.notarpa")
@example("a@b.example\n")
def test_the_quick_judgement_is_the_librarys(address: str) -> None:
    try:
        normal = normalise(address)
    except AddressError:
        assert judged(address.strip()) is None
    else:
        library = judged(address.strip())
        assert library is not None
        assert library.lower() == normal.lower()


@given(ADDRESSES)
def test_a_normal_form_is_its_own_normal_form(address: str) -> None:
    try:
        normal = normalise(address)
    except AddressError:
        return
    assert normalise(normal) == normal
    assert needs_smtputf8(normal) == (not normal.rpartition("@")[0].isascii())


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("Ann.Lee@Example.COM", "Ann.Lee@example.com"),
        (" ann@a.test\r\n", "ann@a.test"),
        ("Info@a.example", "Info@a.example"),
        ("a@Bücher.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"),
        ("o'neil+tag@a.example", "o'neil+tag@a.example"),
    ],
)
def test_an_address_is_kept_in_one_form(address: str, normal: str) -> None:
    assert normalise(address) == normal


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@b",
        "@b.example",
        "a@",
        "a b@c.example",
        '"a b"@c.example',
        "a@[127.0.0.1]",
        "a@b.example,c@d.example",
    ],
)
def test_what_a_mailing_cannot_reach_is_refused_with_a_reason(address: str) -> None:
    with pytest.raises(AddressError, match=r"\w"):
        normalise(address)


def test_duplicates_are_told_without_regard_to_case_or_script() -> None:
    spellings = ["Ann@bücher.example", "ann@XN--bcher-kva.EXAMPLE", " ANN@BÜCHER.example"]
    assert len({address_key(normalise(spelling)) for spelling in spellings}) == 1


def test_isemails_cases_are_judged_as_a_mailing_should() -> None:
    """Plain addresses are accepted; of the valid but rare forms (quoted, literals, dotless domains) none."""
    if not CORPUS.exists():
        pytest.skip(f"the corpus is not here: {CORPUS}")
    wrong = []
    for case in ElementTree.parse(CORPUS).getroot().iter("test"):
        address = "".join(map(_control_character, case.findtext("address") or ""))
        usual = case.findtext("category") in {"ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN"}
        if address == address.strip() and is_accepted(address) != usual:
            wrong.append(address)
    assert wrong == ["test@io"]


def is_accepted(address: str) -> bool:
    try:
        return bool(normalise(address))
    except AddressError:
        return False


def _control_character(char: str) -> str:
    """Characters from U+2400 on stand for control characters: XML cannot hold these."""
    return chr(ord(char) - 0x2400) if 0x2400 <= ord(char) <= 0x2420 else char
