"""Load the scripts and styles of the pages, and Leaflet from its package, and give them hashed names."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from apivideo_geo.errors import DataRefused
from apivideo_geo.render.theme.templates import find_assets, find_file

LEAFLET = {
    "leaflet.js": "20nQCchB9co0qIjJZRGuk2/Z9VM+kNiyxNV1lvTlZBo=",
    "leaflet.css": "p4NxAoJBhIIN+hmNHrzRCf9tD/miZyoHS5obTRR9BMY=",
}
"""Leaflet 1.9.4's files and their SHA-256 as published with the release (leafletjs.com/download)."""

START, GROUPS, FOLD = "start.js", "groups.js", "fold.js"
METRICS = "metrics.js"
"""The script for other metrics than the first; loaded when a reader chooses one."""
DETAIL = "detail.js"
"""The script of the period on the pages of countries, groups and videos; loaded when a reader chooses one."""
PICTURE = "picture.js"
"""The script that draws pictures; loaded when a reader wants one."""
NOTES = "notes.js"
"""The script of the notes and publications under a curve."""
TITLES = "titles.js"
"""The titles and pages of all videos; loaded when a reader chooses a period on the page of a country."""
RANKS = "ranks.js"
"""The counts of all videos by month; loaded when a reader chooses a period on the page of a video."""
EVENTS = "events.js"
"""The list of all notes and publications; loaded when a reader points at a curve or opens the list."""
SEARCH = "search.js"
"""The script of the search, without its index; loaded when a reader opens it."""
PICK = "pick.js"
"""The script of the boxes with which rows of a table are chosen; loaded when a reader wants to compare some."""
CURVE = "curve.js"
"""The script of the curve of another metric or of a group; loaded when a reader chooses one."""
_MAP = (START, "words.js", "formats.js", "classes.js", "compare.js", "figures.js", GROUPS, "periods.js", "state.js",
        "legend.js")  # fmt: skip
PARTS: Mapping[str, Sequence[str]] = {
    "page.js": (
        *_MAP, FOLD, "table.js", "card.js", "keys.js", "map.js", "place.js", "fullscreen.js", "brush.js", "timeline.js",
        "against.js", "prose.js", "summary.js", "save.js", "cities.js", "page.js",
    ),
    "embed.js": (*_MAP, "map.js", "embed.js"),
    "city-map.js": (START, "words.js", "map.js", "city-map.js"),
    "compare-page.js": (
        START, "words.js", "formats.js", "compare.js", "figures.js", "periods.js", "against.js", "by-video.js",
        "lines.js", FOLD, "combo.js", "compare-page.js",
    ),
    "small-maps.js": (START, "words.js", "formats.js", "classes.js", FOLD, "combo.js", "small-maps.js"),
    DETAIL: (
        START, "words.js", "formats.js", "classes.js", "compare.js", "figures.js", "periods.js", "against.js",
        "by-video.js", "line.js", "breakdowns.js", "prose.js", "detail.js",
    ),
    METRICS: ("ratios.js", "labels.js", "funnel.js"),
    CURVE: ("line.js", "curve.js"),
    **{name: (FOLD, name) for name in (SEARCH, "list.js")},
    **{name: (name,) for name in ("head.js", "early.js", PICTURE, NOTES, PICK, "copy.js")},
}  # fmt: skip
"""A script that a page loads → the files that it is made of, in the order of their dependencies."""


WITH_NAMES = (
    "country-", "video-", "collection-", "weeks.", "weeks-", "ranks.", "titles.", "events.", "places.",
)  # fmt: skip
"""What the names of assets begin with that have titles or cities in them. They are removed with the build they belong
to, because in the next one a video may be private; other assets stay for pages that a browser still has."""


def load_leaflet() -> dict[str, bytes]:
    """Return Leaflet's script and style by file name, without links to unpublished files (images, source map).

    Raises DataRefused if the installed files are not those of the release.
    """
    folder = files("js_lib_leaflet") / "static" / "js_lib_leaflet"
    texts = {}
    for name, digest in LEAFLET.items():
        content = (folder / name).read_bytes()
        if base64.b64encode(hashlib.sha256(content).digest()).decode() != digest:
            raise DataRefused(
                f"The installed {name} is not Leaflet 1.9.4 as released: "
                "reinstall the package django-js-lib-leaflet (pip install --force-reinstall)."
            )
        texts[name] = content.decode()
    script = re.sub(r"\n//# sourceMappingURL=\S*\s*$", "\n", texts["leaflet.js"])
    style = re.sub(r"[^{};]*:\s*url\([^)]*\)\s*;", "", texts["leaflet.css"])
    return {"leaflet.js": script.encode(), "leaflet.css": style.encode()}


def load_leaflet_images() -> dict[str, bytes]:
    """Return Leaflet's PNG pictures (markers, the layers button) by file name."""
    folder = files("js_lib_leaflet") / "static" / "js_lib_leaflet" / "images"
    return {image.name: image.read_bytes() for image in folder.iterdir() if image.name.endswith(".png")}


def load_own(folders: Sequence[Path], words: Mapping[str, str] = MappingProxyType({})) -> dict[str, bytes]:
    """Return every file of ``assets`` in the template ``folders`` by name; the first folder takes precedence.

    The scripts of a page are joined; those of :func:`load_detail` are not among them. ``words``: name of a script → the
    lines that follow it.
    """
    scripts = {name: _join(folders, parts, words) for name, parts in PARTS.items() if name != DETAIL}
    ours = {part for parts in PARTS.values() for part in parts}
    others = {name: path.read_bytes() for name, path in find_assets(folders).items() if name not in ours}
    return {**others, **scripts}


def load_detail(folders: Sequence[Path], words: Mapping[str, str]) -> bytes:
    """Return the script of the period on pages of countries and videos. ``words``: see :func:`load_own`."""
    return _join(folders, PARTS[DETAIL], words)


def _join(folders: Sequence[Path], parts: Sequence[str], words: Mapping[str, str]) -> bytes:
    texts = {name: _bare(find_file(folders, f"assets/{name}").read_text(encoding="utf-8")) for name in parts}
    return "".join(text + words.get(name, "") for name, text in texts.items()).encode()


@cache
def _bare(script: str) -> str:
    """Return a script without comments, types and indentation; `tools/javascript` checks them in the repository."""
    without = re.sub(r"(?m)^\s*/\*\*(?:(?!\*/).)*\*/\s*$", "", script, flags=re.DOTALL)
    untyped = re.sub(r"/\*\* @type \{.*?\} \*/ ?|(?<=;) // .*", "", without)
    lines = (line.strip() for line in untyped.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def hashed(contents: Mapping[str, bytes]) -> dict[str, str]:
    """Return name → ``assets/<stem>.<hash><suffix>``, a new path whenever the content changes."""
    return {name: _hashed_path(Path(name), content) for name, content in contents.items()}


def has_own_hash(path: Path) -> bool:
    """Return whether the name of the file ``path`` contains the hash of its content, as those in ``assets/`` do."""
    stem, _, digest = path.stem.rpartition(".")
    return bool(stem) and path.is_file() and digest == _hash(path.read_bytes())


def _hashed_path(name: Path, content: bytes) -> str:
    return f"assets/{name.stem}.{_hash(content)}{name.suffix}"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]
