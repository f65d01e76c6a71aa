"""The search: one script with an index of all that has a page, loaded when a reader first opens it.

A new kind of page needs one line in :func:`_kinds`, and a function that yields an :class:`Entry` for each page. Only
what the pages themselves show may be in it. Entries whose page is not in the site are left out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from os.path import commonprefix
from typing import Any, NamedTuple

from apivideo_geo.geo.countries import short_names, to_alpha2
from apivideo_geo.render.addresses import HIDDEN, collection_page, country_page, group_page, month_page
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

    ``path``: its page from the top of the site, or a section of it; "" if it is only a row of a list, such as a city.
    ``amount``: its count, as a text with the unit if it is not of the first metric. ``place``: the country of a city,
    to distinguish equal names. ``also``: other names. ``region``: alpha-2 of a country, with which the browser knows
    its names in other languages.
    """

    path: str
    name: str
    amount: float | str = ""
    place: str = ""
    also: tuple[str, ...] = ()
    region: str = ""


class Kind(NamedTuple):
    """A kind of things with its ``name``. ``path``: their paths, with ``*`` in place of what differs.

    ``list``: the page with the list of those that have no page.
    """

    name: str
    entries: Iterable[Entry]
    path: str
    list: str = ""


def render_search(context: Context, site: Collection[str], style: str, script: bytes) -> bytes:
    """Return the ``script`` with the index of what is in ``site`` (paths) in front; ``style``: path of its style."""
    formats, say = context.formats, context.formats.say
    index = {
        "kinds": [written for kind in _kinds(context) if (written := _written(kind, site)).get("names")],
        "style": style,
        "label": say("Search"),
        "hint": say("Country, group, video, city, month …"),
        "close": say("Close"),
        "results": say("Results"),
        "nothing": say("Nothing found. Only what has been counted can be found."),
        "counted": plural_forms(formats.words, *sentences.counted(context.summary.metric)),
        "found": plural_forms(formats.words, *_FOUND),
        "first": plural_forms(formats.words, *_FIRST),
    }
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    return f"window.apivideoGeoSearch={text};\n".encode() + script


def _written(kind: Kind, site: Collection[str]) -> dict[str, Any]:
    """Return a kind as the script reads it: a text for each column, which is packed to less than one for each entry.

    Each amount is how much less it is than the one before, if both are numbers. ``places`` are written once, ``at`` are
    the indexes of those of the entries. A column without values is left out.
    """
    entries = [entry for entry in kind.entries if (entry.path or kind.list).partition("#")[0] in site]
    places = list(dict.fromkeys(entry.place for entry in entries))
    amounts = list(_differences(entry.amount for entry in entries))
    columns = {
        "list": kind.list,
        "names": "\n".join(" ".join(entry.name.split()) for entry in entries),
        "amounts": amounts if any(amounts) else [],
        "places": places if any(places) else [],
        "at": [places.index(entry.place) for entry in entries] if any(places) else [],
        "also": "\n".join("|".join(entry.also) for entry in entries).rstrip(),
        "regions": " ".join(entry.region for entry in entries).rstrip(),
    }
    paths = _paths(kind.path, [entry.path for entry in entries])
    return {"kind": kind.name, **paths, **{name: column for name, column in columns.items() if column}}


def _paths(pattern: str, paths: Sequence[str]) -> dict[str, Any]:
    """Return ``path`` with ``*`` in place of what differs between ``paths``, and that in ``parts``.

    Between the parts are spaces, or nothing if all have the same ``size``. The last ones are missing if they are empty.
    """
    before, after = pattern.split("*")
    parts = [path.removeprefix(before).removesuffix(after) for path in paths]
    shared = commonprefix([part for part in parts if part])  # noqa: RUF071 - letter by letter is meant
    while shared and shared in parts:
        shared = shared[:-1]
    parts = [part.removeprefix(shared) for part in parts]
    sizes = {len(part) for part in parts[: len(parts) - parts.count("")]}
    size = sizes.pop() if len(sizes) == 1 else 0
    text = ("" if size else " ").join(parts).rstrip()
    return {"path": f"{before}{shared}*{after}", **({"size": size} if size else {}), "parts": text}


