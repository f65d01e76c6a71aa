"""A real Chromium for tests: found wherever it is installed, watched for everything a page must not do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.needs import lacking

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Programs to look for; the first, which has no windows, opens a page in a third of the time."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

NO_STRAY_POINTER = """
    addEventListener("pointermove", (event) => {
        if (event.isTrusted && !event.clientX && !event.clientY) event.stopImmediatePropagation();
    }, true);
"""
"""Without windows, Chromium sometimes moves the pointer of a new page to its corner, which no reader does."""


def find_chromium() -> str:
    """The path of an installed Chromium; without one the test is skipped, in CI it fails."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if not found:
        lacking("No Chromium found: install chromium-headless-shell (Debian) or chromium (Ubuntu) with apt-get.")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One running browser for all tests."""
    path = find_chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@dataclass
class Opened:
    """A page and what was noticed while it was open: console messages, errors, every URL asked for."""

    page: Page
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def outside(self, origin: str) -> list[str]:
        """The URLs asked for that do not begin with ``origin``."""
        return [url for url in self.requests if not url.startswith(origin)]


OpenPage = Callable[..., Opened]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens a URL in a context of its own and waits ``until`` then; other keywords go to the context (viewport, …)."""
    contexts = []

    def open_it(url: str, until: Literal["load", "domcontentloaded"] = "load", **options: Any) -> Opened:
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        context.add_init_script(NO_STRAY_POINTER)
        opened = Opened(context.new_page())
        watch(opened)
        opened.page.goto(url, wait_until=until)
        return opened

    yield open_it
    for context in contexts:
        context.close()


def watch(opened: Opened) -> None:
    """Notes what the page says, breaks and asks for. Violations of its policy reach the console as errors."""

    def on_console(message: Any) -> None:
        if message.type in ("error", "warning"):
            opened.problems.append(message.text)

    opened.page.on("console", on_console)
    opened.page.on("pageerror", lambda error: opened.problems.append(str(error)))
    opened.page.on("requestfailed", lambda request: opened.problems.append(f"failed: {request.url}"))
    opened.page.on("request", lambda request: opened.requests.append(request.url))


def wait_until(page: Page, expression: str) -> None:
    """Waits for an expression to hold. (Playwright's own waiting needs eval, which our pages forbid.)"""
    for _ in range(500):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(10)
    raise AssertionError(f"never came true: {expression}")


def find_violations(page: Page) -> list[tuple[str, list[object]]]:
    """What axe finds in the page as it is: each rule that is broken, and the first places where it is."""
    # Without loading the style sheets a second time, which only an experimental rule reads, and from disk is refused.
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": {"assets": ["media"]}})
    return [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found.response["violations"]]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serves ``folder`` on 127.0.0.1 for a while; gives its URL without a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
