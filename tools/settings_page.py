"""Writes docs/settings.md from the settings model. ``make docs``.

Everything in the table is read from :class:`apivideo_geo.settings.Settings` and the options of the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer.main
from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from apivideo_geo.cli import app
from apivideo_geo.settings import ENVIRONMENT_ONLY, OF_GITHUB, Settings, variable_of

PAGE = Path(__file__).resolve().parents[1] / "docs/settings.md"
HEAD = """# Settings

Everything has a default. A setting is a line like `title = "Acme Academy"` in the file `apivideo-geo.toml` in the
folder you run in (or in the one that `--config` names), or a variable of the environment. Some have an option of the
[command line](commands.md). An option takes precedence over the environment, and the environment over the file. On
GitHub edit the file in the browser and commit: that starts a new run. In the environment an empty variable counts as
not set, and the entries of a list are separated by `;`. A wrong or unknown setting ends the run with exit code 2 and a
sentence that names it.

| setting | default | option | variable | what |
|---|---|---|---|---|
"""
MIDDLE = """
## Only in the environment

A settings file with one of these is refused: keys do not belong in files.

| variable | what |
|---|---|
"""
TAIL = """
GitHub Actions sets these automatically, and the command reads them: {github}.

This page is written by `make docs`.
"""
ONLY_HERE = {
    "api_key": "The API key of api.video, from <https://dashboard.api.video/apikeys>.",
    "source_date_epoch": "Seconds since 1970 that stand for “now”, so that two builds are the same to the byte.",
}
BOUNDS = {Ge: ("at least", "ge"), Gt: ("more than", "gt"), Le: ("at most", "le"), Lt: ("less than", "lt")}


def render_page() -> str:
    """The page, as text."""
    options = _options()
    rows = [
        f"| `{name}` | {_default(field)} | {options.get(name, '')} | `{variable_of(name)}` | {_what(field)} |\n"
        for name, field in Settings.model_fields.items()
        if name not in ENVIRONMENT_ONLY
    ]
    only = [f"| `{variable_of(name)}` | {what} |\n" for name, what in ONLY_HERE.items()]
    github = ", ".join(f"`{variable_of(name)}`" for name in sorted(OF_GITHUB))
    return HEAD + "".join(rows) + MIDDLE + "".join(only) + TAIL.format(github=github)


def _options() -> dict[str, str]:
    """Return setting → its options, over all commands."""
    options = {"verbosity": "`-q`, `-v`, `-vv`"}  # these have no name of a setting
    for command in getattr(typer.main.get_command(app), "commands").values():  # noqa: B009  click's group has them
        for option in command.params:
            options.setdefault(str(option.name), ", ".join(f"`{one}`" for one in option.opts))
    return options


def _default(field: FieldInfo) -> str:
    value: Any = "; ".join(field.default) if isinstance(field.default, tuple) else field.default
    assert value is not PydanticUndefined
    if value in (None, "", ()):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _what(field: FieldInfo) -> str:
    assert field.description
    choices = ", ".join(f"`{choice}`" for choice in _choices(field.annotation))
    parts = [f"One of {choices}" if choices else "", _bounds(field), _length(field)]
    return " ".join([field.description, *(f"{part[0].upper()}{part[1:]}." for part in parts if part)])


def _bounds(field: FieldInfo) -> str:
    return " and ".join(
        f"{words} {getattr(bound, name):g}"
        for bound in field.metadata
        for kind, (words, name) in BOUNDS.items()
        if isinstance(bound, kind)
    )


def _length(field: FieldInfo) -> str:
    longest = [bound.max_length for bound in field.metadata if isinstance(bound, MaxLen)]
    unit = "entries" if isinstance(field.default, tuple | dict) else "characters"
    return f"at most {longest[0]} {unit}" if longest else ""


def _choices(annotation: object) -> list[str]:
    if get_origin(annotation) is Literal:
        return [str(choice) for choice in get_args(annotation)]
    return [choice for part in get_args(annotation) for choice in _choices(part)]


if __name__ == "__main__":
    PAGE.write_text(render_page(), encoding="utf-8")
