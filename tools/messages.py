"""Update the translation catalogues from the sentences in code, templates, scripts and the table of borders.

python tools/messages.py [LANGUAGE …]

New sentences are added without a translation; unused ones are removed. Prints what has to be translated, and exits
with 1 if there is anything. A LANGUAGE without a catalogue gets a new one.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "apivideo_geo/locale"
KEYWORDS = DEFAULT_KEYWORDS | {"say": None, "marked": None, "say_many": (1, 2), "marked_many": (1, 2)}
_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_CALL = re.compile(rf"(?<![\w$])(?P<name>_|ngettext)\(\s*(?P<one>{_TEXT})(?:\s*,\s*(?P<many>{_TEXT}))?")
SHOWN = ("area", "why")
"""Columns of the table of borders that a page shows."""


def extract_borders(
    file: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, object]
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield the sentences of ``geo/data/borders.csv`` in the form Babel expects: line, function, message, comments."""
    reader = csv.DictReader(StringIO(file.read().decode()), strict=True)
    for row in reader:
        for column in SHOWN:
            yield reader.line_num, None, row[column], []


def extract_scripts(
    file: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, object]
) -> Iterator[tuple[int, str, str | tuple[str, str], list[str]]]:
    """Yield the sentences of a script: ``_("…")`` and ``ngettext("…", "…"``.

    Babel's own JavaScript reader fails where a regular expression follows ``return``.
    """
    text = file.read().decode()
    for call in _CALL.finditer(text):
        one, many = (part and json.loads(part) for part in call.group("one", "many"))
        line = text.count("\n", 0, call.start()) + 1
        yield (line, "ngettext", (one, many), []) if call["name"] == "ngettext" else (line, "gettext", one, [])


_PASSING = tuple(
    f'"{name}'.encode()
    for name in ("POT-", "PO-", "Generated-By", "Project-Id", "Report-Msgid", "Last-Translator", "Language-Team")
)
METHODS = (
    ("apivideo_geo/geo/data/borders.csv", extract_borders),
    ("apivideo_geo/render/**.py", "python"),
    ("apivideo_geo/exports/**.py", "python"),
    ("templates/assets/**.js", extract_scripts),
    ("templates/**.html", "jinja2"),
)
OPTIONS = {"templates/**.html": {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}}


@cache
def find_messages() -> Catalog:
    """Return a catalogue of every sentence of the site, with the files that contain it."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        ROOT, list(METHODS), OPTIONS, KEYWORDS, directory_filter=lambda path: not Path(path).name.startswith((".", "_"))
    )
    for path, _, message, comments, context in found:
        if Path(path).parts[0] in ("apivideo_geo", "templates"):
            catalogue.add(message, None, [(path, 0)], auto_comments=comments, context=context)
    return catalogue


def load(language: str) -> Catalog:
    """Read the catalogue of a language, or create a new one."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return Catalog(locale=language, fuzzy=False)
    return read_po(BytesIO(path.read_bytes()), locale=language)


def updated(language: str) -> Catalog:
    """Return the catalogue with exactly the sentences of the site. Similar sentences do not reuse a translation."""
    catalogue = load(language)
    catalogue.update(find_messages(), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    return catalogue


def as_text(catalogue: Catalog) -> bytes:
    """Return the content of the catalogue's file; without line numbers and dates, only sentences cause changes."""
    catalogue.header_comment = f"# The sentences of the site in {catalogue.locale.english_name}.".replace("None", "")
    output = BytesIO()
    write_po(output, catalogue, width=0, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    lines = output.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_PASSING))


def untranslated(catalogue: Catalog) -> list[Message]:
    """Return the sentences whose translation is missing or incomplete."""
    return [message for message in catalogue if message.id and not (message.string and all(message.string))]


def main(languages: Collection[str]) -> int:
    """Update the existing catalogues and those of ``languages``; print the number of missing translations."""
    left = 0
    for language in sorted({*languages, *(path.name for path in FOLDER.iterdir() if path.is_dir())}):
        catalogue = updated(language)
        path = FOLDER / language / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_text(catalogue))
        missing = untranslated(catalogue)
        left += len(missing)
        print(f"{language}: {len(catalogue)} sentences, {len(missing)} to translate")
        for message in missing:
            print(f"  {message.id if isinstance(message.id, str) else message.id[0]}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
