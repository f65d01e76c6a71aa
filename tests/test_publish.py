"""What publishing does to the folder of the site: replaces what is this program's, and touches nothing else."""

import json
import os
import stat
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from apivideo_geo.errors import DataRefused, DiskFailed, UsageError
from apivideo_geo.publish import publish, repair, shows_an_account
from apivideo_geo.settings import load_settings
from tests.mounts import in_own_mounts
from tests.product import ROOT

GENERATOR = "apivideo-geo 1.0.0"


def asset(stem, text):
    content = text.encode()
    return f"assets/{stem}.{sha256(content).hexdigest()[:10]}.css", content


def make_site(text, country="FRA", generator=GENERATOR, **more):
    """A small site whose pages show ``text`` and load an asset that has it too."""
    style, content = asset("site", text)
    page = f'<link rel="stylesheet" href="{style}">{text}'.encode()
    site = {
        "index.html": page,
        f"country/{country}.html": page,
        style: content,
        "data/choro.csv": text.encode(),
        "robots.txt": b"User-agent: *\n",
        ".nojekyll": b"",
        **{name: value.encode() for name, value in more.items()},
    }
    files = {name: sha256(content).hexdigest() for name, content in site.items()}
    return site | {"manifest.json": json.dumps({"generator": generator, "demo": False, "files": files}).encode()}


def content_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def with_assets(site, *others):
    """``site`` together with the assets of other builds."""
    return {name: text for other in others for name, text in other.items() if name.startswith("assets/")} | site


ONE, TWO, THREE = make_site("one"), make_site("two", "BEL"), make_site("three")


def test_a_rebuild_replaces_the_files_and_keeps_the_assets_of_the_previous_build_only(tmp_path):
    publish(ONE, tmp_path / "site")
    assert content_of(tmp_path / "site") == ONE
    publish(TWO, tmp_path / "site")
    assert content_of(tmp_path / "site") == with_assets(TWO, ONE)
    publish(THREE, tmp_path / "site")
    assert content_of(tmp_path / "site") == with_assets(THREE, TWO)
    assert not (tmp_path / "site/country/BEL.html").exists()


@pytest.mark.parametrize("stem", ["country-FRA", "video-viFilm00", "collection-course", "weeks", "events", "places"])
def test_an_asset_with_titles_or_cities_does_not_outlast_its_build(tmp_path, stem):
    path, content = asset(stem, "A title that is private from now on")
    publish(make_site("one", **{path: content.decode()}), tmp_path / "site")
    assert (tmp_path / "site" / path).exists()
    publish(TWO, tmp_path / "site")
    assert content_of(tmp_path / "site") == with_assets(TWO, ONE)


def test_the_folder_stays_the_same_folder_with_its_mode_and_group(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    if os.geteuid() == 0:
        os.chown(site, 4242, 4343)
    site.chmod(0o2750)
    before = site.stat()
    publish(ONE, site)
    publish(TWO, site)
    after = site.stat()
    assert (after.st_ino, after.st_mode, after.st_uid, after.st_gid) == (
        before.st_ino, before.st_mode, before.st_uid, before.st_gid,
    )  # fmt: skip
    folder, page = (site / "country").stat(), (site / "country/BEL.html").stat()
    assert folder.st_mode & stat.S_ISGID
    assert {folder.st_gid, page.st_gid} == {before.st_gid}


def test_equal_files_keep_their_inode_and_time_so_that_rsync_sees_no_change(tmp_path):
    def look():
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")}

    publish(ONE, tmp_path)
    before = look()
    publish(ONE, tmp_path)
    assert look() == before
    publish(make_site("one", **{"feed.xml": "news"}), tmp_path)
    assert {path.name for path, seen in look().items() if before.get(path) != seen} == {"feed.xml", "manifest.json"}


def test_a_web_server_can_read_every_file_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        publish(ONE, tmp_path / "deep/site")
        (tmp_path / "deep/site/robots.txt").chmod(0o600)
        (tmp_path / "deep/site/country").chmod(0o700)
        publish(TWO | {"country/FRA.html": b"new"}, tmp_path / "deep/site")
        assert os.umask(0o077) == 0o077
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep").rglob("*")}
    assert set(modes.values()) == {0o644, 0o755}
    assert stat.S_IMODE((tmp_path / "deep").stat().st_mode) == 0o755


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "site").symlink_to("disk")
    (tmp_path / "dangling").symlink_to("later/site")
    for name in ("site", "dangling"):
        publish(ONE, tmp_path / name)
        publish(TWO, tmp_path / name)
        assert (tmp_path / name).is_symlink()
    assert content_of(tmp_path / "disk") == content_of(tmp_path / "later/site") == with_assets(TWO, ONE)


