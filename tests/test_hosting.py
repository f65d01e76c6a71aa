"""The recipes of ``docs/hosting.md`` do what they say, as far as this machine can tell."""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from apivideo_geo.exports.manifest import render_manifest
from apivideo_geo.publish import publish
from apivideo_geo.render.theme.theme import Theme
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.mounts import own_mounts
from tests.needs import lacking
from tests.product import ROOT, Product
from tests.rehearsal.github import GitHub
from tests.rehearsal.interpreter import write_python
from tests.rehearsal.repository import Repository, add_bytecode
from tests.render.samples import watched, whole_site

PAGE = (ROOT / "docs/hosting.md").read_text(encoding="utf-8")
NOW = datetime(2026, 10, 31, 4, 17, tzinfo=UTC)


def recipe(heading, language):
    """The first block of ``language`` under ``heading``."""
    chapter = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]
    return re.search(rf"```{language}\n(.*?)```", chapter, re.DOTALL)[1]


@pytest.fixture(scope="module")
def world():
    return World.make(6, 1000, 4, 2, countries=5)


@pytest.fixture
def fork(tmp_path):
    with GitHub(tmp_path / "github") as github:
        yield Repository(tmp_path, github)


def install(folder, write=write_python):
    """What ``make install`` leaves behind."""
    (folder / ".venv/bin").mkdir(parents=True)
    write(folder / ".venv/bin/python")
    (folder / ".venv/site.stamp").touch()
    add_bytecode(folder)


def write_usual_python(path):
    """A Python that starts as everybody's does."""
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    path.chmod(0o755)


def run_line(line, folder, environment):
    command = ["/bin/sh", "-c", line]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_the_line_for_cron_is_silent_when_all_is_well_and_speaks_when_not(fork, world, tmp_path):
    home = tmp_path / "home"
    install(fork.check_out("main", home / "apivideo-geo"), write_usual_python)
    line = re.fullmatch(r"17 4,13 \* \* \* (.*)\n", recipe("A server, by cron", "cron"))[1]
    with StandIn(world, now=NOW) as api:
        (home / ".apivideo-key").write_text(f"{api.api_key}\n")
        environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "APIVIDEO_BASE_URL": api.url}
        environment |= {"SOURCE_DATE_EPOCH": str(int(NOW.timestamp()))}
        good = run_line(line, home, environment)
        (home / ".apivideo-key").write_text("another-key-altogether\n")
        bad = run_line(line, home, environment)
    assert (good.returncode, good.stdout, good.stderr) == (0, "", "")
    assert (home / "apivideo-geo/site/index.html").is_file()
    assert bad.returncode == 3
    assert bad.stderr.startswith("error: ")


