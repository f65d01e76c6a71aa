"""Find templates: next to ``build.py`` in a checkout, in the package once installed; the owner's take precedence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from apivideo_geo.errors import UsageError
from apivideo_geo.owner_files import check_owner_file
from apivideo_geo.plain_text import has_control_characters

ASSETS = (".css", ".svg", ".png", ".jpg", ".webp", ".js")
"""Suffixes of files that an owner may add to ``assets``."""
TEXTS = (".html", ".css", ".js")
LARGEST = 10_000_000
"""Maximum size of a template, style or script in bytes."""


def find_templates() -> Path:
    """Return the folder ``templates``."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def check_overrides(folder: Path, templates: Path) -> None:
    """Raise UsageError unless ``folder`` has a file that replaces one in ``templates``, or an asset."""
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder} of templates: make it, or drop the setting templates.")
    named = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    if not any((templates / name).is_file() or name.parts[0] == "assets" for name in named):
        raise UsageError(f"No file in {folder} has the name of a template, such as about.html or assets/site.css.")
    for name in sorted(named):
        if name.suffix in TEXTS:
            _check_text(folder / name)


def _check_text(path: Path) -> None:
    """Raise UsageError unless the file is UTF-8 text without control characters."""
    try:
        check_owner_file(path, LARGEST)
        lines = path.read_bytes().splitlines()
        bad = next((number for number, line in enumerate(lines, 1) if not _is_text(line)), None)
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.") from None
    if bad:
        raise UsageError(f"{path}, line {bad}: it is not UTF-8 text, or has a control character; correct it.")


def _is_text(line: bytes) -> bool:
    try:
        return not has_control_characters(line.decode())
    except UnicodeDecodeError:
        return False


def find_file(folders: Sequence[Path], name: str) -> Path:
    """Return the path of the file ``name`` in the first of ``folders`` that has it; StopIteration if none does."""
    return next(folder / name for folder in folders if (folder / name).is_file())


def find_assets(folders: Sequence[Path]) -> dict[str, Path]:
    """Return name → path of every file in ``assets`` of ``folders`` that pages can load."""
    found = {}
    for folder in reversed(folders):
        for path in sorted((folder / "assets").glob("*")):
            if path.suffix in ASSETS and path.is_file():
                found[path.name] = path
    return found
