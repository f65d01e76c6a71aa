"""``feed.xml``: what changed, as an Atom feed (RFC 4287). No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from apivideo_geo.days import day_end
from apivideo_geo.model import NewsItem, Summary
from apivideo_geo.plain_text import xml_text

MOST = 50
"""Maximum number of entries, newest first; feed readers keep the entries they have seen."""
_SINCE = "2026-01-01"
_ATOM = "http://www.w3.org/2005/Atom"
_XML = "http://www.w3.org/XML/1998/namespace"


def render_feed(
    summary: Summary, entries: Sequence[NewsItem], *, title: str, subtitle: str, language: str, site_url: str
) -> bytes:
    """The feed of ``entries``, newest first, for the site at ``site_url`` ("" where the address is not known).

    Ids are tag URIs (RFC 4151), the same in every build as long as the site does not move: a reader shows an entry
    once. Without an address, links are relative to the feed itself.
    """
    address = urlsplit(site_url)
    tag = f"tag:{address.hostname or 'apivideo-geo.invalid'},{_SINCE}:{address.path.lstrip('/')}"
    feed = Element("feed", {"xmlns": _ATOM, f"{{{_XML}}}lang": language})
    newest = sorted(entries, key=lambda entry: (entry.at, entry.id), reverse=True)[:MOST]
    _text(feed, "id", f"{tag}feed")
    _text(feed, "title", title)
    if subtitle:
        _text(feed, "subtitle", subtitle)
    start = day_end(summary.period_to) if summary.period_to else summary.generated_at
    _text(feed, "updated", _moment(max((entry.at for entry in newest), default=start)))
    SubElement(SubElement(feed, "author"), "name").text = xml_text(title)
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{site_url}index.html"})
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{site_url}feed.xml"})
    SubElement(feed, "generator").text = "apivideo-geo"
    feed.extend(_entries(newest, tag, site_url))
    indent(feed, " ")
    document: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _entries(entries: Sequence[NewsItem], tag: str, site_url: str) -> Iterator[Element]:
    for entry in entries:
        element = Element("entry")
        _text(element, "id", tag + entry.id)
        _text(element, "title", entry.sentence)
        _text(element, "updated", _moment(entry.at))
        SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": f"{site_url}{entry.link}"})
        yield element


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = xml_text(text)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
