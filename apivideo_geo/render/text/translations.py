"""Translate the sentences of the site: one gettext catalogue for each language, ``locale/*/messages.po``.

The catalogue also has the sentences of the scripts: :func:`render_words` writes their translations.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "en"
"""The language of the sentences in the code, used for a locale without a catalogue."""
FOLDER = Path(str(files("apivideo_geo"))) / "locale"
SCRIPTS = "templates/assets/"
"""Path in the catalogue of the files with the sentences of scripts."""
_SAMPLES = (*range(201), 1000, 1_000_000)
"""Counts that cover every plural form of CLDR."""


@dataclass(frozen=True)
class Words:
    """The sentences in ``language`` (CLDR: "en", "pt_BR"); ``catalogue`` is None for the language of the code."""

    language: str
    translations: NullTranslations
    catalogue: Catalog | None = None


def marked(message: str) -> str:
    """Mark a sentence for the catalogue that is translated later; returns it unchanged."""
    return message


def marked_many(one: str, many: str) -> tuple[str, str]:
    """Like :func:`marked`, for singular and plural."""
    return one, many


@lru_cache
def load_words(locale: str) -> Words:
    """Load the sentences for a CLDR ``locale``.

    The catalogue of the locale ("pt_BR") takes precedence over that of its language ("pt"); without one the sentences
    are English.
    """
    parsed = Locale.parse(locale.replace("-", "_"))
    for name in dict.fromkeys((str(parsed), parsed.language)):
        path = FOLDER / name / "LC_MESSAGES" / "messages.po"
        if path.is_file():
            catalogue = read_po(BytesIO(path.read_bytes()), locale=name)
            compiled = BytesIO()
            write_mo(compiled, catalogue)
            compiled.seek(0)
            return Words(name, GNUTranslations(compiled), catalogue)
    return Words(SOURCE, NullTranslations())


def plural_forms(words: Words, one: str, many: str) -> Mapping[str, str]:
    """Return CLDR's plural category ("one", "few", "other") → the sentence for such a count."""
    return {name: words.translations.ngettext(one, many, count) for name, count in _first_counts(words.language)}


@cache
def _first_counts(language: str) -> list[tuple[str, int]]:
    """Return each plural category of a language, in alphabetical order, and the first count that is of it."""
    category = Locale.parse(language).plural_form
    return sorted({category(count): count for count in reversed(_SAMPLES)}.items())


def render_words(words: Words) -> str:
    """Return a line of script: the language, and the translations of the sentences in scripts (``_``, ``ngettext``)."""
    messages: dict[str, object] = {}
    for message in words.catalogue or ():
        if not any(path.startswith(SCRIPTS) for path, _ in message.locations) or not message.string:
            continue
        if isinstance(message.id, str):
            messages[message.id] = message.string
        else:
            messages[message.id[0]] = plural_forms(words, *message.id)
    said = {
        "language": words.language.replace("_", "-"),
        "direction": Locale.parse(words.language).text_direction,
        "messages": messages,
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return f"apivideoGeo.translations={text};\n"
