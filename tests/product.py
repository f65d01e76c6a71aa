"""The product as a user runs it: ``python build.py …`` in a folder of its own."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = [os.environ["PRODUCT"]] if os.environ.get("PRODUCT") else [sys.executable, str(ROOT / "build.py")]
"""What is tested: the checkout, or with PRODUCT (`make test-wheel`) the command of an installed wheel."""


class Product:
    """A folder to run in. ``run`` gives the finished process; ``said`` collects all it ever printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = ""

    def environment(self, api=None, now=None, **more):
        told = {name: value for name, value in os.environ.items() if not name.startswith(("APIVIDEO", "GITHUB_"))}
        if api:
            told |= {"APIVIDEO_API_KEY": api.api_key, "APIVIDEO_BASE_URL": api.url}
        if now:
            told["SOURCE_DATE_EPOCH"] = str(int(now.timestamp()))
        return told | more

    def run(self, *arguments, api=None, now=None, code=0, **more):
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(api, now, **more),
            capture_output=True,
            text=True,
            timeout=900,
        )
        self.said += done.stdout + done.stderr
        assert done.returncode == code, f"exit {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def choro(self, site="site"):
        with (self.folder / site / "data/choro.csv").open(newline="") as file:
            assert file.readline() == "ISO_A3,Count\n"
            return Counter({code: int(count) for code, count in csv.reader(file)})

    def summary(self, site="site"):
        return json.loads((self.folder / site / "data/summary.json").read_text())

    def files(self, *under):
        """Path → content of every file below ``under`` (default: everything)."""
        folders = [self.folder / name for name in under] or [self.folder]
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