def test_gitlab_runs_the_steps_keeps_what_failed_and_its_file_is_valid(fork, world, tmp_path):
    file = tmp_path / ".gitlab-ci.yml"
    file.write_text(recipe("GitLab Pages", "yaml"))
    lint = [str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", str(file)]
    assert subprocess.run(lint, capture_output=True).returncode == 0
    job = YAML(typ="safe", pure=True).load(file.read_text())["pages"]
    folder = fork.check_out("main", tmp_path / "builds")
    subprocess.run(["git", "checkout", "--quiet", "--detach"], cwd=folder, check=True)
    install(folder)
    protocol, host, port = re.fullmatch(r"(http)://([\d.]+):(\d+)", fork.github.url).groups()
    with StandIn(world, now=NOW) as api:
        environment = Product(folder).environment(api, NOW) | {
            "CI_SERVER_PROTOCOL": protocol, "CI_SERVER_HOST": host, "CI_SERVER_PORT": port,
            "CI_PROJECT_PATH": fork.name, "HISTORY_TOKEN": fork.github.token({"contents": "write"}),
        }  # fmt: skip
        environment = {name: value for name, value in environment.items() if name not in ("CI", "GITHUB_ACTIONS")}
        said = [
            run_line(line, folder, environment)
            for line in (*job["before_script"], *job["script"], *job["after_script"])
        ]
    assert [(one.returncode, one.stderr[-300:]) for one in said if one.returncode] == []
    assert (folder / job["artifacts"]["paths"][0] / "index.html").is_file()
    assert any(name.endswith(".parquet") for name in fork.files("history"))
    assert all(environment["HISTORY_TOKEN"] not in one.stdout + one.stderr for one in said)


def find_nginx():
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not found:
        lacking("No nginx found: install the system's package nginx-light (Debian) or nginx.")
    return found


def nginx_command(folder, server, user=""):
    """The command that runs nginx with the block ``server`` and listens on the socket ``nginx.sock`` in ``folder``."""
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{name}_temp_path {folder}/{name};" for name in names)
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; {paths}\n{server} }}"
    )
    return [find_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf")]


def listening_on(folder, server):
    return server.replace("listen 80;", f"listen unix:{folder}/nginx.sock;")


def test_nginx_serves_the_site_with_its_404_page_compressed_and_cached(built_demo, tmp_path):
    socket_, site = tmp_path / "nginx.sock", built_demo.folder / "site"
    server = recipe("nginx", "nginx").replace("/srv/apivideo-geo/site", str(site))
    user = "user root;" if os.geteuid() == 0 else ""
    command = nginx_command(tmp_path, listening_on(tmp_path, server), user)
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        page, asset = (site / "index.html"), next((site / "assets").glob("*.css"))
        head, body = ask(socket_, "/", running)
        assert "200" in head.splitlines()[0]
        assert "Content-Type: text/html; charset=utf-8" in head
        assert body == page.read_bytes()
        head, _ = ask(socket_, f"/assets/{asset.name}", running, "Accept-Encoding: gzip")
        assert "immutable" in head
        assert "Content-Encoding: gzip" in head
        head, body = ask(socket_, "/nowhere", running)
        assert "404" in head.splitlines()[0]
        assert body == (site / "404.html").read_bytes()
    finally:
        running.terminate()
        running.wait(timeout=20)


class Reader(threading.Thread):
    """Opens pages again and again, each with all that it loads; ``gaps`` are the answers that do not fit."""

    def __init__(self, look_up):
        super().__init__(daemon=True)
        self.look_up, self.looks, self.requests, self.gaps = look_up, 0, 0, []
        self.turn, self.ending = threading.Condition(), threading.Event()

    def run(self):
        while not self.ending.is_set():
            for page in ("/", "/embed.html", "/country/FRA.html"):
                for path in sorted({*re.findall(r"assets/[\w.-]+", self.load(page).decode())}):
                    digest = hashlib.sha256(self.load(f"/{path}")).hexdigest()
                    if path.split(".")[-2] != digest[:10]:
                        self.gaps.append(f"{page}: {path} has another content")
            with self.turn:
                self.looks += 1
                self.turn.notify_all()

    def load(self, path):
        head, body = self.look_up(path)
        self.requests += 1
        if "200" not in head.splitlines()[0]:
            self.gaps.append(f"{path}: {head.splitlines()[0]}")
        return body

    def finish_look(self):
        """Wait until the pages that are being opened now are there with all that they load."""
        with self.turn:
            until = self.looks + 1
            assert self.turn.wait_for(lambda: self.looks >= until, timeout=60)


REBUILDS = int(os.environ.get("REBUILDS", "20"))


def test_a_container_that_mounts_the_site_shows_every_rebuild_and_no_page_without_its_assets(tmp_path):
    volumes = [line.split(":") for line in re.findall(r"- (\./.*:ro)", recipe("A container", "yaml"))]
    mounted = {source: target for source, target, _ in volumes}
    assert mounted.keys() == {"./site", "./nginx.conf"}
    (tmp_path / "served").mkdir(mode=0o755)
    (tmp_path / "recipe.conf").write_text(listening_on(tmp_path / "served", recipe("nginx", "nginx")))
    command = nginx_command(tmp_path / "served", "include /etc/nginx/conf.d/*.conf;")
    script = (
        f"mount -t tmpfs tmpfs /srv && mkdir -p {mounted['./site']} && mount --bind site {mounted['./site']} && "
        f"mount -t tmpfs tmpfs /etc/nginx/conf.d && touch {mounted['./nginx.conf']} && "
        f'mount --bind recipe.conf {mounted["./nginx.conf"]} || exit 1; "$@" & read -r _; kill $!; wait'
    )
    accents = ("#112233", "#445566", "#778899")
    versions = [whole_site(watched(), theme=Theme("Map", accent=accent)) for accent in accents]
    sites = [site | {"manifest.json": render_manifest(watched(), site)} for site in versions]
    mask = os.umask(0o077)
    try:
        publish(sites[0], tmp_path / "site")
    finally:
        os.umask(mask)
    (tmp_path / "site").chmod(0o755)
    running = subprocess.Popen(
        own_mounts(script, *command), cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        reader = Reader(lambda path: ask(tmp_path / "served/nginx.sock", path, running))
        reader.start()
        for number in range(REBUILDS):
            site = sites[(number + 1) % len(sites)]
            publish(site, tmp_path / "site")
            assert ask(tmp_path / "served/nginx.sock", "/", running)[1] == site["index.html"]
            reader.finish_look()
        reader.ending.set()
        reader.join(timeout=60)
    finally:
        running.communicate(b"\n", timeout=20)
    print(f"{REBUILDS} rebuilds, {reader.looks} looks, {reader.requests} requests, {len(reader.gaps)} gaps")
    assert reader.gaps == []
    assert reader.looks >= REBUILDS


def ask(place, path, running, *headers):
    """Head and body of an answer over the socket ``place``; waits until nginx listens."""
    while True:
        assert running.poll() is None
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(20)
                connection.connect(str(place))
                lines = [f"GET {path} HTTP/1.1", "Host: map.example.org", "Connection: close", *headers, "", ""]
                connection.sendall("\r\n".join(lines).encode())
                said = b"".join(iter(lambda: connection.recv(65536), b""))
        except (FileNotFoundError, ConnectionRefusedError):
            continue
        head, _, body = said.partition(b"\r\n\r\n")
        return head.decode(), body
