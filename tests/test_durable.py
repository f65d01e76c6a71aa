"""Temporary folders: none outlives the runs."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

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
