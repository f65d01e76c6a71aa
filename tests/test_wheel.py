import subprocess
import sys
import zipfile
from datetime import UTC, datetime

from tests.product import ROOT, Product


def test_the_wheel_carries_templates_and_data_and_runs_outside_a_checkout(tmp_path):
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert not [name for name in archive.namelist() if name.startswith(("tests/", "site/", "history"))]
        archive.extractall(tmp_path / "installed")
    product = Product(tmp_path, process=True)
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    command = [sys.executable, "-P", "-c", "from apivideo_geo.cli import main; main()", "demo", "--since", "2026-11-08"]
    environment = product.environment(now=now, PYTHONPATH=str(tmp_path / "installed"))
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert product.summary()["total"] > 5_000
    assert "Demo data" in (tmp_path / "site/index.html").read_text(encoding="utf-8")
