"""A run that is killed, or that fails, at any step of publishing: what readers get, and what the next run does."""

import errno
import itertools
import os
import re
import shutil
import signal
import sys
import warnings
from pathlib import Path

import pytest

from apivideo_geo.errors import DiskFailed
from apivideo_geo.publish import publish, repair
from apivideo_geo.swap import STAGE
from tests.test_publish import ONE, TWO, content_of, make_site, with_assets

STEPS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "open")
"""What a process does to files, as Python reports it to audit hooks."""
BEFORE = make_site("zero", "ITA")
OLD, NEW = with_assets(ONE, BEFORE), with_assets(TWO, ONE)


@pytest.fixture
def site(tmp_path):
    """A site with the assets of an earlier build."""
    folder = tmp_path / "site"
    publish(BEFORE, folder)
    publish(ONE, folder)
    assert content_of(folder) == OLD
    return folder


UNREACHED, SURVIVED = 0, 20
"""Exit codes: the work ended before that step; it went on after it."""


def at_step(number, act, work):
    """Do ``work`` in a process of its own, and ``act`` before its step ``number``; return its exit code, or -signal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about threads, of which the child uses none
        child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    steps = itertools.count()
    acted = []

    def watch(event, arguments):
        changes = event != "open" or (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if event in STEPS and changes and next(steps) == number:
            acted.append(event)
            act()

    sys.addaudithook(watch)
    code = 1
    try:
        work()
        code = SURVIVED if acted else UNREACHED
    except DiskFailed:
        code = DiskFailed.exit_code
    finally:
        os._exit(code)


def every_step(site, act, work):
    """Do ``work`` once for each of its steps, each time from the same ``site``; yield the number and the exit code."""
    saved = site.with_name(f"saved-{len(list(site.parent.iterdir()))}")
    shutil.copytree(site, saved)
    for number in range(200):
        code = at_step(number, act, work)
        if code == UNREACHED:
            assert number > 3
            return
        yield number, code
        shutil.rmtree(site)
        shutil.copytree(saved, site)
    pytest.fail("the work does not end")


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def check_pages(folder):
    """Every page that is there loads only assets that are there, of its own version."""
    for page in folder.rglob("*.html"):
        if STAGE not in page.parts:
            style, text = re.fullmatch(r'<link rel="stylesheet" href="(.*)">(.*)', page.read_text()).groups()
            assert (folder / style).read_text() == text


def test_a_run_killed_at_any_step_is_completed_or_undone_by_the_next_command(site):
    outcomes = []
    for number, code in every_step(site, kill, lambda: publish(TWO, site)):
        assert code == -signal.SIGKILL, number
        check_pages(site)
        repair(site)
        (site / f"{STAGE}.lock").unlink(missing_ok=True)
        assert content_of(site) in (OLD, NEW), number
        outcomes.append(content_of(site) == NEW)
        publish(TWO, site)
        assert content_of(site) == NEW, number
    assert set(outcomes) == {False, True}
    assert outcomes == sorted(outcomes)


def test_a_repair_that_is_killed_is_repaired_by_the_next_command(site):
    for _, code in every_step(site, kill, lambda: publish(TWO, site)):
        assert code == -signal.SIGKILL
        if (site / "country/BEL.html").exists():
            break
    assert content_of(site) != NEW
    for number, code in every_step(site, kill, lambda: repair(site)):
        assert code == -signal.SIGKILL, number
        check_pages(site)
        repair(site)
        (site / f"{STAGE}.lock").unlink(missing_ok=True)
        assert content_of(site) == NEW, number


def fail():
    raise OSError(errno.ENOSPC, "No space left on device")


def refuse_links(*_, **__):
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("has_hard_links", [True, False])
def test_an_error_at_any_step_leaves_the_old_site_or_the_new_one_complete(site, monkeypatch, has_hard_links):
    if not has_hard_links:
        monkeypatch.setattr(os, "link", refuse_links)
    outcomes = set()
    for number, code in every_step(site, fail, lambda: publish(TWO, site)):
        check_pages(site)
        repair(site)
        left = content_of(site)
        left.pop(f"{STAGE}.lock", None)
        assert left in (OLD, NEW), number
        outcomes.add((code, left == NEW))
    assert {(DiskFailed.exit_code, False), (SURVIVED, True)} <= outcomes
    assert (SURVIVED, False) not in outcomes


def test_one_folder_that_stays_closed_leaves_the_old_site_complete_and_is_named(site, monkeypatch):
    def unless_closed(real):
        def change(path, *target, **options):
            if (site / "country") in Path(*target or [path]).parents:
                raise PermissionError(errno.EACCES, "Permission denied", str(path), None, *map(str, target))
            return real(path, *target, **options)

        return change

    for name in ("replace", "unlink"):
        monkeypatch.setattr(Path, name, unless_closed(getattr(Path, name)))
    with pytest.raises(DiskFailed, match=r"Cannot write .*/site/country"):
        publish(TWO, site)
    assert content_of(site) == OLD


def test_a_run_that_is_killed_while_it_undoes_a_failed_swap_is_undone_by_the_next_command(site, monkeypatch):
    real = Path.replace

    def fail_at_the_end(path, target):
        if target == site / "index.html" and "new" in path.parts:
            fail()
        return real(path, target)

    def publish_in_vain():
        monkeypatch.setattr(Path, "replace", fail_at_the_end)
        publish(TWO, site)

    for number, code in every_step(site, kill, publish_in_vain):
        assert code in (-signal.SIGKILL, DiskFailed.exit_code), number
        check_pages(site)
        repair(site)
        (site / f"{STAGE}.lock").unlink(missing_ok=True)
        assert content_of(site) in (OLD, NEW), number
        if code == DiskFailed.exit_code:
            assert content_of(site) == OLD
            return


def test_a_first_build_that_is_killed_does_not_turn_its_folder_into_that_of_somebody_else(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    for number, code in every_step(folder, kill, lambda: publish(ONE, folder)):
        assert code == -signal.SIGKILL
        publish(TWO, folder)
        assert content_of(folder) in (TWO, NEW, with_assets(TWO, ONE)), number
