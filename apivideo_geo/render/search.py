"""The search: one script with an index of all that has a page, loaded when a reader first opens it.

A new kind of page needs one line in :func:`_kinds`, and a function that yields an :class:`Entry` for each page. Only
what the pages themselves show may be in it. Entries whose page is not in the site are left out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from apivideo_geo.geo.countries import names_of, to_alpha2
from apivideo_geo.render.addresses import collection_page, country_page, group_page, month_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.cities import LISTED
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import sentence
from apivideo_geo.render.text.translations import marked_many, plural_forms
from apivideo_geo.render.text.value_names import asset_title

_FOUND = marked_many("%(count)s result", "%(count)s results")
_FIRST = marked_many("The first %(shown)s of %(count)s result", "The first %(shown)s of %(count)s results")


class Entry(NamedTuple):
    """Something that can be found, by its ``name``.

    ``path``: its page from the top of the site; "" if it is a row of the list of its kind. ``amount``: its count in
    words; ``place``: where it is, to tell apart what has the same name; ``also``: other names and codes.
    """

    path: str
    name: str
    amount: str = ""
    place: str = ""
    also: tuple[str, ...] = ()


class Kind(NamedTuple):
    """A kind of things with its ``name``. ``path``: most of their paths, with ``*`` in place of what differs.

    ``list``: the page with the list of those that have no page.
    """

    name: str
    entries: Iterable[Entry]
    path: str = "*"
    list: str = ""


def render_search(context: Context, site: Collection[str], style: str, script: bytes) -> bytes:
    """Return the ``script`` with the index of what is in ``site`` (paths) in front; ``style``: path of its style."""
    formats, say = context.formats, context.formats.say
    index = {
        "kinds": [written for kind in _kinds(context) if (written := _written(kind, site))["entries"]],
        "style": style,
        "label": say("Search"),
        "hint": say("Country, group, video, city, month …"),
        "close": say("Close"),
        "results": say("Results"),
        "nothing": say("Nothing found. Only what has been counted can be found."),
        "found": plural_forms(formats.words, *_FOUND),
        "first": plural_forms(formats.words, *_FIRST),
    }
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    return f"window.apivideoGeoSearch={text};\n".encode() + script


def _written(kind: Kind, site: Collection[str]) -> dict[str, Any]:
    """Return a kind as the script reads it: with what differs of each path, and without empty ends of entries."""
    before, after = kind.path.split("*")
    entries = []
    for entry in kind.entries:
        if (entry.path or kind.list) in site:
            fields: list[object] = [entry.path.removeprefix(before).removesuffix(after), *entry[1:]]
            while not fields[-1]:
                fields.pop()
            entries.append(fields)
    return {"kind": kind.name, "path": kind.path, "list": kind.list, "entries": entries}


def _kinds(context: Context) -> Iterator[Kind]:
    """Yield each kind, in the order in which equally good results are listed."""
    say = context.formats.say
    yield Kind(say("Country"), _countries(context), country_page("*"))
    yield Kind(say("Group"), _groups(context), group_page("*"))
    yield Kind(say("Video"), _assets(context, "video"), "video/*.html", "videos.html")
    yield Kind(say("Live stream"), _assets(context, "live-stream"), "video/*.html", "videos.html")
    yield Kind(say("Collection"), _collections(context), "collection/*.html")
    yield Kind(say("City"), _cities(context), list="cities.html")
    yield Kind(say("Month"), _months(context))
    yield Kind(say("Page"), _pages(context))


def _countries(context: Context) -> Iterator[Entry]:
    for country in context.summary.countries:
        also = (to_alpha2(country.iso_a3), *names_of(country.iso_a3))
        other = dict.fromkeys(name for name in also if name != country.name)
        yield Entry(country_page(country.iso_a3), country.name, context.quantity(country.count), also=tuple(other))


def _groups(context: Context) -> Iterator[Entry]:
    for one in context.group_counts:
        name, slug = one.group.name, one.group.slug
        yield Entry(group_page(slug), name, context.quantity(one.summary.total), also=() if slug == name else (slug,))


def _assets(context: Context, kind: str) -> Iterator[Entry]:
    for detail in context.details.assets:
        if detail.asset.type == kind:
            path, title = context.video_pages.get(detail.asset.media_id, ""), asset_title(detail.asset, context.formats)
            yield Entry(path, title, context.quantity(detail.count))


def _collections(context: Context) -> Iterator[Entry]:
    for collection in context.details.collections:
        yield Entry(collection_page(collection.slug), collection.tag, context.quantity(collection.sums.count))


def _cities(context: Context) -> Iterator[Entry]:
    countries = {country.iso_a3: sentences.called(country, context.formats) for country in context.summary.countries}
    for city in context.details.cities[:LISTED]:
        yield Entry("", city.name, context.quantity(city.count), countries.get(city.iso_a3, ""))


def _months(context: Context) -> Iterator[Entry]:
    """Yield the months that have a page, newest first."""
    for closed in reversed(context.details.closed):
        name, number = sentence(context.formats.full_month(closed.month)), f"{closed.month:%Y-%m}"
        amount = sentences.quantity_of(closed.metric, closed.total, context.formats)
        yield Entry(month_page(closed.month), name, amount, also=(number,))


def _pages(context: Context) -> Iterator[Entry]:
    """Yield the pages that are there once."""
    say = context.formats.say
    yield Entry("index.html", say("Map"))
    yield Entry("groups.html", say("Groups of countries"))
    yield Entry("videos.html", say("Videos"))
    yield Entry("cities.html", say("Cities"))
    yield Entry("compare.html", say("Side by side"), also=(say("Compare"),))
    yield Entry("small-maps.html", say("Small maps"))
    yield Entry("months.html", say("Months"))
    yield Entry("changes.html", say("What changed"))
    yield Entry("hours.html", say("Hours of the week"))
    yield Entry("about.html", say("About the data"))
    yield Entry("data.html", say("Download"))
