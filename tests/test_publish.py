import pytest

from apivideo_geo.errors import DataRefused, DiskFailed, UsageError
from apivideo_geo.publish import publish, repair

OLD = {
    "index.html": b"old",
    "manifest.json": b'{"files": {"index.html": "", "country/FRA.html": ""}}',
    "country/FRA.html": b"old",
}
NEW = {"index.html": b"new", "manifest.json": b'{"files": {"index.html": ""}}'}


def content(folder):
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_site_takes_the_place_of_the_one_before_whole(tmp_path):
    publish(OLD, tmp_path / "site")
    publish(NEW, tmp_path / "site")
    assert content(tmp_path) == {f"site/{name}": text for name, text in NEW.items()}


def test_files_of_git_stay(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/.gitignore").write_text("*")
    publish(NEW, tmp_path / "site")
    publish(NEW, tmp_path / "site")
    assert (tmp_path / "site/.gitignore").read_text() == "*"


def test_a_folder_of_somebody_elses_is_not_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="this program did not make"):
        publish(NEW, tmp_path)
    assert content(tmp_path) == {"thesis.txt": b"years of work"}


def test_a_file_and_a_repository_are_not_replaced(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "repository/.git").mkdir(parents=True)
    with pytest.raises(UsageError, match="is a file"):
        publish(NEW, tmp_path / "file")
    with pytest.raises(UsageError, match="git repository"):
        publish(NEW, tmp_path / "repository")


@pytest.mark.parametrize("cut_after", ["staging", "moving the old away", "moving the new in"])
def test_a_swap_cut_short_is_repaired_by_the_next_run(tmp_path, cut_after):
    site, staged, old = tmp_path / "site", tmp_path / ".site.new", tmp_path / ".site.old"
    publish(OLD, site)
    publish(NEW, tmp_path / "other")
    (tmp_path / "other").rename(staged)
    if cut_after != "staging":
        site.rename(old)
    if cut_after == "moving the new in":
        staged.rename(site)
    publish({**NEW, "index.html": b"newer"}, site)
    assert content(tmp_path) == {
        "site/index.html": b"newer",
        "site/manifest.json": NEW["manifest.json"],
    }


def test_what_cannot_be_written_leaves_the_site_before_whole(tmp_path):
    publish(OLD, tmp_path / "site")
    with pytest.raises(DiskFailed, match="Cannot write"):
        publish({**NEW, "index.html/impossible": b""}, tmp_path / "site")
    assert content(tmp_path) == {f"site/{name}": text for name, text in OLD.items()}


def test_a_site_that_a_killed_run_left_beside_its_place_is_back_before_anything_else_can_fail(tmp_path):
    publish(OLD, tmp_path / "site")
    (tmp_path / "site").rename(tmp_path / ".site.old")
    publish(NEW, tmp_path / "other")
    (tmp_path / "other").rename(tmp_path / ".site.new")
    repair(tmp_path / "site")
    assert content(tmp_path) == {f"site/{name}": text for name, text in OLD.items()}


def test_a_second_run_at_the_same_time_is_told_so_and_disturbs_nothing(tmp_path):
    class Slow(dict):
        def items(self):
            yield from list(super().items())[:1]
            with pytest.raises(DataRefused, match="Another run is writing the site"):
                publish(OLD, tmp_path / "site")
            yield from list(super().items())[1:]

    publish(Slow(NEW), tmp_path / "site")
    assert content(tmp_path) == {f"site/{name}": text for name, text in NEW.items()}
