"""Fetch every item of a list endpoint, even if the list changes while we page through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from apivideo_geo.errors import UnknownShape
from apivideo_geo.model import MOST_COUNT

PAGE_SIZE = 100
"""Most items that the API puts on one page."""
PASSES = 3
"""Maximum number of times that a list is read from its beginning until it is complete."""

Item = dict[str, Any]
Params = Mapping[str, str | int | Sequence[str]]


class Getter(Protocol):
    """The part of the client that paging needs."""

    def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """Fetch the JSON object at ``path``."""


@dataclass(frozen=True)
class Page:
    """One page: its items, and how many pages and items there are as of this answer (None if it does not say)."""

    items: list[Item]
    pages_total: int | None
    items_total: int | None


def fetch_items(
    client: Getter,
    path: str,
    params: Params | None = None,
    *,
    key: Callable[[Item], str],
    on_page: Callable[[int | None], None] | None = None,
    first_page: Item | None = None,
    keep: Callable[[Item], Any] | None = None,
) -> list[Any]:
    """Fetch all items of the list at ``path``, each once; ``key`` returns the id of an item.

    In the order in which they were first seen, each as it was last seen. ``on_page`` is called after each page with the
    number of pages (None if the API does not say). ``first_page``: an answer of :func:`fetch_page`, if there is one
    already. ``keep``: returns what is kept of an item, so that a long list fits into memory; some items come twice. An
    item that is added while we read moves the others to later pages, so the list is read again, at most ``PASSES``
    times, until as many items are known as the last answer counts. Raises :class:`UnknownShape` if the list is still
    incomplete then, or is not a list; and what the client raises.
    """
    reading = _Reading(path, key, keep)
    for _ in range(PASSES):
        reading.begin()
        for number in count(1):
            page = parse_page(first_page or fetch_page(client, path, params, number), path)
            first_page = None
            if on_page:
                on_page(page.pages_total)
            if reading.add(page, number):
                break
        if reading.is_complete():
            return list(reading.items.values())
    raise UnknownShape(
        f"{path} changed while it was being read ({PASSES} attempts, {len(reading.items)} of {reading.items_total}"
        " items): try again later.",
        "its pages do not have as many items as it counts",
    )


def fetch_page(client: Getter, path: str, params: Params | None, number: int) -> Item:
    """Fetch page ``number`` (from 1) of the list at ``path``. Raises what the client raises."""
    return client.get(path, {**(params or {}), "currentPage": number, "pageSize": PAGE_SIZE})


def parse_page(answer: Mapping[str, Any], path: str) -> Page:
    """Parse an answer ``{data: […], pagination?: {…}}``.

    Raises :class:`UnknownShape` if ``data`` is not a list of objects, or contradicts what ``pagination`` counts.
    """
    items, pagination = answer.get("data"), answer.get("pagination")
    if not isinstance(items, list):
        raise _unknown_shape(path, "`data` is not a list")
    if not all(isinstance(item, dict) for item in items):
        raise _unknown_shape(path, "an item of `data` is not an object")
    if not (pagination is None or isinstance(pagination, Mapping)):
        raise _unknown_shape(path, "`pagination` is not an object")
    pages, total = (_parse_count(path, pagination or {}, name) for name in ("pagesTotal", "itemsTotal"))
    if total is not None and total < len(items):
        raise _unknown_shape(path, "`itemsTotal` is less than the items on one page")
    return Page(items, pages, total)


def _parse_count(path: str, pagination: Mapping[str, Any], name: str) -> int | None:
    value = pagination.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_COUNT):
        return value
    raise _unknown_shape(path, f"`{name}` is not a whole number")


def _unknown_shape(path: str, reason: str) -> UnknownShape:
    return UnknownShape(
        f"The answer to {path} does not have the shape that the API describes ({reason}): check APIVIDEO_BASE_URL, or "
        "report it if that is api.video itself.",
        reason,
    )


@dataclass
class _Reading:
    """What is known of a list so far, after all passes."""

    path: str
    key: Callable[[Item], str]
    keep: Callable[[Item], Any] | None = None
    items: dict[str, Any] = field(default_factory=dict)
    items_total: int | None = None
    _in_pass: set[str] = field(default_factory=set)
    _passes: int = 0
    _shrunk: bool = False

    def begin(self) -> None:
        """Start a pass from the first page. If items were removed during the last pass, forget what is known."""
        if self._shrunk:
            self.items.clear()
        self._shrunk, self.items_total = False, None
        self._in_pass.clear()
        self._passes += 1

    def add(self, page: Page, number: int) -> bool:
        """Add page ``number``; return whether this pass is over."""
        if page.items_total is not None and self.items_total is not None:
            self._shrunk |= page.items_total < self.items_total
        self.items_total = page.items_total
        keyed = {self._id_of(item): item for item in page.items}
        repeated = keyed.keys() <= self._in_pass
        self._in_pass |= keyed.keys()
        for name, item in keyed.items():
            self.items[name] = self.keep(item) if self.keep else item
        if repeated or (page.pages_total is not None and number >= page.pages_total):
            return True
        # New items are on the first pages of the second pass: no need to read the others again.
        return self._passes > 1 and self.is_complete()

    def is_complete(self) -> bool:
        """Return whether as many items are known as the last answer counted, if it did."""
        return not self._shrunk and (self.items_total is None or len(self.items) >= self.items_total)

    def _id_of(self, item: Item) -> str:
        try:
            return self.key(item)
        except (KeyError, TypeError, AttributeError, RecursionError):
            missing = _unknown_shape(self.path, "an item has no id")
        raise missing
