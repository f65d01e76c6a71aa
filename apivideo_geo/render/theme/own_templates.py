"""Render templates of the owner's: within limits, with errors that name file and line, and with the security policy."""

from __future__ import annotations

import re
import signal
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from types import FrameType
from typing import Any

from jinja2 import Environment, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.nodes import Macro

SECONDS = 10.0
"""Longest time for one page; the largest of this project's own takes a tenth of it."""
LARGEST_PAGE = 50_000_000
"""Maximum size of a page in characters."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""The content security policy of ``base.html``."""
_ALLOWED = re.compile(r"'(none|self|sha(256|384|512)-[A-Za-z0-9+/=_-]+)'")


class LimitReached(BaseException):
    """A page takes too long or is too large. Not an Exception: Jinja ignores these while it compiles."""


def render_limited(environment: Environment, name: str, values: Mapping[str, Any]) -> str:
    """Return the page of the template ``name``. Raises :class:`LimitReached`, and whatever the template raises."""
    parts, size = [], 0
    try:
        with _time_limit(SECONDS):
            for part in environment.get_template(name).generate(values):
                parts.append(part)
                size += len(part)
                if size > LARGEST_PAGE:
                    raise LimitReached(f"{name} has more than {LARGEST_PAGE // 1_000_000} million characters")
    except LimitReached:
        environment.handle_exception()  # so that the traceback has the lines of the template
    return "".join(parts)


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise :class:`LimitReached` in the block after ``seconds``, if this is the main thread and not Windows."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise LimitReached(f"the page takes longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def explain_failure(problem: BaseException, folder: Path, templates: Path) -> str:
    """Return the sentence about an error in a template of ``folder``; "" if it did not happen there.

    It names the file and, if it is known, the line. ``templates``: this project's own, which use the owner's macros.
    """
    stack = traceback.extract_tb(problem.__traceback__)
    frames = [frame for frame in stack if _is_in(frame.filename, folder)]
    if isinstance(problem, TemplateSyntaxError):
        place = f"{problem.filename or problem.name}, line {problem.lineno}"
    elif frames:
        place = f"{frames[-1].filename}, line {frames[-1].lineno}"
    elif outdated := _find_outdated(folder, templates):
        return outdated
    elif isinstance(problem, TemplateError | LimitReached) or "jinja2" in Path(stack[-1].filename).parts:
        place = f"The templates of {folder}"
    else:
        return ""
    return f"{place}: {_reason(problem)}; correct it, or remove the file."


def _find_outdated(folder: Path, templates: Path) -> str:
    """Return the sentence about a file of ``folder`` that lacks a macro or an argument of the one in ``templates``.

    Pages use macros of other files by their names and arguments, and an older copy has not all of them.
    """
    for path in sorted(templates.glob("*.html")):
        own, needed = _macros(folder / path.name), _macros(path)
        for name, (_, arguments) in needed.items() if own else ():
            line, found = own.get(name, (1, ()))
            lacking = [one for one in arguments if one not in found]
            if name not in own or lacking:
                what = f"the argument {lacking[0]} of the macro {name}" if name in own else f"the macro {name}"
                return (
                    f"{folder / path.name}, line {line}: this copy of an older file has not {what}; make your changes "
                    "in a copy of the file of this version, or remove it."
                )
    return ""


def _macros(path: Path) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Return the macros of a template: name → its line, and the names of its arguments. An unreadable one has none."""
    try:
        macros = Environment(autoescape=True).parse(path.read_text(encoding="utf-8")).find_all(Macro)
    except (OSError, TemplateError):
        return {}
    return {macro.name: (macro.lineno, tuple(argument.name for argument in macro.args)) for macro in macros}


def _is_in(file: str, folder: Path) -> bool:
    return Path(file).absolute().is_relative_to(folder.absolute())


def _reason(problem: BaseException) -> str:
    if isinstance(problem, TemplateNotFound):
        return f'there is no template "{problem.name}"'
    if isinstance(problem, RecursionError):
        return "it includes, extends or calls itself without an end"
    if isinstance(problem, MemoryError):
        return "it needs too much memory"
    return (str(problem) or type(problem).__name__).rstrip(".")


def add_policy(page: str) -> str:
    """Return ``page`` with the content security policy in its head, unless it has one that is at least as strict.

    >>> add_policy("<!doctype html><p>Hello")[:65]
    '<!doctype html><meta http-equiv="Content-Security-Policy" content'
    """
    head = _Head(page)
    if head.has_policy:
        return page
    meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return f"{page[: head.start]}{meta}{page[head.start :]}"


class _Head(HTMLParser):
    """Finds where the head of a page begins, and whether it has a policy before it loads anything."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.has_policy = False
        self.start = 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", page))]
        self._at_start = True
        self._is_over = False
        self.feed(page)
        self.close()

    def handle_decl(self, decl: str) -> None:
        """Move ``start``, where the policy is put, behind the document type (``<!doctype html>``)."""
        if self._at_start:
            self.start = self._index() + len(f"<!{decl}>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Move ``start`` behind ``<html>`` and ``<head>``; look for a policy before anything that loads a file."""
        if tag in ("html", "head") and self._at_start:
            self.start = self._index() + len(self.get_starttag_text() or "")
            return
        self._at_start = False
        named = {name: value or "" for name, value in attrs}
        if tag not in ("meta", "title"):
            self._is_over = True
        elif not self._is_over and named.get("http-equiv", "").lower() == "content-security-policy":
            self.has_policy = self.has_policy or _is_strict(named.get("content", ""))

    def handle_data(self, data: str) -> None:
        """End the head at the first text."""
        if data.strip() and self.lasttag != "title":
            self._at_start = False
            self._is_over = True

    def _index(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _is_strict(policy: str) -> bool:
    """Whether a policy allows only the site itself and inline content with a digest, and nothing by default."""
    directives = [part.split() for part in policy.split(";") if part.strip()]
    sources = [source for directive in directives for source in directive[1:]]
    return ["default-src", "'none'"] in directives and all(map(_ALLOWED.fullmatch, sources))
