"""Temporary folders: none outlives the runs. What stands in the way of a folder or file is named."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from apivideo_geo.durable import check_folder, save_bytes, temporary_folder
from apivideo_geo.errors import DiskFailed, UsageError
from tests.product import ROOT

CALL = "from apivideo_geo.durable import temporary_folder; print(temporary_folder(), flush=True); "


@contextmanager
def started(folder, then):
    """A process that has made its temporary folder in ``folder`` and goes on with ``then``; provides both."""
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CALL + then]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process, Path(process.stdout.readline().strip())


def test_the_temporary_folder_of_a_killed_run_is_removed_by_the_next_and_that_of_a_running_one_is_not(tmp_path):
    (tmp_path / "apivideo-geo-notes").mkdir()
    with started(tmp_path, "input()") as (running, used):
        with started(tmp_path, "import os; os.kill(os.getpid(), 9)") as (killed, left):
            assert killed.wait(timeout=20) == -9
        assert {*tmp_path.iterdir()} == {used, left, tmp_path / "apivideo-geo-notes"}
        with started(tmp_path, "") as (done, own):
            assert done.wait(timeout=20) == 0
        assert own not in (used, left)
        assert {*tmp_path.iterdir()} == {used, tmp_path / "apivideo-geo-notes"}
        running.communicate("\n", timeout=20)
    assert [path.name for path in tmp_path.iterdir()] == ["apivideo-geo-notes"]


def test_a_new_folder_is_not_taken_for_one_left_behind_before_it_is_locked(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    acquire, kept = FileLock.acquire, []

    def wait_for_another_run(lock, *arguments, **options):
        if not kept:
            Path(lock.lock_file).touch()
            kept.append(Path(lock.lock_file).with_name("kept"))
            kept[0].touch()
            with started(tmp_path, "") as (other, _):
                assert other.wait(timeout=20) == 0
        return acquire(lock, *arguments, **options)

    monkeypatch.setattr(FileLock, "acquire", wait_for_another_run)
    used = temporary_folder.__wrapped__()
    assert [*tmp_path.iterdir()] == [used]
    assert kept[0].exists()


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("file", "/file is a file; name a folder for the site with --out."),
        ("file/a/b", "/file is a file; name a folder for the site with --out."),
        ("loop/a", "/loop is a link that leads nowhere, or to itself; name a folder for the site with --out."),
        ("x" * 300, "The path of the site is too long for the disk; choose another with --out."),
        (os.fsdecode(b"\xff"), "The path of the site is not UTF-8 text; choose another with --out."),
    ],
)
def test_a_path_at_which_no_folder_can_be_is_refused_with_the_reason(tmp_path, folder, message):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(UsageError) as error:
        check_folder(tmp_path / folder, "the site", "--out")
    assert str(error.value).removeprefix(str(tmp_path)) == message


def test_a_folder_in_place_of_a_file_is_not_said_to_be_a_lack_of_space(tmp_path):
    with pytest.raises(DiskFailed, match="Is a directory; move what is there away, or choose another name, then run"):
        save_bytes(tmp_path, b"text")
