"""Reduce text to comparison keys: all spellings of one name share a key.

Ignored: case, accents, the kind and number of spaces, hyphens, dots, brackets, any
apostrophe (straight, curly, okina), ``&`` or ``and``, ``St``, ``St.`` or ``Saint``, the article
``the``, and names inverted at a comma or bracket (``Korea, Republic of``, ``Korea (Republic
of)``, ``Republic of Korea``). Everything else matters: one letter more or less makes another name.
"""

from __future__ import annotations

import re
import unicodedata

from apivideo_geo.plain_text import clean_text

LONGEST = 128
"""Characters; the longest English name of a country has 52. Longer text is never a name."""

_APOSTROPHES = "'’‘ʻʼʹ′´`ʾʿ\ua78c＇"
_PUNCTUATION = {
    **dict.fromkeys(map(ord, "-‐‑‒–—―−_/,()[]"), " "),
    **dict.fromkeys(map(ord, _APOSTROPHES + ".")),
    ord("&"): " and ",
}
_INVERTED = re.compile(r"([^,(\[]+)(?:,|[(\[])([^)\]]+)[)\]]?")
_SYNONYM = re.compile(r"([^(\[]+)[(\[]([^()\[\]]+)[)\]]")


def tidy(text: str) -> str:
    """Return ``text`` without control and invisible characters (bidi marks, zero-width spaces), with single spaces."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(char for char in clean_text(text) if unicodedata.category(char) != "Cf")
    return " ".join(text.split())


def keys(text: str) -> frozenset[str]:
    """Return the keys under which a name may be found: as written, and inverted at its first comma or bracket."""
    plain = _fold(text)
    turned = _INVERTED.fullmatch(plain)
    forms = [plain, f"{turned[2]} {turned[1]}"] if turned else [plain]
    found = {_words(form) for form in forms}
    return frozenset(key for key in found if key)


def keys_to_store(name: str) -> frozenset[str]:
    """Return ``keys(name)`` and two variants found in data files: apostrophe as space, words without spaces."""
    spaced = keys(re.sub(f"[{_APOSTROPHES}]", " ", name))
    stored = keys(name) | spaced
    written = "".join(_fold(name).translate(_PUNCTUATION).split())
    return stored | {key.replace(" ", "") for key in stored} | {written}


def synonyms(text: str) -> tuple[str, str] | None:
    """Return the two names of a text such as ``Czechia (Czech Republic)``, or None."""
    both = _SYNONYM.fullmatch(text)
    return (both[1].strip(), both[2].strip()) if both else None


def _fold(text: str) -> str:
    """Return lower case without accents. NFD splits only accents: circled or ligature letters stay different."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(char) != "Mn")


def _words(text: str) -> str:
    """Return the significant words, separated by single spaces."""
    words = text.replace("st.", "st ").translate(_PUNCTUATION).split()  # "St.Lucia"
    return " ".join("st" if word == "saint" else word for word in words if word != "the")
