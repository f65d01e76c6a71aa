"""Fetch every item of a list endpoint, even if the list changes while we page through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from apivideo_geo.errors import UnknownShape
from apivideo_geo.model import MOST_COUNT

if TYPE_CHECKING:
    from apivideo_geo.api.client import Client

PAGE_SIZE = 100
"""Most items that the API puts on one page."""
PASSES = 3
"""Maximum number of times that a list is read from its beginning until it is complete."""

Item = dict[str, Any]
Params = Mapping[str, str | int | Sequence[str]]


@dataclass(frozen=True)
class Page:
    """One page: its items, and how many pages and items there are as of this answer (None if it does not say)."""

    items: list[Item]
    pages_total: int | None
    items_total: int | None


def fetch_items(
    client: Client,
    path: str,
    params: Params | None = None,
    *,
    key: Callable[[Item], str],
    on_page: Callable[[int | None], None] | None = None,
    first_page: Item | None = None,
    keep: Callable[[Item], Any] | None = None,
    check: Callable[[Item], None] | None = None,
) -> list[Any]:
    """Fetch all items of the list at ``path``, each once; ``key`` returns the id of an item.

    In the order in which they were first seen, each as it was last seen. ``on_page`` is called after each page with the
    number of pages, None if unknown. ``first_page``: the answer of :func:`fetch_page` if it is there already. ``keep``
    returns what is kept of an item, which may come twice. ``check`` is called with each answer, and raises
    :class:`UnknownShape` if it is not the answer to this request. An item that is added while we read moves the others
    to later pages, so the list is read again, at most ``PASSES`` times, until as many items are known as the last
    answer counts. Raises :class:`UnknownShape` if it is still incomplete then, or not a list; and what the client
    raises.
    """
    items, shrunk = dict[str, Any](), False
    for attempt in range(PASSES):
        if shrunk:  # items were removed during the last pass: forget what is known
            items.clear()
        complete, shrunk, total, in_pass = False, False, None, set[str]()
        for page in _read_pages(client, path, params, None if attempt else first_page, check):
            if on_page:
                on_page(page.pages_total)
            shrunk |= total is not None and page.items_total is not None and page.items_total < total
            total = page.items_total
            keyed = {_id_of(path, key, item): item for item in page.items}
            items |= {name: keep(item) if keep else item for name, item in keyed.items()}
            complete = not shrunk and (total is None or len(items) >= total)
            # New items are on the first pages of the second pass: no need to read the others again.
            if keyed.keys() <= in_pass or (attempt and complete):
                break
            in_pass |= keyed.keys()
        if complete:
            return list(items.values())
    raise UnknownShape(
        f"{path} changed while it was being read ({PASSES} attempts, {len(items)} of {total} items): try again later.",
        "its pages do not have as many items as it counts",
    )


def _read_pages(
    client: Client, path: str, params: Params | None, first_page: Item | None, check: Callable[[Item], None] | None
) -> Iterator[Page]:
    for number in count(1):
        answer = first_page if first_page and number == 1 else fetch_page(client, path, params, number)
        if check:
            check(answer)
        page = parse_page(answer, path)
        yield page
        if page.pages_total is not None and number >= page.pages_total:
            return


def fetch_page(client: Client, path: str, params: Params | None, number: int) -> Item:
    """Fetch page ``number`` (from 1) of the list at ``path``. Raises what the client raises."""
    return client.get(path, {**(params or {}), "currentPage": number, "pageSize": PAGE_SIZE})


def parse_page(answer: Mapping[str, Any], path: str) -> Page:
    """Parse an answer ``{data: […], pagination?: {…}}``.

    Raises :class:`UnknownShape` if ``data`` is not a list of objects, or contradicts what ``pagination`` counts.
    """
    items, pagination = answer.get("data"), answer.get("pagination")
    if not isinstance(items, list):
        raise unknown_shape(path, "`data` is not a list")
    if not all(isinstance(item, dict) for item in items):
        raise unknown_shape(path, "an item of `data` is not an object")
    if not (pagination is None or isinstance(pagination, Mapping)):
        raise unknown_shape(path, "`pagination` is not an object")
    pages, total = (_parse_count(path, pagination or {}, name) for name in ("pagesTotal", "itemsTotal"))
    if total is not None and total < len(items):
        raise unknown_shape(path, "`itemsTotal` is less than the items on one page")
    return Page(items, pages, total)


def _parse_count(path: str, pagination: Mapping[str, Any], name: str) -> int | None:
    value = pagination.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_COUNT):
        return value
    raise unknown_shape(path, f"`{name}` is not a whole number")


def unknown_shape(path: str, reason: str) -> UnknownShape:
    """Return the error for an answer to ``path`` that cannot be used for ``reason``, a few words."""
    return UnknownShape(
        f"The answer to {path} does not have the shape that the API describes ({reason}): check APIVIDEO_BASE_URL, or "
        "report it if that is api.video itself.",
        reason,
    )


def _id_of(path: str, key: Callable[[Item], str], item: Item) -> str:
    try:
        return key(item)
    except (KeyError, TypeError, AttributeError, RecursionError):
        missing = unknown_shape(path, "an item has no id")
    raise missing
