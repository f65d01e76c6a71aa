"""Run docs/tutorial.ipynb and store its results, so that GitHub shows them. ``make docs``.

The live maps are left out of the stored file: they are large, and GitHub does not show them. The notebook has the same
map as a picture.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbclient
import nbformat

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs/tutorial.ipynb"
MAX_HTML = 100_000
"""Results in HTML above this number of characters are live maps."""


def run_tutorial() -> nbformat.NotebookNode:
    """Return the notebook with the results of a run in a temporary folder, without live maps."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    os.environ["PYTHONPATH"] = str(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}}).execute()
    for cell in notebook.cells:
        cell.metadata = {}
        for output in cell.get("outputs", ()):
            if len(output.get("data", {}).get("text/html", "")) > MAX_HTML:
                del output["data"]["text/html"]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


if __name__ == "__main__":
    nbformat.write(run_tutorial(), NOTEBOOK)
    print(f"{NOTEBOOK.relative_to(ROOT)} written")
