"""Every sentence of the site in the reader's language: one gettext catalogue a language, ``locale/*/messages.po``.

The sentences of the scripts travel with these: :func:`render_words` writes those the catalogue translates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "en"
"""The language the sentences are written in; also that of a locale without a catalogue."""
FOLDER = Path(str(files("apivideo_geo"))) / "locale"
SCRIPTS = "templates/assets/"
"""Where a sentence was found that a script says, as the catalogue tells it."""
_SAMPLES = (*range(201), 1000, 1_000_000)
"""Counts among which every plural form of CLDR is met."""


@dataclass(frozen=True)
class Words:
    """The sentences in ``language`` (CLDR: "en", "pt_BR"); ``catalogue`` is None for those the code is written in."""

    language: str
    translations: NullTranslations
    catalogue: Catalog | None = None


def marked(message: str) -> str:
    """A sentence that is written here and said elsewhere; the mark is for the catalogue."""
    return message


def marked_many(one: str, many: str) -> tuple[str, str]:
    """As :func:`marked`, for one and for many."""
    return one, many


@lru_cache
def load_words(locale: str) -> Words:
    """The sentences for a CLDR ``locale``.

    The catalogue of the whole locale ("pt_BR") goes before that of its language ("pt"); without one the sentences
    stay English.
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
    """CLDR's plural category ("one", "few", "other") → the sentence for a count of that kind."""
    category = Locale.parse(words.language).plural_form
    first = {category(count): count for count in reversed(_SAMPLES)}
    return {name: words.translations.ngettext(one, many, count) for name, count in sorted(first.items())}


def render_words(words: Words) -> str:
    """A line of script: the language of the sentences, and those that scripts say (``_``, ``ngettext``), translated."""
    told: dict[str, object] = {}
    for message in words.catalogue or ():
        if not any(path.startswith(SCRIPTS) for path, _ in message.locations) or not message.string:
            continue
        if isinstance(message.id, str):
            told[message.id] = message.string
        else:
            told[message.id[0]] = plural_forms(words, *message.id)
    said = {
        "language": words.language.replace("_", "-"),
        "direction": Locale.parse(words.language).text_direction,
        "messages": told,
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return f"apivideoGeo.translations={text};\n"