CALL = (
    "import pickle, sys; from pathlib import Path; from apivideo_geo.publish import publish; "
    "[publish(site, Path(sys.argv[1])) for site in pickle.loads(bytes.fromhex(sys.argv[2]))]"
)


def call_publish(folder):
    """The command that publishes two builds, one after the other."""
    import pickle

    return [sys.executable, "-c", CALL, str(folder), pickle.dumps([ONE, TWO]).hex()]


@pytest.mark.parametrize("mount", ["mount -t tmpfs tmpfs site", "mount --bind other site"])
def test_a_mount_point_is_published_to(tmp_path, mount):
    for name in ("site", "other"):
        (tmp_path / name).mkdir()
    script = f'{mount} && "$@" && cp -r site/. copy && mountpoint -q site'
    done = in_own_mounts(script, *call_publish("site"), cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    assert content_of(tmp_path / "copy") == with_assets(TWO, ONE)


def test_a_user_who_may_write_only_the_folder_itself_can_publish(tmp_path):
    site = tmp_path / "parent/site"
    site.mkdir(parents=True)
    command = call_publish(site)
    if os.geteuid() == 0:
        os.chown(site, 65534, 65534)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
        for folder in tmp_path.parents[:3]:
            folder.chmod(folder.stat().st_mode | 0o011)
        tmp_path.chmod(0o755)
    (tmp_path / "parent").chmod(0o555)
    try:
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    finally:
        (tmp_path / "parent").chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert content_of(site) == with_assets(TWO, ONE)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    if os.geteuid() == 0:
        in_the_way = tmp_path / "proc"
        in_the_way.symlink_to("/proc/self")  # where not even root creates files
    else:
        in_the_way = tmp_path / "closed"
        in_the_way.mkdir(mode=0o555)
    with pytest.raises(DiskFailed, match=rf"Cannot write {in_the_way.resolve()}: "):
        publish(ONE, in_the_way / "site")


@pytest.mark.parametrize(
    "manifest",
    [
        '{"name": "A web app", "icons": []}',
        '{"files": {"main.js": "/static/js/main.js"}}',
        '{"generator": "other 1.0", "files": {"index.html": ""}}',
        '{"generator": "apivideo-geo 1.0", "files": {"../index.html": ""}}',
        '{"generator": "apivideo-geo 1.0", "files": {"/etc/hosts": ""}}',
        '{"generator": "apivideo-geo 1.0"}',
        "[1]",
        "",
    ],
)
def test_a_folder_with_somebody_elses_manifest_is_refused_untouched(tmp_path, manifest):
    (tmp_path / "index.html").write_text("their page")
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(UsageError, match=r"contains files that this program did not make \(index.html, for example\)"):
        publish(ONE, tmp_path)
    assert content_of(tmp_path) == {"index.html": b"their page", "manifest.json": manifest.encode()}


def test_a_folder_with_files_but_no_manifest_is_refused_and_so_is_a_file(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="did not make"):
        publish(ONE, tmp_path)
    assert content_of(tmp_path) == {"thesis.txt": b"years of work"}
    with pytest.raises(UsageError, match="is a file"):
        publish(ONE, tmp_path / "thesis.txt")


def test_a_pipe_called_like_the_manifest_is_refused_and_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "manifest.json")
    with pytest.raises(UsageError, match=r"did not make \(manifest.json, for example\)"):
        publish(ONE, tmp_path)


