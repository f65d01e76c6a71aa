"""Render ``data/datapackage.json``: every file of ``data/`` described for programs, in the Frictionless format."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from apivideo_geo.exports.columns import CODE, CODE_PATTERN, COUNT, Column
from apivideo_geo.exports.tables import FOLDER, CsvFile
from apivideo_geo.model import METRICS, Summary
from apivideo_geo.privacy import public_dimensions

SCHEMA = ".schema.json"
FACTS = (
    Column("day", "date", "UTC day", {"required": True}),
    Column(
        "metric", "string", "What is counted: filter by one before adding up",
        {"required": True, "enum": list(METRICS)},
    ),
    Column("country", "string", CODE.description, {"required": True, "pattern": CODE_PATTERN}),
    Column(
        "dimension", "string", "total, or what the count is broken down by",
        {"required": True, "enum": list(public_dimensions(False))},
    ),
    Column("value", "string", "Empty for total; else media id or unlisted, device type, system, browser"),
    Column("count", "integer", "How many", COUNT),
)  # fmt: skip
"""The columns of ``facts.parquet``."""

_API = {"title": "api.video", "path": "https://api.video/"}
_GEONAMES = {"title": "GeoNames (cities, people of a few territories)", "path": "https://www.geonames.org/"}
_FACTBOOK = {"title": "CIA World Factbook (people per country)", "path": "https://www.cia.gov/the-world-factbook/"}
_CLDR = {"title": "Unicode CLDR (names of countries)", "path": "https://cldr.unicode.org/"}
_NATURAL_EARTH = {"title": "Natural Earth (outlines)", "path": "https://www.naturalearthdata.com/"}
_PUBLIC_DOMAIN = {
    "name": "PDDL-1.0",
    "title": "Public domain",
    "path": "https://www.naturalearthdata.com/about/terms-of-use/",
}
_BY = {
    "name": "CC-BY-4.0",
    "title": "Cities and populations of a few territories: GeoNames",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
_OTHERS: Mapping[str, tuple[str, str, str]] = {
    "summary.json": ("Every figure of the front page", "json", "application/json"),
    "facts.parquet": (
        "The history: one row a day, metric, country, dimension and value",
        "parquet",
        "application/vnd.apache.parquet",
    ),
    "world.json": ("Outlines of the countries as the map draws them", "json", "application/json"),
}
"""Files that are not CSV: title, format, media type."""


def render_datapackage(
    summary: Summary, title: str, tables: Sequence[CsvFile], site: Mapping[str, bytes], homepage: str
) -> bytes:
    """Return the descriptor of every file of ``site`` in ``data/``: path, size, digest, and for tables the schema.

    A JSON Schema is listed with the file it describes. Size and digest of Parquet files are only in ``manifest.json``,
    because Frictionless would compare them with the part of the file that it reads.

    ``homepage`` is the address of the site, "" if it is not known.
    """
    described = {table.path: table for table in tables}
    package: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "apivideo-geo",
        "title": title,
        "description": f"Counts ({', '.join(summary.metrics)}) by country and UTC day"
        + (" of an invented audience (demo data)." if summary.demo else ", from api.video."),
        "created": summary.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sources": [*([] if summary.demo else [_API]), _FACTBOOK, _GEONAMES, _CLDR],
        "licenses": [_BY],
        "resources": [
            _resource(path, content, described.get(path))
            for path, content in sorted(site.items())
            if path.startswith(FOLDER) and not path.endswith(SCHEMA)
        ],
    }
    if homepage:
        package["homepage"] = homepage
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()


def _resource(path: str, content: bytes, table: CsvFile | None) -> dict[str, Any]:
    name = path.removeprefix(FOLDER)
    resource: dict[str, Any] = {"name": name.replace(".", "-"), "path": name}
    if table:
        resource |= {
            "type": "table",
            "title": table.title,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
        }
    else:
        title, kind, media = _OTHERS[name]
        resource |= {"title": title, "format": kind, "mediatype": media}
    if not name.endswith(".parquet"):
        resource |= {"bytes": len(content), "hash": f"sha256:{sha256(content).hexdigest()}"}
    if name == "summary.json":
        resource["jsonSchema"] = "summary.schema.json"
    if name == "world.json":
        resource |= {"sources": [_NATURAL_EARTH], "licenses": [_PUBLIC_DOMAIN]}
    if table:
        resource["schema"] = _schema(table.columns, table.key)
    elif name == "facts.parquet":
        resource["schema"] = _schema(FACTS, ())
    return resource


def _schema(columns: Sequence[Column], key: Sequence[str]) -> dict[str, Any]:
    fields = [
        {"name": column.name, "type": column.type, "description": column.description}
        | ({"constraints": column.constraints} if column.constraints else {})
        for column in columns
    ]
    return {"fields": fields, "missingValues": [""]} | ({"primaryKey": list(key)} if key else {})
