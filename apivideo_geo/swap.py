"""Swap the files of the site: put the new ones in place and remove the old ones, completely or not at all.

The stage is a hidden folder inside the site's folder, with the ``new`` files, links to the ``old`` ones, and a
journal. Once the journal is written, the swap is completed: by this run, or by the next one if this one is killed. If
that fails, the old files are put back.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from apivideo_geo.durable import save_bytes

STAGE = ".apivideo-geo"
"""The stage, inside the site's folder; it exists only during a run."""
JOURNAL = f"{STAGE}/journal.json"
UNDO = f"{STAGE}/undo.json"
"""The journal after the swap has failed: what it lists is undone."""


@dataclass(frozen=True)
class Plan:
    """What the journal records: names of files to ``put`` in place, in this order, and then to ``remove``.

    ``added``: those of ``put`` that were not there before.
    """

    put: Sequence[str] = ()
    remove: Sequence[str] = ()
    added: Sequence[str] = ()


def write_journal(out: Path, plan: Plan) -> None:
    """Keep the files that ``plan`` replaces or removes, then record the plan. Raises :class:`OSError`."""
    added = [name for name in plan.put if not os.path.lexists(out / name)]
    for name in {*plan.put, *plan.remove} - {*added}:
        _keep(out / name, out / STAGE / "old" / name)
    save_bytes(out / JOURNAL, json.dumps(asdict(replace(plan, added=added))).encode())


def settle(out: Path) -> None:
    """Do what the journal in ``out`` says, then remove the stage.

    Without a journal nothing was put in place yet, and only the stage is removed. Raises :class:`OSError` if the swap
    failed; the files from before are then in place again.
    """
    if (out / UNDO).exists():
        _restore(out, _load_plan(out / UNDO))
    else:
        plan = _load_plan(out / JOURNAL)
        try:
            _swap(out, plan)
        except OSError:
            (out / JOURNAL).replace(out / UNDO)
            _restore(out, plan)
            _remove_stage(out)
            raise
    _remove_stage(out)


def is_inside(name: str) -> bool:
    """Return whether ``name`` is the path of a file inside a site, so that a list of names cannot point elsewhere."""
    return not name.startswith("/") and not {"..", ""} & {*name.split("/")}


def _load_plan(journal: Path) -> Plan:
    """Return the plan in the file ``journal``; an empty one if it is none."""
    try:
        plan = Plan(**json.loads(journal.read_bytes() if journal.is_file() else b""))
        return plan if all(map(is_inside, (*plan.put, *plan.remove))) else Plan()
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return Plan()


def _remove_stage(out: Path) -> None:
    for journal in (JOURNAL, UNDO):
        (out / journal).unlink(missing_ok=True)  # first: without the files on the stage it would be wrong
    shutil.rmtree(out / STAGE, ignore_errors=True)


def _swap(out: Path, plan: Plan) -> None:
    """Put the new files in place, in order; those that are no longer on the stage are there already."""
    for name in plan.put:
        if (staged := out / STAGE / "new" / name).is_file():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            staged.replace(out / name)
    for name in plan.remove:
        _remove(out, name)


def _restore(out: Path, plan: Plan) -> None:
    """Put the previous files back, in the opposite order; files that were not swapped yet are not touched."""
    put = [name for name in plan.put if not (out / STAGE / "new" / name).exists()]
    removed = [name for name in plan.remove if not os.path.lexists(out / name)]
    for name in reversed((*put, *removed)):
        if name in plan.added:
            _remove(out, name)
        elif os.path.lexists(kept := out / STAGE / "old" / name):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            kept.replace(out / name)


def _remove(out: Path, name: str) -> None:
    """Remove a file of the site, and the folders that are empty without it."""
    (out / name).unlink(missing_ok=True)
    for folder in (out / name).parents[: name.count("/")]:
        with suppress(OSError):
            folder.rmdir()


def _keep(path: Path, kept: Path) -> None:
    """Keep ``path`` as ``kept`` too: the same file where the disk supports hard links, else a copy."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, kept, follow_symlinks=False)
