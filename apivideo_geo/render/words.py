"""Every sentence of the site in the reader's language: one gettext catalogue a language, ``locale/*/messages.po``."""

from __future__ import annotations

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "en"
"""The language the sentences are written in; also that of a locale without a catalogue."""


@lru_cache
def load_words(locale: str) -> tuple[str, NullTranslations]:
    """The language of the sentences for a CLDR ``locale``, and their translations.

    The catalogue of the whole locale ("pt_BR") goes before that of its language ("pt"); without one the sentences
    stay English.
    """
    parsed = Locale.parse(locale.replace("-", "_"))
    for name in dict.fromkeys((str(parsed), parsed.language)):
        path = files("apivideo_geo") / "locale" / name / "LC_MESSAGES" / "messages.po"
        if path.is_file():
            compiled = BytesIO()
            write_mo(compiled, read_po(BytesIO(path.read_bytes()), locale=name))
            compiled.seek(0)
            return name, GNUTranslations(compiled)
    return SOURCE, NullTranslations()