def test_a_pipe_called_like_the_journal_of_a_killed_run_is_removed(tmp_path):
    (tmp_path / ".apivideo-geo").mkdir()
    os.mkfifo(tmp_path / ".apivideo-geo" / "journal.json")
    publish(ONE, tmp_path)
    assert content_of(tmp_path) == content_of(tmp_path) | {"index.html": ONE["index.html"]}


def test_files_that_hosts_and_tools_put_into_a_folder_are_no_obstacle_and_stay(tmp_path):
    for name in (".git/config", ".gitignore", ".DS_Store", ".well-known/acme", "CNAME", "lost+found/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".nojekyll").write_text("\n")
    theirs = content_of(tmp_path)
    assert publish(ONE, tmp_path) == publish(TWO, tmp_path) == []
    assert content_of(tmp_path) == with_assets(TWO, ONE) | theirs


def test_files_that_somebody_added_stay_also_where_the_site_gets_one_of_that_name(tmp_path):
    publish(ONE, tmp_path)
    theirs = {"robots.txt": "mine", "google123.html": "mine", "data/own.csv": "mine", "feed.xml": "mine"}
    for name, text in theirs.items():
        (tmp_path / name).write_text(text)
    new = make_site("two", "BEL", **{"feed.xml": "news"})
    assert publish(new, tmp_path) == publish(new, tmp_path) == ["robots.txt", "feed.xml"]
    assert content_of(tmp_path) == with_assets(new, ONE) | {name: text.encode() for name, text in theirs.items()}
    without = {name: text for name, text in ONE.items() if name != "robots.txt"}
    publish(without, tmp_path)
    assert {name: (tmp_path / name).read_text() for name in theirs} == theirs


@pytest.mark.parametrize("name", ["index.html", "country/FRA.html", "data/choro.csv"])
def test_a_page_or_data_that_somebody_changed_is_not_overwritten_and_nothing_is_published(tmp_path, name):
    publish(ONE, tmp_path)
    (tmp_path / name).write_text("changed by hand")
    before = content_of(tmp_path)
    with pytest.raises(UsageError, match=f"not published: .*{name} is not as this program wrote it"):
        publish(make_site("two"), tmp_path)
    assert content_of(tmp_path) == before
    (tmp_path / name).unlink()
    publish(TWO, tmp_path)
    assert content_of(tmp_path) == with_assets(TWO, ONE)


def test_a_file_that_a_power_cut_left_empty_is_written_again(tmp_path):
    publish(ONE, tmp_path)
    (tmp_path / "index.html").write_bytes(b"")
    publish(ONE, tmp_path)
    assert content_of(tmp_path) == ONE


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_file_or_link_where_a_folder_belongs_is_refused(tmp_path, kind):
    publish({**ONE}, tmp_path / "site")
    (tmp_path / "site/video").write_text("") if kind == "file" else (tmp_path / "site/video").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="site/video is a link or a file"):
        publish(make_site("two", **{"video/a.html": "a"}), tmp_path / "site")
    assert content_of(tmp_path / "site") == ONE | ({"video": b""} if kind == "file" else {})


def test_a_second_run_at_the_same_time_is_refused_and_disturbs_nothing(tmp_path):
    class Slow(dict):
        def items(self):
            yield from list(super().items())[:1]
            with pytest.raises(DataRefused, match="Another run is writing the site"):
                publish(ONE, tmp_path / "site")
            with pytest.raises(DataRefused, match="Another run is writing the site"):
                repair(tmp_path / "site")
            yield from list(super().items())[1:]

    publish(Slow(TWO), tmp_path / "site")
    assert content_of(tmp_path / "site") == TWO


def test_the_site_of_an_account_is_known_from_a_demo(tmp_path):
    assert not shows_an_account(tmp_path)
    publish(ONE, tmp_path)
    assert shows_an_account(tmp_path)


def test_a_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    flags = {"out": "~/site", "history": "~/history", "exports": "~/exports"}
    settings = load_settings(flags, Path(os.devnull))
    folders = [str(folder) for folder in (settings.out, settings.history, settings.exports)]
    assert folders == ["/home/ann/site", "/home/ann/history", "/home/ann/exports"]
    with pytest.raises(UsageError, match="--out: this user has no home folder here"):
        load_settings({"out": "~nobody-here/site"}, Path(os.devnull))
