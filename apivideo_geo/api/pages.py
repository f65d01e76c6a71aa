"""A list endpoint to the list of its items, whole, while the list may grow under our hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from apivideo_geo.errors import SourceFailed

PAGE_SIZE = 100
"""The most the API gives at once."""
PASSES = 3
"""How often a list is read from its beginning until it is whole."""

Item = dict[str, Any]
Params = Mapping[str, str | int | Sequence[str]]


class Getter(Protocol):
    """What paging needs of the client."""

    def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """The JSON object at ``path``."""


@dataclass(frozen=True)
class Page:
    """One answer: its items, and how many pages and items there are as of this answer (None: not told)."""

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
    begun: Item | None = None,
) -> list[Item]:
    """All items of the list at ``path``, each once; ``key`` tells one from another.

    In the order of first sight, each as it was last seen. ``on_page`` is called after each page with
    the number of pages, None where the API does not tell. ``begun`` is the answer of :func:`fetch_page` where the first
    page was asked already. Items added between two pages move the
    others: the list is read again from its beginning until as many are known as the last answer counts,
    at most ``PASSES`` times. Raises SourceFailed if it is not whole then, or is no list; and what the client raises.
    """
    reading = _Reading(path, key)
    for _ in range(PASSES):
        reading.begin()
        for number in count(1):
            page = parse_page(begun or fetch_page(client, path, params, number), path)
            begun = None
            if on_page:
                on_page(page.pages_total)
            if reading.add(page, number):
                break
        if reading.is_whole():
            return list(reading.items.values())
    raise SourceFailed(
        f"The list {path} kept changing while it was read ({PASSES} times, {len(reading.items)} items found of"
        f" {reading.items_total}): run it again in a quieter minute."
    )


def fetch_page(client: Getter, path: str, params: Params | None, number: int) -> Item:
    """The answer of the list at ``path`` with page ``number`` (from 1). Raises what the client raises."""
    return client.get(path, {**(params or {}), "currentPage": number, "pageSize": PAGE_SIZE})


def parse_page(answer: Mapping[str, Any], path: str) -> Page:
    """The page in an answer ``{data: […], pagination?: {…}}``; SourceFailed where ``data`` is no list of objects."""
    items = answer.get("data")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise SourceFailed(
            f"The answer to {path} has no list `data`, as the API describes it: check APIVIDEO_BASE_URL,"
            " or report it if that is api.video itself."
        )
    pagination = answer.get("pagination")
    told: Mapping[str, Any] = pagination if isinstance(pagination, Mapping) else {}
    return Page(items, _parse_count(told.get("pagesTotal")), _parse_count(told.get("itemsTotal")))


def _parse_count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


@dataclass
class _Reading:
    """What is known of a list so far, over all passes."""

    path: str
    key: Callable[[Item], str]
    items: dict[str, Item] = field(default_factory=dict)
    items_total: int | None = None
    _in_pass: set[str] = field(default_factory=set)
    _passes: int = 0
    _shrunk: bool = False

    def begin(self) -> None:
        """A pass from the first page. Where items were removed during the last one, all that is known is forgotten."""
        if self._shrunk:
            self.items.clear()
        self._shrunk, self.items_total = False, None
        self._in_pass.clear()
        self._passes += 1

    def add(self, page: Page, number: int) -> bool:
        """Take in page ``number``; whether this pass is over."""
        if page.items_total is not None and self.items_total is not None:
            self._shrunk |= page.items_total < self.items_total
        self.items_total = page.items_total
        keyed = {self._name(item): item for item in page.items}
        repeated = keyed.keys() <= self._in_pass
        self._in_pass |= keyed.keys()
        self.items.update(keyed)
        if repeated or (page.pages_total is not None and number >= page.pages_total):
            return True
        # What came in since is on the first pages of the second pass: no need to read on.
        return self._passes > 1 and self.is_whole()

    def is_whole(self) -> bool:
        """Whether as many items are known as the last answer counted (as far as it told)."""
        return not self._shrunk and (self.items_total is None or len(self.items) >= self.items_total)

    def _name(self, item: Item) -> str:
        try:
            return self.key(item)
        except (KeyError, TypeError, AttributeError):
            missing = SourceFailed(f"An item of {self.path} has no id: report it, with the version of apivideo-geo.")
        raise missing
