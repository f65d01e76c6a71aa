"""Put the site in place, file by file. Its folder is never replaced: it may be a link, or mounted in a container.

Only the files that changed are written: assets first, then data, then pages, so that a reader never gets a page whose
assets are missing. Then the files that are no longer part of the site are removed; the assets of the previous build
stay until the next one, for readers who have just opened its pages. Files of somebody else are never touched.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from apivideo_geo.durable import alone, check_folder, disk_failed
from apivideo_geo.errors import UsageError
from apivideo_geo.owner_files import check_regular
from apivideo_geo.render.theme.assets import WITH_NAMES, has_own_hash
from apivideo_geo.swap import STAGE, Plan, is_inside, settle, write_journal

MANIFEST = "manifest.json"
"""Marks a folder as this program's, and lists the files that it wrote there."""
GENERATOR = "apivideo-geo "
"""Beginning of the manifest's ``generator``; every web app may have a file called ``manifest.json``."""
LOCK = f"{STAGE}.lock"
NOT_CONTENT = ("CNAME", "lost+found", "Thumbs.db", "desktop.ini")
"""Names that may be in a folder for the site although this program did not write them, in addition to hidden files."""
ASSETS = "assets/"


def publish(site: Mapping[str, bytes], out: Path) -> list[str]:
    """Write ``site`` (path → content) to the folder ``out``, and remove what was part of the site before.

    Equal files are not touched, and neither are files that somebody else put there or changed; the names of those that
    stand in the way of a file of the site are returned. Raises :class:`UsageError` if ``out`` has the files of somebody
    else, or if pages or data were changed, :class:`DataRefused` if another run is writing the site, :class:`DiskFailed`
    if it cannot be written; the previous site, or rarely the new one, is then complete.
    """
    out = resolve(out)
    check_replaceable(out)
    with _locked(out):
        try:
            settle(out)
            check_replaceable(out)
            plan, left = _stage(site, out)
            write_journal(out, plan)
            settle(out)
        finally:
            with suppress(OSError):
                settle(out)  # complete a swap that was interrupted
    return left


def repair(out: Path) -> None:
    """Complete the swap of a run that was killed, or remove what it left. Raises as :func:`publish` does."""
    out = resolve(out)
    if not (out / STAGE).exists():
        return
    with _locked(out):
        settle(out)


def shows_an_account(out: Path) -> bool:
    """Return whether the site in ``out`` shows the data of an account, not the demo."""
    return _load_manifest(out).get("demo") is False


def check_replaceable(out: Path) -> None:
    """Raise :class:`UsageError` if ``out`` cannot be the site's folder: it is a file, or has files of somebody else."""
    out = resolve(out)
    check_folder(out, "the site", "--out")
    if not out.exists():
        return
    names = {path.name for path in out.iterdir() if not path.name.startswith(".")} - {*NOT_CONTENT}
    if names and not _load_manifest(out) and not (out / STAGE).is_dir():
        raise UsageError(
            f"{out} contains files that this program did not make ({min(names)}, for example); "
            "name another folder with --out, or empty it."
        )


def resolve(out: Path) -> Path:
    """Return the folder that ``out`` means: absolute, and where it is a link, the folder that the link leads to."""
    return Path(os.path.realpath(out))


def _load_manifest(out: Path) -> dict[str, Any]:
    """Return the manifest in ``out`` if this program wrote it, else an empty dictionary."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        check_regular(out / MANIFEST)
        manifest: dict[str, Any] = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        if manifest["generator"].startswith(GENERATOR) and all(map(is_inside, manifest["files"].keys())):
            return manifest
    return {}


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Create the folder ``out`` if it is missing, and lock it within the block.

    Files that are created in the block can be read by a web server (0644, folders 0755), whatever the umask.
    """
    mask = os.umask(0)
    os.umask(mask & 0o022)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with alone(out / LOCK, "the site", out):
            try:
                yield
            finally:
                with suppress(OSError):  # removed before it is released, so that only a locked file is ever removed
                    (out / LOCK).unlink(missing_ok=True)
    except OSError as error:
        raise disk_failed(_failed_place(out, error), error) from None
    finally:
        os.umask(mask)


