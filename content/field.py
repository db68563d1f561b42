"""Names by which templates know the columns of a contact list."""

import re
import unicodedata

RESERVED = frozenset(
    "and as caller elif else false for if in is loop namespace none not or range "
    "recursive self set super true with".split()
)
"""Words that mean something else inside a template; as a field they get an underscore."""

GIVEN = frozenset({"email", "unsubscribe_url", "preferences_url"})
"""Variables that every mail has, whatever is known of the contact. Links are empty where people could not reach us."""

SEPARATORS = re.compile(r"[\W_]+")


def field_name(header: str) -> str:
    """Make a template's name of a column's header: "First Name" → `first_name`, "2nd line" → `_2nd_line`.

    Letters of any script stay, in lower case and NFKC as Python's identifiers. Never empty: a header without a letter
    or digit is `field`. Two headers may give the same name; that is for the importer to judge.
    """
    words = unicodedata.normalize("NFKC", header).casefold()
    words = unicodedata.normalize("NFKC", words)
    name = SEPARATORS.sub("_", words).strip("_")
    name = "".join(char for char in name if f"a{char}".isidentifier()).strip("_")
    if not name:
        return "field"
    if not name.isidentifier():
        name = f"_{name}"
    return f"{name}_" if name in RESERVED else name