def _differences(amounts: Iterable[float | str]) -> Iterator[int | str]:
    before = 0
    for amount in amounts:
        if isinstance(amount, str):
            yield amount
        else:
            yield before - round(amount)
            before = round(amount)


def _kinds(context: Context) -> Iterator[Kind]:
    """Yield each kind, in the order in which equally good results are listed."""
    say = context.formats.say
    yield Kind(say("Country"), _countries(context), country_page("*"))
    yield Kind(say("Group"), _groups(context), group_page("*"))
    yield Kind(say("Video"), _assets(context, "video"), "video/*.html", "videos.html")
    yield Kind(say("Live stream"), _assets(context, "live-stream"), "video/*.html", "videos.html")
    yield Kind(say("Collection"), _collections(context), "collection/*.html")
    yield Kind(say("City"), _cities(context), "*", "cities.html")
    yield Kind(say("Month"), _months(context), "*/index.html")
    yield Kind(say("Page"), _pages(context), "*")


def _countries(context: Context) -> Iterator[Entry]:
    for country in context.summary.countries:
        code = country.iso_a3
        yield Entry(country_page(code), country.name, country.count, also=short_names(code), region=to_alpha2(code))


def _groups(context: Context) -> Iterator[Entry]:
    for one in context.group_counts:
        yield Entry(group_page(one.group.slug), one.group.name, one.summary.total)


def _assets(context: Context, kind: str) -> Iterator[Entry]:
    for detail in context.details.assets:
        if detail.asset.type == kind:
            path, title = context.video_pages.get(detail.asset.media_id, ""), asset_title(detail.asset, context.formats)
            yield Entry(path, title, detail.count)


def _collections(context: Context) -> Iterator[Entry]:
    for collection in context.details.collections:
        yield Entry(collection_page(collection.slug), collection.tag, collection.sums.count)


def _cities(context: Context) -> Iterator[Entry]:
    countries = {country.iso_a3: sentences.called(country, context.formats) for country in context.summary.countries}
    for city in context.details.cities[:LISTED]:
        yield Entry("", city.name, city.count, countries.get(city.iso_a3, ""))


def _months(context: Context) -> Iterator[Entry]:
    """Yield the months that have a page, newest first."""
    for closed in reversed(context.details.closed):
        amount = sentences.quantity_of(closed.metric, closed.total, context.formats)
        same = closed.metric == context.summary.metric
        name = sentence(context.formats.full_month(closed.month))
        yield Entry(month_page(closed.month), name, closed.total if same else amount)


def _pages(context: Context) -> Iterator[Entry]:
    """Yield the pages that are there once, with other words for what is on them."""
    say = context.formats.say
    yield Entry("index.html", say("Map"))
    yield Entry("index.html#embed", say("Put this map on your page"), also=(say("Embed"), "iframe", "HTML"))
    yield Entry("groups.html", say("Groups of countries"), also=(say("Continents"), say("Regions")))
    yield Entry("videos.html", say("Videos"), also=(say("Live streams"),))
    yield Entry("cities.html", say("Cities"))
    yield Entry("compare.html", say("Side by side"), also=(say("Compare"),))
    yield Entry("small-maps.html", say("Small maps"))
    yield Entry("months.html", say("Months"))
    yield Entry("changes.html", say("What changed"), also=(say("Changes"), "RSS", "Atom", "feed"))
    yield Entry("hours.html", say("Hours of the week"))
    yield Entry("about.html", say("About the data"))
    if context.details.min_counts:
        yield Entry(HIDDEN, say("Hidden counts"), also=(say("Privacy"),))
    yield Entry("data.html", say("Download"), also=(say("Files and how to read them"), "CSV", "JSON", "Parquet"))
