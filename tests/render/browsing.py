"""What the browser tests of the page share: building one, waiting for it, reading it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from apivideo_geo.model import Details, Summary
from apivideo_geo.render.theme.theme import Theme
from tests.browser import Opened, find_violations, wait_until
from tests.render.samples import site_of, write

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def build(what: Summary, folder: Path, theme: Theme | None = None, details: Details | None = None) -> Path:
    """The site of a Summary in ``folder``; gives the path of its front page."""
    site = write(site_of(what, theme, details), folder)
    return site / "index.html"


@contextmanager
def in_case(name: str) -> Iterator[None]:
    """Name the case in the message of an assertion that fails."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"in the case {name!r}")
        raise


def find_faults(
    opened: Opened, origin: str, names: Iterable[str], prepare: Callable[[str], object] = lambda name: None
) -> dict[str, list[object]]:
    """Show pages one after the other; return what is wrong with each, without those with which nothing is.

    Wrong is what axe finds, what the console says, a page wider than the window, and any address that does not begin
    with ``origin``. ``prepare`` is called with the name of each page, to press what a reader would.
    """
    faults: dict[str, list[object]] = {}
    for name in names:
        opened.problems.clear()
        opened.requests.clear()
        opened.page.goto(f"{origin}/{name}")
        prepare(name)
        seen = (opened.page.viewport_size or {"width": 0})["width"]
        width = opened.page.evaluate("document.documentElement.scrollWidth") - seen
        # An icon that is still on its way when the next page is opened is no problem.
        found = [problem for problem in opened.problems if "favicon" not in problem]
        found += [*opened.outside(origin), *[f"{width} px wider than the window"] * bool(width)]
        found += map(str, find_violations(opened.page))
        if found:
            faults[name] = [*found]
    return faults


def live(page: Page) -> Page:
    """Waits until the page's script has taken over."""
    page.evaluate("dispatchEvent(new Event('pointermove'))")  # reach for it
    page.wait_for_selector("html.live")
    return page


def chosen(page: Page, name: str, value: str) -> None:
    """Presses a control and waits until it is pressed in."""
    page.click(f"[data-{name}='{value}']")
    pressed = f"[data-{name}='{value}'][aria-pressed=true]"
    wait_until(page, f"document.querySelector({pressed!r}) !== null")


def cells(page: Page) -> dict[str, list[str]]:
    """Code → cells of each visible row of a country, in the order of the table."""
    rows = page.evaluate(
        "[...document.querySelectorAll('tr[data-c]')].filter(row => !row.hidden)"
        ".map(row => [row.dataset.c, ...[...row.cells].map(cell => cell.textContent)])"
    )
    return {row[0]: row[1:] for row in rows}


def number(text: str) -> int:
    return int(text.replace(",", ""))


def figure(page: Page, key: str) -> str:
    """One of the numbers under the headline, without its note."""
    return page.locator(f"[data-figure={key}] b").inner_text()


def kinds(page: Page) -> dict[str, str]:
    """Code → the class a country is painted with."""
    found = page.evaluate(
        "[...document.querySelectorAll('.lands path, .spot')].map(part =>"
        " [part.id || part.lastElementChild.id, part.classList.item(part.matches('.spot') ? 1 : 0)])"
    )
    return {name[:3]: kind for name, kind in found}


def legend(page: Page) -> list[list[str]]:
    """Kind, label and note of each entry of the legend."""
    return page.evaluate(
        "[...document.querySelectorAll('#legend li')].map(item =>"
        " [item.querySelector('i').className, item.querySelector('b').textContent,"
        "  item.querySelector('span').textContent])"
    )


def card(page: Page) -> dict[str, str]:
    """The card's name and figures by label."""
    expect(page.locator("#card")).to_be_visible()
    terms = page.locator("#card dl:not(.steps) dt").all_inner_texts()
    return {
        "name": page.locator("#card p").inner_text(),
        **dict(zip(terms, page.locator("#card dl:not(.steps) dd").all_inner_texts(), strict=True)),
    }
