"""What the columns of a contact file mean: which holds the address, and under which names the others are kept."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from content.field import field_name

MAX_COLUMNS = 500
EMAIL = "email"

EMAIL_TITLES = """
    email emailaddress emailaddr emailid mail mailaddress emails email1 primaryemail
    emailadresse mailadresse epost epostadresse epostadress
    courriel adressemail adresseemail adressecourriel adresseélectronique
    correo correoelectrónico direccióndecorreo direccióndecorreoelectrónico
    indirizzoemail indirizzodipostaelettronica postaelettronica endereçodeemail correioeletrónico correioeletrônico
    emailcím adresemail adreseposta eposta epostaadresi sähköposti sähköpostiosoite
    почта имейл емейл электроннаяпочта адресэлектроннойпочты електроннапошта
    邮箱 电子邮箱 电子邮件 电子邮件地址 电子邮箱地址 邮箱地址 邮件 邮件地址 邮箱账号
    郵箱 電子郵箱 電子郵件 電子郵件地址 電郵 電郵地址 信箱 電子信箱
    メール メルアド メールアドレス eメール eメールアドレス 電子メール 電子メールアドレス
    이메일 이메일주소 메일 메일주소 전자우편
    البريدالإلكتروني البريدالالكتروني דואל דואראלקטרוני อีเมล ईमेल ηλεκτρονικόταχυδρομείο
    """
"""Titles of the address column in many languages."""


class HeaderError(ValueError):
    """The first line does not say which column is what; the text names the columns found."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file, in order."""

    titles: tuple[str, ...]
    email: int
    """Index of the column with the address."""
    fields: tuple[str, ...]
    """Names under which the cells are kept; that of the address column is `email`, that of one left out is empty."""

    @property
    def columns(self) -> dict[str, str]:
        """Title in the file → field; a title that stands twice is shown with its field."""
        shown: dict[str, str] = {}
        for title, field in zip(self.titles, self.fields, strict=True):
            shown[title if title and title not in shown else field] = field
        return shown


def plain(title: str) -> str:
    """Return a title without case, spaces, signs and the accents of Latin letters: `E-Mail` and `e mail` are one."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return "".join(_letter(letter) for letter in folded if letter.isalnum())


def _letter(letter: str) -> str:
    if letter.isascii() or not unicodedata.name(letter, "").startswith("LATIN"):
        return letter
    return unicodedata.normalize("NFKD", letter)[0]


EMAIL_COLUMNS = frozenset(plain(title) for title in EMAIL_TITLES.split())


def read_header(cells: Sequence[str], email_column: str | None = None) -> Header:
    """Understand the first record of a file. Raises `HeaderError`."""
    titles = _titles(cells)
    email = _given(titles, email_column) if email_column else _found(titles)
    return Header(titles, email, _fields(titles, email))


def _titles(cells: Sequence[str]) -> tuple[str, ...]:
    titles = [" ".join(cell.split()) for cell in cells]
    while titles and not titles[-1]:
        titles.pop()
    if len(titles) > MAX_COLUMNS:
        raise HeaderError("too_many_columns", f"the file has {len(titles)} columns; at most {MAX_COLUMNS} are read")
    return tuple(titles)


def without_address(cells: Sequence[str]) -> Header:
    """Name the columns of a first record of which nobody has said yet which one holds the addresses."""
    titles = _titles(cells)
    return Header(titles, -1, _fields(titles, -1))


def renamed(header: Header, wishes: Mapping[str, str]) -> Header:
    """Keep columns, by their titles, under other fields; one without a field is left out. Raises `HeaderError`."""
    fields = list(header.fields)
    for title, wish in wishes.items():
        index = _given(header.titles, title)
        if index == header.email:
            raise HeaderError("address_renamed", f"the column {title!r} holds the addresses, it is always `{EMAIL}`")
        fields[index] = field_name(wish) if wish.strip() else ""
    twice = [name for name, count in Counter(filter(None, fields)).items() if count > 1]
    if twice:
        raise HeaderError("field_twice", f"two columns would be the field `{twice[0]}`: rename one, or leave it out")
    return replace(header, fields=tuple(fields))


def email_columns(titles: Sequence[str]) -> list[int]:
    """Columns whose title says that they hold addresses, the likeliest only."""
    names = [plain(title) for title in titles]
    exact = [index for index, name in enumerate(names) if name in EMAIL_COLUMNS]
    return exact or [index for index, name in enumerate(names) if EMAIL in name or "邮箱" in name]


def _found(titles: Sequence[str]) -> int:
    indexes = email_columns(titles)
    if len(indexes) == 1 or (indexes and plain(titles[indexes[0]]) in EMAIL_COLUMNS):
        return indexes[0]
    if not indexes and any("@" in title for title in titles):
        raise HeaderError(
            "no_header",
            f"the first line holds an address, not the names of the columns ({_named(titles)}): "
            "add a first line such as: email,first name",
        )
    what = "several columns may hold the address" if indexes else "no column is named like an e-mail address"
    raise HeaderError(
        "no_email_column", f"{what}; the columns are {_named(titles)}. Say which it is with ?emailColumn="
    )


def _given(titles: Sequence[str], name: str) -> int:
    for index, title in enumerate(titles):
        if plain(title) == plain(name):
            return index
    raise HeaderError("no_email_column", f"there is no column {name[:80]!r}; the columns are {_named(titles)}")


def _fields(titles: Sequence[str], email: int) -> tuple[str, ...]:
    taken = {EMAIL}
    fields = []
    for index, title in enumerate(titles):
        if index == email:
            fields.append(EMAIL)
            continue
        name = wanted = (field_name(title) if title else "") or f"column_{index + 1}"
        number = 2
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        taken.add(name)
        fields.append(name)
    return tuple(fields)


def _named(titles: Sequence[str]) -> str:
    shown = ", ".join(repr(title[:60]) for title in titles[:20])
    return shown + (f" and {len(titles) - 20} more" if len(titles) > 20 else "")