def _stage(site: Mapping[str, bytes], out: Path) -> tuple[Plan, list[str]]:
    """Write the changed files of ``site`` to the stage.

    Returns the plan of the swap, and the names that stay as they are because somebody else wrote these files.
    """
    listed = _load_manifest(out).get("files", {})
    (out / STAGE).mkdir(mode=0o700)
    put, left = [], []
    for name, content in site.items():
        path = out / name
        if _is_equal(path, content):
            _make_readable(path, 0o644)
        elif not name.startswith((MANIFEST, ASSETS)) and _is_foreign(path, listed.get(name)):
            _refuse_if_needed(path, name)
            left.append(name)
        else:
            _check_folders(out, path)
            _write(out / STAGE / "new" / name, content, durably=name == MANIFEST)
            put.append(name)
    remove = sorted(_find_outdated(out, listed, site.keys())) if put else []  # equal sites: not another build
    return Plan(sorted(put, key=_turn), remove), left


def _is_equal(path: Path, content: bytes) -> bool:
    """Return whether ``path`` has ``content``; a file that is only there to exist may have any."""
    if not path.is_file() or path.is_symlink():
        return False
    return not content or (path.stat().st_size == len(content) and path.read_bytes() == content)


def _is_foreign(path: Path, digest: str | None) -> bool:
    """Return whether somebody else wrote ``path``: it is not the file with the SHA-256 ``digest`` in the manifest.

    An empty file is not: it is what a power cut may leave.
    """
    if not os.path.lexists(path):
        return False
    if path.is_symlink() or not path.is_file():
        return True
    content = path.read_bytes()
    return bool(content) and sha256(content).hexdigest() != digest


def _refuse_if_needed(path: Path, name: str) -> None:
    """Raise :class:`UsageError` if the site would not fit together without its own file ``name``."""
    if name.startswith("data/") or (name.endswith(".html") and name != "404.html"):
        raise UsageError(
            f"The site was not published: {path} is not as this program wrote it. Move it away, or empty the folder; "
            "to change pages, use templates of your own or change a copy of the site."
        )


def _make_readable(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode | bits != mode:
        with suppress(PermissionError):  # it belongs to another user
            path.chmod(stat.S_IMODE(mode | bits))


def _check_folders(out: Path, path: Path) -> None:
    """Make the folders between ``out`` and ``path`` readable. Raises :class:`UsageError` if one is a link or a file."""
    for folder in path.parents[: len(path.relative_to(out).parts) - 1]:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise UsageError(f"{folder} is a link or a file, but the site needs a folder of that name; move it away.")
        if folder.exists():
            _make_readable(folder, 0o755)


def _write(path: Path, content: bytes, *, durably: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        if durably:  # without a complete manifest, the folder would be refused after a power cut
            file.flush()
            os.fsync(file.fileno())


def _find_outdated(out: Path, listed: Mapping[str, str], site: Collection[str]) -> Iterator[str]:
    """Yield the files in ``out`` that an earlier build wrote, that are not in ``site``, and that may be deleted.

    ``listed``: file → checksum, as the manifest of the previous build has it. Assets of the previous build stay for one
    build more, for readers who have an old page open; but those with titles or cities in them are deleted at once.
    """
    for name, digest in listed.items():
        stays = name.startswith(ASSETS) and has_own_hash(out / name) and not Path(name).name.startswith(WITH_NAMES)
        if name not in site and not stays and (out / name).is_file() and not _is_foreign(out / name, digest):
            yield name
    for path in (out / ASSETS).glob("*"):
        name = f"{ASSETS}{path.name}"
        if name not in site and name not in listed and has_own_hash(path):
            yield name


def _failed_place(out: Path, error: OSError) -> Path:
    """Return the file or folder that ``error`` is about, or its next parent that exists; ``out`` for the stage."""
    place = Path(error.filename2 or error.filename or out)
    if place.is_relative_to(out / STAGE):
        return out
    return next((one for one in (place, *place.parents) if one.exists()), out)


def _turn(name: str) -> tuple[int, str]:
    """Return the sort key by which a page comes after the assets, data and other pages that it refers to."""
    if name.startswith(ASSETS):
        return 0, name
    if not name.endswith(".html"):
        return 1, name
    return (4 if name == "index.html" else 3 if "/" not in name else 2), name
