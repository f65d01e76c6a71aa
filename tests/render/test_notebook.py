"""``notebook.html``: Observable's own tool builds it, and what it builds draws the map."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.browser import OpenPage, serve
from tests.needs import lacking
from tests.render.samples import watched, whole_site, write

TOOL = Path(__file__).parents[2] / "tools" / "notebook"
COLOURS = ["#dbe9f6", "#b3d0ea", "#7fb0d9", "#4a8bc2", "#22649f", "#0b3c6f"]


@pytest.fixture(scope="module")
def kit() -> Path:
    """Observable's Notebook Kit, installed once. Without npm the test is skipped, in CI it fails."""
    npm = shutil.which("npm")
    if not npm:
        lacking("No npm found: install Node.js 20 or newer to build the notebook.")
    command = TOOL / "node_modules" / ".bin" / "notebooks"
    if not command.exists():
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=TOOL, check=True, capture_output=True)
    return command


@pytest.fixture(scope="module")
def built(kit, tmp_path_factory) -> Path:
    """The notebook of a site, built where the site is."""
    site = write(whole_site(watched()), tmp_path_factory.mktemp("notebook"))
    (site / "node_modules").symlink_to(TOOL / "node_modules")  # the tool looks for its fonts beside the notebook
    done = subprocess.run(
        [kit, "build", "--root", str(site), "--out", "built", "notebook.html"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "rror" not in done.stdout + done.stderr
    return site / "built"


def test_the_built_notebook_draws_every_country_in_the_colour_of_its_quantile(open_page: OpenPage, built):
    with serve(built) as address:
        page = open_page(f"{address}/notebook.html").page
        page.wait_for_selector("svg path[data-code=FRA]")
        fills = dict(
            page.evaluate(
                "[...document.querySelectorAll('svg [data-code]')].map(p => [p.dataset.code, p.getAttribute('fill')])"
            )
        )
        assert page.locator(".observablehq--error").count() == 0
        expected = {country.iso_a3: country.count for country in watched().countries}
        cuts = np.quantile(list(expected.values()), [n / 6 for n in range(1, 6)])
        for code, count in expected.items():
            assert fills[code] == COLOURS[int(np.searchsorted(cuts, count, side="right"))], code
        assert len(fills) >= 200
        assert page.locator("svg circle").count() > 0
        page.close()


def test_the_notebook_is_in_no_pages_navigation():
    site = whole_site(watched())
    assert not [name for name, content in site.items() if name.endswith(".html") and b'href="notebook.html"' in content]
