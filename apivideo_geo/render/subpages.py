"""The pages around the map: countries, videos, cities, what changed. Each kind's template is prepared once.

Their footer bears no time of making: a page changes when what it shows changes, and not with every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from apivideo_geo.model import Details, NewsItem, Summary
from apivideo_geo.render.map.cards import HEIGHT, WIDTH, Card, card_data, make_cards, picture_of, render_card
from apivideo_geo.render.map.scale import Scale
from apivideo_geo.render.pages.breakdowns import Trends
from apivideo_geo.render.pages.changes import by_month
from apivideo_geo.render.pages.cities import has_cities, make_cities
from apivideo_geo.render.pages.country import make_country, page_of
from apivideo_geo.render.pages.video import asset_lines, country_lines, make_list, make_video, name_pages
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.theme.theme import Theme

if TYPE_CHECKING:
    from jinja2 import Environment


def list_pages(summary: Summary, details: Details, most: int) -> Mapping[str, Any]:
    """The pages there will be: ``countries`` (alpha-3), ``videos`` (media id → page), whether there are ``cities``."""
    return {
        "countries": [country.iso_a3 for country in summary.countries],
        "videos": name_pages(details.assets, most),
        "cities": has_cities(details),
    }


def without_time(shared: Mapping[str, Any]) -> dict[str, Any]:
    """What every page prints, but the time of making: so that a page is the same as long as its figures are."""
    return {name: value for name, value in shared.items() if name != "generated"}


def render_subpages(
    summary: Summary,
    details: Details,
    changes: Sequence[NewsItem],
    scale_of: Callable[[Sequence[float]], Scale],
    formats: Formats,
    environment: Environment,
    shared: Mapping[str, Any],
) -> Iterator[tuple[str, bytes]]:
    """Path and content of each page. ``shared`` is what every page prints and the paths of the files it loads;
    ``scale_of`` cuts the classes of a map."""
    pages: Mapping[str, str] = shared["there"]["videos"]
    lines = asset_lines(details, pages, formats)
    countries = country_lines(summary, formats)
    trends = Trends(summary, formats)
    frame = without_time(shared)
    theme: Theme = shared["theme"]
    cards = make_cards(summary, details, pages, theme)
    yield from ((picture_of(page), render_card(card, summary, theme)) for page, card in cards.items())
    deeper = {**frame, "root": "../"}

    country = environment.get_template("country.html")
    for one in summary.countries:
        told = make_country(one, summary, details, formats, lines, trends)
        where = page_of(one.iso_a3)
        yield where, country.render(deeper, path=where, **told, **_preview(where, cards)).encode()

    video = environment.get_template("video.html")
    watched = sum(asset.count > 0 for asset in details.assets)
    for asset in details.assets:
        if page := pages.get(asset.asset.media_id):
            shown = make_video(asset, summary, watched, formats, countries, scale_of, trends)
            yield page, video.render(deeper, path=page, **shown, **_preview(page, cards)).encode()

    page_template = environment.get_template
    listed = make_list(summary, details, pages, formats)
    yield "videos.html", page_template("videos.html").render(frame, path="videos.html", **listed).encode()
    months = by_month(changes, formats)
    yield "changes.html", page_template("changes.html").render(frame, path="changes.html", months=months).encode()
    if shared["there"]["cities"]:
        cities = make_cities(summary, details, countries, formats, shared["map"]["id"])
        yield "cities.html", page_template("cities.html").render(frame, path="cities.html", **cities).encode()


def _preview(page: str, cards: Mapping[str, Card]) -> dict[str, Any]:
    """What a page prints of a picture of its own; nothing where it has none."""
    card = cards.get(page)
    return {"card": card_data(picture_of(page), WIDTH, HEIGHT, card.alternative)} if card else {}
