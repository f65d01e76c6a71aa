"""Where the templates are: beside ``build.py`` in a checkout, inside the package once installed."""

from __future__ import annotations

from pathlib import Path


def find_templates() -> Path:
    """The folder ``templates``."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"
