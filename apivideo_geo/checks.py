"""Check a finished site before it is published: totals, links, privacy. Each check returns a list of problems."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from html import escape, unescape
from posixpath import normpath
from urllib.parse import unquote, urlsplit

import pyarrow.parquet as pq

from apivideo_geo.model import PER_DAY, Details, Summary
from apivideo_geo.page_loads import CANONICAL, LINK, LOAD, Address, find_in_page, find_in_script, find_in_style
from apivideo_geo.render.addresses import collection_page, country_page, group_page, month_page
from apivideo_geo.word_search import WordSearch

MONTHLY = "data/monthly.csv"
"""The file with the dimensions whose small counts are suppressed; missing if none of them was collected."""
GROUPS = "data/groups.csv"
"""The file with the groups of countries."""
METRICS = "data/metrics.csv"
"""The file with all metrics; missing if there is only one."""
ROUNDED = 0.0005
"""By how much a number in a file may be off because it is rounded."""
FEW = 20
"""Up to this number, words that must not be published are searched one by one: that is faster."""
ANYWHERE = "404.html"
"""A host shows this page at every URL that does not exist, so its relative links can only go up."""

# Most of a page are shapes and cells, which load nothing. Without re.IGNORECASE it takes a third of the time.
_LINK = re.compile(
    r"<(?!path|rect|g\b|t[dhr]\b|svg|title|span|/)(?P<tag>[a-zA-Z]+)\b"
    r"""[^>]*?\s(?:[hH][rR][eE][fF]|[sS][rR][cC])=["'](?P<url>[^"']*)["']"""
)
_PLACE = re.compile(r'<path\b[^>]*?\sid="(?P<code>[A-Z]{3})(?:-dot)?"[^>]*?\sd="[^"]+"')
_COUNT = re.compile(rb'<data id="count" value="(?P<count>\d+)">')
_JSON_IN_HTML = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "<>&'"})


def check_site(
    site: Mapping[str, bytes],
    summary: Summary,
    hidden: Collection[str],
    details: Details | None = None,
    *,
    own_templates: bool = False,
) -> list[str]:
    """Return the problems of ``site`` (path → content), each a clause of a sentence; an empty list if there are none.

    ``hidden`` are texts that must not appear anywhere: the API key, and ids and titles that are not public. The pages
    of countries and videos are compared with ``details``. ``own_templates``: the owner has replaced templates.
    """
    return [
        *check_balance(site, summary),
        *check_metrics(site, summary),
        *check_details(summary, details or Details()),
        *check_pages(site, summary, details or Details()),
        *check_places(site, summary),
        *check_links(site, own_templates),
        *check_hidden(site, hidden),
    ]


def check_balance(site: Mapping[str, bytes], summary: Summary) -> list[str]:
    """Return published figures that do not add up to the total."""
    problems = []
    if summary.total != summary.mapped + summary.unknown:
        problems.append(f"the total {summary.total} is not the {summary.mapped} on the map + {summary.unknown} unknown")
    if summary.mapped != sum(country.count for country in summary.countries):
        problems.append(f"the countries do not add up to the {summary.mapped} on the map")
    if any(day.count is not None for day in summary.daily) and summary.total != sum(
        d.count or 0 for d in summary.daily
    ):
        problems.append(f"the days do not add up to the total {summary.total}")
    columns = {"data/choro.csv": "Count", "data/countries.csv": "count", "data/timeseries.csv": "count"}
    for name, key in columns.items():
        header, *rows = csv.reader(io.StringIO(site[name].decode()))
        column = header.index(key)
        if sum(int(row[column] or 0) for row in rows) != summary.total:
            problems.append(f"{name} does not add up to the total {summary.total}")
    if json.loads(site["data/summary.json"])["total"] != summary.total:
        problems.append(f"data/summary.json does not have the total {summary.total}")
    return problems


def check_metrics(site: Mapping[str, bytes], summary: Summary) -> list[str]:
    """Return other metrics whose countries, days or rows in ``metrics.csv`` do not add up to their count."""
    problems = []
    rows = list(csv.DictReader(io.StringIO(site[METRICS].decode()))) if summary.others else []
    for metric, one in summary.others.items():
        column = "mean_per_day" if metric in PER_DAY else "count"
        written = [float(row[column]) for row in rows if row["metric"] == metric]
        if abs(one.total - sum(written)) > len(written) * ROUNDED:
            problems.append(f"the {metric} of {METRICS} do not add up to {one.total}")
        if abs(one.total - one.mapped - one.unknown) > ROUNDED:
            problems.append(f"the {metric} on the map and unknown do not add up to {one.total}")
        if metric not in PER_DAY and one.total != sum(day.count or 0 for day in one.daily):
            problems.append(f"the days of {metric} do not add up to {one.total}")
        if any(row["count"] for row in rows if row["metric"] in PER_DAY):
            problems.append(f"{METRICS} has a sum over days of what must not be added up")
    return problems


def check_suppressed(site: Mapping[str, bytes], daily: Collection[str], min_count: int) -> list[str]:
    """Return small counts that should have been suppressed.

    Only the dimensions ``daily`` may be published by day; the others have no count below ``min_count``.
    """
    problems = []
    facts = pq.read_table(io.BytesIO(site["data/facts.parquet"]), columns=["dimension"])
    if more := {*facts["dimension"].unique().to_pylist()} - {*daily}:
        problems.append(
            f"data/facts.parquet has {', '.join(sorted(more))} by day, although small counts are suppressed"
        )
    rows = csv.DictReader(io.StringIO(site.get(MONTHLY, b"").decode()))
    if any(row["value"] and int(row["count"]) < min_count for row in rows):
        problems.append(f"{MONTHLY} has a count below {min_count}")
    return problems


def check_details(summary: Summary, details: Details) -> list[str]:
    """Return countries, videos and collections whose breakdowns do not fit their total."""
    problems = []
    counts = {country.iso_a3: country.count for country in summary.countries}
    for code, detail in details.countries.items():
        for dimension in {*detail.parts, *detail.withheld}:
            parts = sum(count for _, count in detail.parts.get(dimension, ())) + detail.withheld.get(dimension, 0)
            if parts > counts.get(code, 0):
                problems.append(f"the {dimension} values of {code} add up to {parts}, more than {counts.get(code, 0)}")
    for one in details.assets:
        if one.count != sum(count for _, count in one.countries):
            problems.append(f"the countries of {one.asset.media_id} do not add up to {one.count}")
        if one.daily and one.count != sum(one.daily):
            problems.append(f"the days of {one.asset.media_id} do not add up to {one.count}")
    for collection in details.collections:
        public = [one for one in details.assets if one.asset.public and collection.tag in one.asset.tags]
        sums = [sum(one.count for one in public), sum(count for _, count in collection.sums.countries)]
        if sums != [collection.sums.count] * 2:
            problems.append(
                f"the collection {collection.tag!r} has {collection.sums.count}; its public videos add up to "
                f"{sums[0]}, its countries to {sums[1]}"
            )
    watched = sum(one.count for one in details.assets) + details.unlisted + details.withheld.get("media", 0)
    if watched > summary.total:
        problems.append(f"the videos add up to {watched}, more than the total {summary.total}")
    return problems


def check_pages(site: Mapping[str, bytes], summary: Summary, details: Details) -> list[str]:
    """Return missing pages, and pages of countries, groups, collections, months and videos with a wrong count."""
    expected = {country_page(country.iso_a3): country.count for country in summary.countries}
    expected |= {month_page(one.month): one.total for one in details.closed}
    expected |= {collection_page(one.slug): one.sums.count for one in details.collections}
    counts, problems = {country.iso_a3: country.count for country in summary.countries}, []
    for row in csv.DictReader(io.StringIO(site.get(GROUPS, b"").decode())):
        expected[group_page(row["group"])] = count = sum(counts.get(code, 0) for code in row["members"].split())
        if int(row["count"]) != count:
            problems.append(f"{GROUPS} does not have the count {count} of {row['group']}")
    problems += [f"{name} is not there" for name in expected if name not in site]
    problems += [
        f"{name} does not have the count {count}"
        for name, count in expected.items()
        if name in site and _page_count(site[name]) != count
    ]
    counted = Counter(_page_count(site[name]) for name in site if name.startswith("video/"))
    if counted - Counter(one.count for one in details.assets):
        problems.append("the pages of videos show counts that no video has")
    return problems


def _page_count(page: bytes) -> int | None:
    """Return the total count that a page gives in its ``<data>`` element; None if there is none."""
    found = _COUNT.search(page)
    return int(found["count"]) if found else None


def check_places(site: Mapping[str, bytes], summary: Summary) -> list[str]:
    """Return countries with a count that are not on the map, neither as a shape nor as a dot."""
    drawn = {m["code"] for m in _PLACE.finditer(site["index.html"].decode())}
    return [
        f"{country.name} ({country.iso_a3}) has {country.count} but no place on the map"
        for country in summary.countries
        if country.iso_a3 not in drawn
    ]


def check_links(site: Mapping[str, bytes], own_templates: bool = False) -> list[str]:
    """Return broken links, and anything a page would load from another server.

    ``own_templates``: the owner has replaced templates, so pages are parsed and scripts searched. This project's own
    pages are known to be well-formed; a pattern finds their links ten times faster.
    """
    problems, answers = [], dict[tuple[str, Address], str]()
    for name in sorted(site):
        folder = name if name == ANYWHERE else name.rpartition("/")[0]  # links of its pages are judged alike
        for found in _addresses(name, site[name], own_templates):
            if (folder, found) not in answers:
                answers[folder, found] = _link_problem(site, name, found)
            if problem := answers[folder, found]:
                problems.append(f"{name} {problem} ({found.where})")
    return problems


def _addresses(name: str, content: bytes, own_templates: bool) -> Iterator[Address]:
    """Yield the addresses in a file of the site."""
    if name.endswith(".html"):
        page = content.decode()
        if own_templates:
            yield from find_in_page(page)
        else:
            yield from map(_address, dict.fromkeys(link[0] for link in _LINK.finditer(page)))
    elif name.endswith(".css"):
        yield from find_in_style(content.decode())
    elif name.endswith(".js") and own_templates:
        yield from find_in_script(content.decode())


@lru_cache(10_000)
def _address(link: str) -> Address:
    """Return the address in a link, which ends with it; most are the same on many pages."""
    ((tag, url),) = _LINK.findall(link)
    kind = CANONICAL if 'rel="canonical"' in link else LINK if tag in "aA" else LOAD
    return Address(unescape(url), f"<{tag.lower()}>", kind)


def _link_problem(site: Mapping[str, bytes], name: str, found: Address) -> str:
    """Return what is wrong with an address on a page, "" if nothing is."""
    url = found.url
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"has {url}, which is not an address"
    if name == ANYWHERE:
        return "" if url in ("./", "../") else f"is shown at any depth, so it cannot use {url}"
    if parts.scheme in ("data", "mailto") or found.kind == CANONICAL or (found.kind, parts.scheme) == (LINK, "https"):
        return ""
    if parts.scheme or parts.netloc:
        return f"would load {url} from another server"
    if parts.path and _target(name, unquote(parts.path)) not in site:
        return f"links to {parts.path}, which is not there"
    return ""


def _readable(name: str, content: bytes) -> bytes:
    """Return the searchable text of a file: the values of a Parquet file, because its bytes are compressed."""
    if not name.endswith(".parquet"):
        return content
    values = pq.read_table(io.BytesIO(content), columns=["value"])["value"].unique().to_pylist()
    return "\n".join(values).encode()


def check_hidden(site: Mapping[str, bytes], hidden: Collection[str]) -> list[str]:
    """Return files that contain one of ``hidden``, plain or escaped for HTML or JSON. The text is not repeated."""
    if not hidden:
        return []
    words = frozenset[bytes]().union(*map(_spellings, hidden))
    search = WordSearch(words) if len(words) > FEW else None
    return [
        f"{name} contains a text that must not be published (the API key, or title or id of an asset not public)"
        for name, text in ((name, _readable(name, site[name])) for name in sorted(site))
        if (search.is_in(text) if search else any(word in text for word in words))
    ]


def _spellings(text: str) -> set[bytes]:
    """Return the text plain, escaped for HTML by Python and by Jinja, and as JSON, also inside a page."""
    if text.isascii() and text.isalnum():  # an id
        return {text.encode()}
    in_json = [json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)]
    in_page = [spelled.translate(_JSON_IN_HTML) for spelled in in_json]
    in_html = escape(text)
    return {
        spelled.encode()
        for spelled in (
            text,
            in_html,
            in_html.replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
            *in_json,
            *in_page,
        )
    }


def _target(page: str, path: str) -> str:
    """Return the path of the file that a relative link on ``page`` points to."""
    if path.endswith("/") or path == ".":
        path += "index.html" if path.endswith("/") else "/index.html"
    target = normpath(f"{page.rpartition('/')[0]}/{path}" if "/" in page else path)
    return "outside the site" if target.startswith(("..", "/")) else target
