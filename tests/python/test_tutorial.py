"""The tutorial's notebook runs from top to bottom on the demo, as a reader runs it."""

import json
import os
from pathlib import Path

import nbclient
import nbformat
import pytest

from tests.product import ROOT

NOTEBOOK = ROOT / "docs/tutorial.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    finally:
        os.environ.pop("PYTHONPATH") if before is None else os.environ.__setitem__("PYTHONPATH", before)
    return notebook, folder


def outputs(notebook, kind):
    return [
        output["data"][kind]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if kind in output.get("data", {})
    ]


def test_every_cell_runs_and_the_maps_are_shown(executed):
    notebook, folder = executed
    maps = [html for html in outputs(notebook, "text/html") if "<iframe" in html]
    assert len(maps) == 3
    assert (folder / "map.html").is_file()
    assert Path(folder / "choro.csv").read_text().startswith("ISO_A3,Count\nFRA,")


def test_the_notebook_in_the_repository_shows_its_results(executed):
    stored = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code)
    pictures = [out for cell in code for out in cell["outputs"] if "image/svg+xml" in out.get("data", {})]
    assert len(pictures) == 1
    assert NOTEBOOK.stat().st_size < 1_500_000
