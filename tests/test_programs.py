"""A program that we start ends with all that it started, and its lock files are gone."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from apivideo_geo.programs import run_program

PARENT = """
import signal, subprocess, sys, time
from pathlib import Path
lock = Path("lock")
lock.touch()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
Path("child").write_text(str(child.pid))
def leave(*_):
    lock.unlink()
    sys.exit(1)
signal.signal(signal.SIGTERM, leave)
time.sleep(600)
"""


def test_a_program_that_does_not_end_is_ended_with_its_children_and_may_clean_up(tmp_path):
    with pytest.raises(subprocess.TimeoutExpired):
        run_program([sys.executable, "-c", PARENT], seconds=0.7, environment={}, folder=tmp_path)
    assert ends(int((tmp_path / "child").read_text()))
    assert not (tmp_path / "lock").exists()


def ends(process: int) -> bool:
    """Whether a process is gone in 10 seconds: one that was killed needs a moment to end."""
    state = Path(f"/proc/{process}/stat")
    for _ in range(100):
        if not state.exists() or state.read_text().split()[2] == "Z":
            return True
        time.sleep(0.1)
    return False


def test_what_a_program_prints_and_its_exit_code_are_returned(tmp_path):
    code = "import os, sys; print(os.environ['NAME'], os.getcwd()); print('no', file=sys.stderr); sys.exit(3)"
    done = run_program([sys.executable, "-c", code], seconds=60, environment={"NAME": "value"}, folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (3, f"value {tmp_path}\n", "no\n")
