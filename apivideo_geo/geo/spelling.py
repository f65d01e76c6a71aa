"""Reduce text to comparison keys: all spellings of one name share a key.

Ignored: case, accents, the kind and number of spaces, hyphens, dots, brackets, any
apostrophe (straight, curly, okina), the words ``the``, ``and`` (``&``) and ``of`` between others, usual
abbreviations (``Rep.``, ``Is.``, ``S.``, ``St.`` …, see ``_ONE_WORD``), and names inverted at a comma, colon or
bracket (``Korea, Republic of``, ``Korea (Republic of)``, ``Republic of Korea``). Everything else matters: one
letter more or less makes another name.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import takewhile

from apivideo_geo.plain_text import clean_text

LONGEST = 128
"""Characters; the longest English name of a country has 52. Longer text is never a name."""

_APOSTROPHES = "'’‘ʻʼʹ′´`ʾʿ\ua78c＇"
_PUNCTUATION = {
    **dict.fromkeys(map(ord, "-‐‑‒–—―−_/,:()[]"), " "),
    **dict.fromkeys(map(ord, _APOSTROPHES + ".")),
    ord("&"): " and ",
}
_INVERTED = re.compile(r"([^,:(\[]+)(?:[,:]|[(\[])([^)\]]+)[)\]]?")
_ONE_WORD = {
    "saint": "st", "rep": "republic", "dem": "democratic", "fed": "federal", "federated": "federal",
    "s": "south", "n": "north", "e": "east", "w": "west", "c": "central",
    "fr": "french", "br": "british", "brit": "british", "amer": "american", "eq": "equatorial", "utd": "united",
    "gt": "great",
    "i": "island", "is": "island", "isl": "island", "islands": "island", "isle": "island", "isles": "island",
    "states": "state", "sts": "state", "ter": "territory", "terr": "territory", "territories": "territory",
    "prov": "province", "herz": "herzegovina", "hercegovina": "herzegovina", "barb": "barbuda", "vin": "vincent",
    "gren": "grenadines",
    "dr": "democratic republic", "pr": "peoples republic", "pdr": "peoples democratic republic",
    "dpr": "democratic peoples republic", "fyr": "former yugoslav republic",
}  # fmt: skip
"""Abbreviation or variant of a word → the word that keys have."""
_LEADING = {"south", "north", "east", "west", "republic", "democratic", "peoples", "federal", "islamic", "kingdom"}
"""Words in front of a name that tables also put behind it: ``Korea South``, ``Congo Dem. Rep.``"""
GENERAL = frozenset(_ONE_WORD.values())
"""Words that are no name alone."""
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
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
    stored |= {_turned(key) for key in stored}
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


def split_flag(text: str) -> tuple[str, str]:
    """Return the alpha-2 of a flag emoji at the beginning of ``text``, "" if there is none, and what follows it.

    >>> split_flag("🇫🇷 France")
    ('FR', 'France')
    """
    found = _FLAG.match(text)
    if not found:
        return "", text.removeprefix("🏴").strip() or text  # the flags of England, Scotland and Wales
    return "".join(chr(ord(mark) - 0x1F1E6 + ord("A")) for mark in found.groups()), text[found.end() :].strip()


def _words(text: str) -> str:
    """Return the significant words, separated by single spaces."""
    words = re.sub(r"\b([a-z]{1,5})\.(?=[^\W\d_]{2})", r"\1 ", text).translate(_PUNCTUATION).split()  # "St.Lucia"
    words = [_ONE_WORD.get(word, word) for word in words if word != "the"]
    inner = [word for word in words[1:-1] if word not in ("and", "of")]
    key = " ".join([*words[:1], *inner, *words[1:][-1:]])
    return key.replace("special administrative region", "sar")


def _turned(key: str) -> str:
    """Return ``key`` with its first form of state or direction at the end: ``republic korea`` → ``korea republic``."""
    words = key.split()
    leading = list(takewhile(_LEADING.__contains__, words))
    return " ".join(words[len(leading) :] + leading)
