"""Text to comparison keys: all spellings of one name meet in one key. Pure, and knows no country.

What does not matter: case, accents, the kind and number of spaces, hyphens, dots, brackets, any
apostrophe (straight, curly, okina), ``&`` or ``and``, ``St``, ``St.`` or ``Saint``, the article
``the``, and a name turned round its comma or bracket (``Korea, Republic of``, ``Korea (Republic
of)``, ``Republic of Korea``). Everything else matters: a letter more or less is another name.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 128
"""Characters; the longest English name of a country has 52. Longer text is no name and is not looked at."""

_APOSTROPHES = "'’‘ʻʼʹ′´`ʾʿ\ua78c＇"
_PUNCTUATION = {
    **dict.fromkeys(map(ord, "-‐‑‒–—―−_/,()[]"), " "),
    **dict.fromkeys(map(ord, _APOSTROPHES + ".")),
    ord("&"): " and ",
}
_INVERTED = re.compile(r"([^,(\[]+)(?:,|[(\[])([^)\]]+)[)\]]?")
_SYNONYM = re.compile(r"([^(\[]+)[(\[]([^()\[\]]+)[)\]]")


def tidy(text: str) -> str:
    """``text`` without invisible characters (bidi marks, zero-width spaces), with single spaces between words."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kinds = ((char, unicodedata.category(char)) for char in text)
    seen = "".join(" " if kind == "Cc" else char for char, kind in kinds if kind != "Cf")
    return " ".join(seen.split())


def keys(text: str) -> frozenset[str]:
    """The keys under which a name may be found: as written, and turned round its first comma or bracket."""
    plain = _fold(text)
    turned = _INVERTED.fullmatch(plain)
    forms = [plain, f"{turned[2]} {turned[1]}"] if turned else [plain]
    found = {_words(form) for form in forms}
    return frozenset(key for key in found if key)


def keys_to_store(name: str) -> frozenset[str]:
    """``keys(name)``, and two habits of data files: an apostrophe made a space, all words run together."""
    spaced = keys(re.sub(f"[{_APOSTROPHES}]", " ", name))
    stored = keys(name) | spaced
    written = "".join(_fold(name).translate(_PUNCTUATION).split())
    return stored | {key.replace(" ", "") for key in stored} | {written}


def synonyms(text: str) -> tuple[str, str] | None:
    """The two names of a text such as ``Czechia (Czech Republic)``, or None."""
    both = _SYNONYM.fullmatch(text)
    return (both[1].strip(), both[2].strip()) if both else None


def _fold(text: str) -> str:
    """Lower case, without accents. NFD parts only those: circled or ligature letters stay other text."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(char) != "Mn")


def _words(text: str) -> str:
    """The words that count, one space apart."""
    words = text.replace("st.", "st ").translate(_PUNCTUATION).split()  # "St.Lucia"
    return " ".join("st" if word == "saint" else word for word in words if word != "the")
