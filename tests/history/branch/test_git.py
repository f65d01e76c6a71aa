"""How git is started: who gets the token, and which of its messages are passed on."""

import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from apivideo_geo.errors import DeadlineExceeded, GitFailed
from apivideo_geo.history.branch.git import Git, clean
from tests.fakes.proxy import FaultyProxy
from tests.faults import FAULTS, Step
from tests.history.branch.runs import git

TOKEN = "ghs_a-token-of-github-0123456789"


@pytest.fixture
def server():
    """A web server that refuses everything and remembers what it was shown."""

    class Connection(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.shown.append(self.headers.get_all("Authorization", []))
            self.send_error(403)

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Connection) as server:
        server.shown = []
        server.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def repository(tmp_path, server):
    git(tmp_path, "init", "--quiet")
    # as actions/checkout leaves it behind where its credentials are kept
    git(tmp_path, "config", f"http.{server.url}/.extraheader", "AUTHORIZATION: basic b2xkOm9sZA==")
    return tmp_path


def ask(repository, server, address):
    with pytest.raises(GitFailed) as error:
        Git(repository, server=server, token=TOKEN).run("ls-remote", address)
    return str(error.value)


def test_the_token_goes_to_github_once_instead_of_what_was_set_there_and_is_never_shown(repository, server):
    said = ask(repository, server.url, f"{server.url}/Acme/map.git")
    basic = b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    assert server.shown == [[f"basic {basic}"]]
    assert TOKEN not in said
    assert basic not in said
    assert "403" in said


def test_no_other_server_sees_the_token(repository, server):
    ask(repository, "https://github.com", f"{server.url}/Acme/map.git")
    assert all(TOKEN not in "".join(shown) for shown in server.shown)
    assert all(b64encode(TOKEN.encode()).decode()[:20] not in "".join(shown) for shown in server.shown)


def test_gits_words_come_without_user_names_passwords_and_hints():
    said = "fatal: unable to access 'https://me:pass@example.org/x.git/': refused\nhint: try again\n"
    assert clean(said) == "fatal: unable to access 'https://example.org/x.git/': refused"
    assert len(clean("x" * 5000)) == 300


def test_the_key_of_the_api_is_not_handed_to_git(tmp_path, monkeypatch):
    monkeypatch.setenv("APIVIDEO_API_KEY", "the-key-itself")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "alias.tell", "!env")
    assert "the-key-itself" not in Git(tmp_path).run("tell")


@pytest.mark.parametrize("name", ["header dripped", "silence"])
def test_a_remote_that_does_not_answer_is_left_at_the_deadline_and_the_token_is_never_shown(repository, server, name):
    fault = next(fault for fault in FAULTS if fault.name == name)
    with FaultyProxy(server.url, fault, Step("all", lambda method, target: True)) as proxy:
        git = Git(repository, server=proxy.url, token=TOKEN, deadline=0.9)
        with pytest.raises(DeadlineExceeded, match=r"within the 0\.9 s") as error:
            git.run("ls-remote", f"{proxy.url}/Acme/map.git")
        assert proxy.hits
        with pytest.raises(DeadlineExceeded):
            git.run("status")
    assert TOKEN not in str(error.value)
