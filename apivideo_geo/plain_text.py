"""Clean text that comes from outside: the API, session files, settings, an older history. No I/O."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING

from apivideo_geo.macros import by_macro

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, StringValue

_BREAKS = re.compile("[ ]*[\t\n\v\f\r\x85\u2028\u2029][ \t\n\v\f\r\x85\u2028\u2029]*")
"""Ends of lines and tabs, with the spaces next to them."""
_SURROGATES = re.compile("[\ud800-\udfff]")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(0xFFFE + (plane << 16))}{chr(0xFFFF + (plane << 16))}" for plane in range(17)
)
_UNWANTED = re.compile(f"[\0-\x1f\x7f-\x9f{_NONCHARACTERS}]")
"""Control characters, and code points that are never characters; neither may be in HTML or XML."""
_INVISIBLE = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that are drawn as nothing."""
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_A_FILE = re.compile(r"con|prn|aux|nul|(com|lpt)\d")
"""Names that no file can have on Windows."""
_MEDIA_ID = re.compile("[A-Za-z0-9_-]{1,100}")
_LIKE_A_KEY = re.compile(r"(gh[a-z]_|github_pat_)[A-Za-z0-9_]{16,}|(?<![A-Za-z0-9])[A-Za-z0-9]{20,}")


def clean_text(text: str) -> str:
    """Return ``text`` on one line, without control characters and spaces at its ends, in Unicode NFC.

    An end of a line or a tab becomes one space, half of a surrogate pair U+FFFD.

    >>> clean_text("Two\\r\\nlines\\0")
    'Two lines'
    """
    if not text.isprintable():
        text = _UNWANTED.sub("", _BREAKS.sub(" ", _SURROGATES.sub("\ufffd", text)))
    return unicodedata.normalize("NFC", text).strip()


def has_control_characters(text: str) -> bool:
    """Return whether ``text`` has a character that no page may contain: a control character other than white space."""
    return not text.isprintable() and _UNWANTED.search(_BREAKS.sub(" ", text)) is not None


def xml_text(text: str) -> str:
    """Return ``text`` without control characters and half surrogates, which no XML document can hold; not escaped."""
    return _NOT_IN_XML.sub("", text)


def shorten(text: str, most: int) -> str:
    """Return ``text``, cut to at most ``most`` characters, of which the last is then an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def is_visible(text: str) -> bool:
    """Return whether ``text`` has a letter, a digit or a sign that a reader can see.

    >>> is_visible("北"), is_visible("\\u200b")
    (True, False)
    """
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in _INVISIBLE for sign in text)


def counted(number: float, noun: str, many: str = "") -> str:
    """Return ``number`` with ``noun``, or its plural ``many`` (by default with an s), for English messages.

    >>> counted(1, "day"), counted(0, "day"), counted(1200, "country", "countries")
    ('1 day', '0 days', '1,200 countries')
    """
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def slug_of(text: str) -> str:
    """Return ``text`` as a part of an address: its Latin letters in lower case and digits, the rest as hyphens.

    If there are none, or a file on Windows cannot have this name, it is a digest, so that it is unique.

    >>> slug_of("Straße 7"), slug_of("con")
    ('strasse-7', '1143da2b')
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return slug if slug and not _NOT_A_FILE.fullmatch(slug) else digest_of(text)


def digest_of(text: str) -> str:
    """Return 8 hexadecimal digits that stand for ``text`` in an address."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def is_media_id(text: str) -> bool:
    """Return whether ``text`` can be the id of a video or live stream: up to 100 letters, digits, ``-`` and ``_``.

    >>> is_media_id("vi4k0jvEUuaTdRAEjQ4Jfrgz"), is_media_id("vi\\0x")
    (True, False)
    """
    return _MEDIA_ID.fullmatch(text) is not None


def shown(value: str) -> str:
    """Return ``value`` in quotes for an error message, shortened; ``***`` if a part of it could be a key or a password.

    >>> shown("yesterday"), shown("ElYaTXCBFNjdxNAGXcn5HHCUBzSlTGQh")
    ("'yesterday'", '***')
    """
    return "***" if re.search(r"[A-Za-z0-9_-]{20}|:.*@", value, re.DOTALL) else repr(value[:80])


def mask_keys(text: str) -> str:
    """Return ``text`` with ``***`` instead of what looks like a key, such as one that was written into a wrong setting.

    That is a word of 20 characters or more with small and capital letters and a digit (32 or more: without a digit).

    >>> mask_keys("'ElYaTXCBFNjdxNAGXcn5HHCUBzSlTGQh' is not a metric; see my-report-of-november-2026.csv")
    "'***' is not a metric; see my-report-of-november-2026.csv"
    """

    def masked(found: re.Match[str]) -> str:
        word = found[0]
        mixed = re.search("[a-z]", word) and re.search("[A-Z]", word)
        return "***" if found[1] or (mixed and (len(word) >= 32 or re.search("[0-9]", word))) else word

    return _LIKE_A_KEY.sub(masked, text)


def clean_texts(column: StringValue, engine: str) -> StringValue:
    """Return a column of an ``engine`` with its cells on one line, without controls, in Unicode NFC.

    NUL, ESC, tabs and ends of lines are each searched on their own: that is several times faster than one pattern.
    """
    return _clean_in_duckdb(column) if engine == "duckdb" else _clean_texts(column, engine)


def _clean_texts(column: StringValue, engine: str = "duckdb") -> StringValue:
    on_one_line = column.re_replace(r" *[\t\n\v\f\r][ \t\n\v\f\r]*", " ")
    cleaned = on_one_line.re_replace(r"[\x00-\x1f\x7f]", "").strip()
    return _compose(_has_any(column).ifelse(cleaned, column), engine)


_clean_in_duckdb = by_macro(_clean_texts)


def show_controls(column: StringValue) -> StringValue:
    """Return a column of ids with NUL, ESC, tabs and ends of lines as visible signs (␀ ␛ …): different ids stay so."""
    shown = column
    for code, mark in _marks().items():
        shown = shown.replace(mark, chr(0x2400 + code))
    return _has_any(column).ifelse(shown, column)


def _has_any(column: StringValue) -> BooleanValue:
    first, *others = (column.contains(mark) for mark in _marks().values())
    return reduce(or_, others, first)


def _compose(column: StringValue, engine: str) -> StringValue:
    """Return the column in Unicode NFC. Spark has no function for it, but a library in Java that has one."""
    import ibis

    @ibis.udf.scalar.builtin(name="nfc_normalize")  # type: ignore[untyped-decorator]
    def compose(text: str) -> str:  # type: ignore[empty-body]
        """Return the text in NFC."""

    @ibis.udf.scalar.builtin(name="reflect")  # type: ignore[untyped-decorator]
    def call(class_name: str, method: str, text: str, compatible: bool) -> str:  # type: ignore[empty-body]
        """Call a static method."""

    if engine == "duckdb":
        composed: StringValue = compose(column)
        return composed
    by_java = call("com.ibm.icu.text.Normalizer", "compose", column, False)
    found: StringValue = column.re_search(r"[^\x00-\x7f]").ifelse(by_java, column)
    return found


@cache
def _marks() -> dict[int, StringValue]:
    """Return code → character, for an engine: NUL cannot be written in SQL."""
    import ibis

    @ibis.udf.scalar.builtin(name="printf")  # type: ignore[untyped-decorator]
    def spell(form: str, code: int) -> str:  # type: ignore[empty-body]
        """Return the character of a code."""

    return {code: spell("%c", code) for code in (0, 9, 10, 13, 27)}
