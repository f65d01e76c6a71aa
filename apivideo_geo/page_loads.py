"""Find every address that a page, a style sheet or a script names: what it loads, links to or sends to. No I/O.

Pages are taken apart by Python's own HTML parser. It sees what a browser sees: attributes without quotes, ``srcset``,
styles and scripts inside the page, pages inside ``srcdoc``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

LINK = "link"
"""A reader may follow it to another site."""
LOAD = "load"
"""The browser fetches it, or sends something to it."""
CANONICAL = "canonical"
"""It only says where the page is."""

_LOADED = {
    "src", "href", "xlink:href", "poster", "background", "action", "formaction", "ping", "manifest", "codebase",
    "archive", "classid", "lowsrc", "dynsrc",
}  # fmt: skip
"""Attributes with an address, of any element."""
_SEVERAL = {"srcset", "imagesrcset"}
_SIZE = re.compile(r"[0-9.]+[wxh]")
_REFRESH = re.compile(r"""[\s\d.;,]*(?:url\s*=\s*)?["']?([^"']*)""", re.IGNORECASE)
_IN_STYLE = re.compile(
    r"""url\(\s*["']?(?P<url>[^"')]+)|@import\s*["'](?P<import>[^"']+)|["']\s*(?P<text>(?:[a-z][a-z0-9+.-]*:)?//[^"']+)""",
    re.IGNORECASE,
)
_IN_SCRIPT = re.compile(
    r"""\b(?:fetch|import|importScripts|sendBeacon|WebSocket|EventSource|Worker|Request)\s*\(\s*["'`](?P<call>[^"'`]+)
    |\bopen\s*\([^)]{0,100}?["'`](?P<open>(?:[a-z]+:)?//[^"'`]+)
    |\b(?:from|import)\s*["'`](?P<module>[^"'`]+)
    |\.src\s*=\s*["'`](?P<src>[^"'`]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_IGNORED_BY_BROWSERS = str.maketrans("\\", "/", "\t\n\r\0")


class Address(NamedTuple):
    """An ``url`` and ``where`` it is, for a message (``src of <img>, line 3``); ``kind``: LINK, LOAD or CANONICAL."""

    url: str
    where: str
    kind: str = LOAD


def find_in_page(page: str, line: int = 0) -> Iterator[Address]:
    """Yield the addresses in an HTML document that begins after ``line`` lines."""
    parser = _Parser(line)
    parser.feed(page)
    parser.close()
    yield from parser.found


def find_in_style(style: str, where: str = "the style sheet") -> Iterator[Address]:
    """Yield the addresses in CSS."""
    for found in _IN_STYLE.finditer(style):
        yield Address(_plain(next(filter(None, found.groups()))), where)


def find_in_script(script: str, where: str = "the script") -> Iterator[Address]:
    """Yield the addresses of other servers that ``script`` fetches or imports, if they are complete in its text."""
    for found in _IN_SCRIPT.finditer(script):
        url = next(filter(None, found.groups()))
        if _ELSEWHERE.match(_plain(url)):
            yield Address(_plain(url), where)


def _plain(url: str) -> str:
    """Return ``url`` as browsers read it."""
    return url.translate(_IGNORED_BY_BROWSERS).strip(" \x0b\x0c\x1b")


class _Parser(HTMLParser):
    def __init__(self, line: int) -> None:
        super().__init__()
        self.found: list[Address] = []
        self._before = line
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        named = {name: value or "" for name, value in reversed(attrs)}  # of two equal attributes the first counts
        line = self.getpos()[0] + self._before
        for name, value in named.items():
            where = f"{name} of <{tag}>, line {line}"
            if name in _LOADED or (name == "data" and tag == "object"):
                self.found.append(Address(_plain(value), where, _kind(tag, name, named)))
            elif name in _SEVERAL:
                urls = (part.strip(",") for part in value.split())
                self.found += [Address(_plain(url), where) for url in urls if url and not _SIZE.fullmatch(url)]
            elif name == "style":
                self.found += find_in_style(value, where)
            elif name == "srcdoc":
                self.found += find_in_page(value, line - 1)
            elif name.startswith("on"):
                self.found += find_in_script(value, where)
        if tag == "meta" and named.get("http-equiv", "").strip().lower() == "refresh":
            target = _REFRESH.match(named.get("content", ""))
            if target and target[1].strip():
                self.found.append(Address(_plain(target[1]), f"refresh of <meta>, line {line}"))

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script"):
            return
        where = f"<{self._inside}>, line {self.getpos()[0] + self._before}"
        self.found += (find_in_style if self._inside == "style" else find_in_script)(data, where)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def _kind(tag: str, name: str, named: dict[str, str]) -> str:
    if name == "href" and tag in ("a", "area"):
        return LINK
    return CANONICAL if tag == "link" and named.get("rel", "").lower() == CANONICAL else LOAD
