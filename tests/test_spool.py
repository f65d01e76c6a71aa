"""Sites that do not fit in memory."""

import resource
import tracemalloc

import pytest

from apivideo_geo.checks import check_site
from apivideo_geo.durable import temporary_folder
from apivideo_geo.errors import DiskFailed
from apivideo_geo.exports.manifest import render_manifest
from apivideo_geo.publish import publish
from apivideo_geo.spool import SpooledFiles
from tests.render.samples import empty, whole_site

LARGE = 1_000_000


@pytest.mark.parametrize("limit", [10_000_000, 10, 1], ids=["in memory", "moved to disk", "on disk"])
def test_files_are_as_they_were_added_in_memory_and_on_disk(limit):
    files = SpooledFiles(limit)
    files.update({"b.html": b"second", "a.html": b"", "c.html": b"x" * 100_000})
    files["b.html"] = b"replaced"
    del files["a.html"]
    assert files == {"b.html": b"replaced", "c.html": b"x" * 100_000}
    assert [*files] == ["b.html", "c.html"]
    assert "a.html" not in files


def test_a_site_on_disk_leaves_no_file_behind():
    before = {*temporary_folder().iterdir()}
    files = SpooledFiles(1)
    files["index.html"] = b"a page"
    assert {*temporary_folder().iterdir()} == before


def test_a_large_site_is_checked_and_published_one_file_at_a_time(tmp_path):
    site = SpooledFiles(LARGE)
    site.update(whole_site(empty()))
    before = sum(map(len, site.values()))
    for number in range(40):
        site[f"country/{number}.html"] = bytes([65 + number]) * LARGE
    tracemalloc.start()
    try:
        problems = check_site(site, empty(), {"a secret title"})
        site["manifest.json"] = render_manifest(empty(), site)
        publish(site, tmp_path / "site")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert problems == []
    assert peak < 30 * LARGE + before
    assert (tmp_path / "site/country/39.html").read_bytes() == b"h" * LARGE


def test_a_full_disk_is_one_sentence_that_names_the_folder():
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    files = SpooledFiles(1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(DiskFailed, match=f"^Cannot write {temporary_folder()}: File too large; free space"):
            files["index.html"] = b"x" * 100_000
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
