"""Lists that are read whole: against the stand-in, and against lists that grow, shrink, lie or stay silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import PAGE_SIZE, fetch_items
from apivideo_geo.errors import SourceFailed, UnknownShape
from tests.api.odd_server import Hasty
from tests.fakes.server import StandIn
from tests.fakes.world import World


class Listing:
    """A list endpoint without HTTP: ``rows`` newest first; ``before(number)`` runs before each answer."""

    def __init__(self, size: int, before: Callable[[Listing, int], None] = lambda listing, number: None) -> None:
        self.rows = [{"id": f"row-{number}"} for number in range(size)]
        self.before = before
        self.asked: list[dict[str, Any]] = []
        self.pagination = True

    def arrive(self, count: int) -> None:
        self.rows[:0] = [{"id": f"new-{len(self.rows)}-{number}"} for number in range(count)]

    def get(self, path: str, params: Any = None) -> dict[str, Any]:
        self.asked.append(params)
        self.before(self, len(self.asked))
        page, size = params["currentPage"], params["pageSize"]
        answer: dict[str, Any] = {"data": self.rows[(page - 1) * size : page * size]}
        if self.pagination:
            answer["pagination"] = {"pagesTotal": -(-len(self.rows) // size), "itemsTotal": len(self.rows)}
        return answer


def row_id(row: dict[str, Any]) -> str:
    return row["id"]


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 200, 250])
def test_all_pages_are_read_and_no_more(size):
    listing = Listing(size)
    assert ids(fetch_items(listing, "/videos", {"sortBy": "title"}, key=row_id)) == ids(listing.rows)
    assert [asked["currentPage"] for asked in listing.asked] == list(range(1, max(1, -(-size // PAGE_SIZE)) + 1))
    assert all(asked["sortBy"] == "title" and asked["pageSize"] == 100 for asked in listing.asked)


@pytest.mark.parametrize("size", [0, 5, 100, 250])
def test_without_pagination_the_list_ends_at_an_empty_page(size):
    listing = Listing(size)
    listing.pagination = False
    totals = []
    assert len(fetch_items(listing, "/videos", key=row_id, on_page=totals.append)) == size
    assert set(totals) == {None}


def test_a_server_that_ignores_the_page_number_does_not_loop():
    class Stubborn(Listing):
        def get(self, path: str, params: Any = None) -> dict[str, Any]:
            return {"data": super().get(path, {**params, "currentPage": 1})["data"]}

    listing = Stubborn(40)
    assert len(fetch_items(listing, "/videos", key=row_id)) == 40
    assert len(listing.asked) == 2


@pytest.mark.parametrize("arriving", [1, 7, 100, 130])
def test_rows_that_arrive_between_two_pages_are_neither_doubled_nor_lost(arriving):
    listing = Listing(350, lambda listing, number: listing.arrive(arriving) if number == 3 else None)
    rows = fetch_items(listing, "/analytics/videos/vi1", key=row_id)
    assert sorted(ids(rows)) == sorted(ids(listing.rows))


def test_a_list_that_grows_at_every_page_is_read_to_the_last_answer():
    listing = Listing(950, lambda listing, number: listing.arrive(3))
    rows = fetch_items(listing, "/analytics/videos/vi1", key=row_id)
    assert sorted(ids(rows)) == sorted(ids(listing.rows))
    assert len(listing.asked) <= 12


def test_a_removed_row_does_not_hide_another():
    def remove(listing: Listing, number: int) -> None:
        if number == 2:
            del listing.rows[0]

    listing = Listing(250, remove)
    assert ids(fetch_items(listing, "/videos", key=row_id)) == ids(listing.rows)


def test_a_list_that_never_comes_to_rest_is_an_error_and_not_a_guess():
    class Lying(Listing):
        def get(self, path: str, params: Any = None) -> dict[str, Any]:
            answer = super().get(path, params)
            answer["pagination"]["itemsTotal"] += 1
            return answer

    listing = Lying(120)
    with pytest.raises(SourceFailed, match=r"/videos changed while it was being read .*120 of 121 items"):
        fetch_items(listing, "/videos", key=row_id)
    assert len(listing.asked) == 6


def test_a_row_seen_twice_is_kept_as_it_was_last_seen():
    def change(listing: Listing, number: int) -> None:
        if number == 2:
            listing.arrive(1)
            listing.rows[100] = {**listing.rows[100], "title": "new"}

    rows = fetch_items(Listing(150, change), "/videos", key=row_id)
    assert [row for row in rows if "title" in row] == [{"id": "row-99", "title": "new"}]


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {}}, {"data": ["text"]}, {"data": [None]}])
def test_an_answer_that_is_no_list_is_an_error(answer):
    class Other:
        def get(self, path: str, params: Any = None) -> dict[str, Any]:
            return answer

    with pytest.raises(SourceFailed, match=r"/videos does not have the shape that the API describes .*`data`"):
        fetch_items(Other(), "/videos", key=row_id)


def test_an_item_without_its_id_is_an_error_of_this_project():
    with pytest.raises(SourceFailed, match="no id"):
        fetch_items(Listing(3), "/videos", key=lambda row: row["videoId"])


class Odd(Listing):
    """A list whose answers have another pagination."""

    changed: Any = None

    def get(self, path: str, params: Any = None) -> dict[str, Any]:
        return {**super().get(path, params), "pagination": self.changed}


def test_a_list_without_a_pagination_is_read_until_nothing_new_comes():
    assert len(fetch_items(Odd(230), "/videos", key=row_id)) == 230


@pytest.mark.parametrize(
    "pagination", [[], {"pagesTotal": "3"}, {"itemsTotal": True}, {"itemsTotal": -1}, {"itemsTotal": 10**30}]
)
def test_a_pagination_that_makes_no_sense_is_refused_by_name(pagination):
    odd = Odd(230)
    odd.changed = pagination
    with pytest.raises(UnknownShape, match=r"pagination|pagesTotal|itemsTotal"):
        fetch_items(odd, "/videos", key=row_id)


def test_a_pagination_that_counts_less_than_it_shows_is_refused_by_name():
    odd = Odd(230)
    odd.changed = {"pagesTotal": 1, "itemsTotal": 0}
    with pytest.raises(UnknownShape, match="`itemsTotal` is less than the items on one page"):
        fetch_items(odd, "/videos", key=row_id)


def test_both_lists_of_the_stand_in_are_read_whole():
    world = World.make(sessions=10, videos=230, live_streams=3)
    pages: list[int | None] = []
    with StandIn(world) as api, Client(api.url, api.api_key, Hasty()) as client:
        videos = fetch_items(client, "/videos", key=lambda row: row["videoId"], on_page=pages.append)
        lives = fetch_items(client, "/live-streams", key=lambda row: row["liveStreamId"])
    found = {row["videoId"] for row in videos} | {row["liveStreamId"] for row in lives}
    assert found == {asset.media_id for asset in world.assets}
    assert pages == [3, 3, 3]


def test_sessions_arriving_at_the_stand_in_while_we_page_are_all_found_once():
    world = World.make(sessions=900, videos=1, live_streams=0)
    media_id = world.assets[0].media_id
    with StandIn(world, arrivals=4) as api, Client(api.url, api.api_key, Hasty()) as client:
        period = f"{world.first_day}/{world.last_day + timedelta(days=1)}"
        path = f"/analytics/videos/{media_id}"
        rows = fetch_items(client, path, {"period": period}, key=lambda row: row["session"]["sessionId"])
    found = [row["session"]["sessionId"] for row in rows]
    truth = {session.session_id for session in world.plays()}
    assert len(truth) > 930
    assert len(set(found)) == len(found)
    assert set(found) <= truth
    assert len(truth) - len(found) <= 4, "only what came after the last answer may be missing"
