"""A real Spark cluster for tests: a master and two executors, each a process of its own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import lacking

SETTINGS = """\
spark.master                     local-cluster[2,1,1024]
spark.driver.host                127.0.0.1
spark.driver.bindAddress         127.0.0.1
spark.ui.enabled                 false
spark.sql.shuffle.partitions     2
spark.executor.memory            512m
spark.network.timeout            600s
"""


def need_java() -> None:
    """Without Java the test is skipped, in CI it fails."""
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{home}/bin" if home else None):
        return
    lacking("No Java found: install Java 17 or newer (Debian, Ubuntu: apt-get install openjdk-17-jre-headless).")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """While it lasts, Spark started here or in a child process is such a cluster. Gives Spark's home."""
    need_java()
    import pyspark

    home = tmp_path_factory.mktemp("spark")
    for entry in Path(pyspark.__file__).parent.iterdir():
        if entry.name != "work":  # where executors write: not into the installed package
            (home / entry.name).symlink_to(entry)
    settings = tmp_path_factory.mktemp("settings")
    (settings / "spark-defaults.conf").write_text(SETTINGS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(home))
        patch.setenv("SPARK_CONF_DIR", str(settings))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.delenv("PYSPARK_SUBMIT_ARGS", raising=False)
        yield home
