"""Render the CSV and JSON files in ``data/``: what the pages show, for programs. Returns bytes, never writes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from apivideo_geo.exports.datapackage import render_datapackage
from apivideo_geo.exports.frames import SHARE_DIGITS, round_rate
from apivideo_geo.exports.tables import CsvFile
from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_shapes
from apivideo_geo.model import Summary


def render_data_files(
    summary: Summary, tables: Sequence[CsvFile], others: Mapping[str, bytes], title: str, homepage: str
) -> dict[str, bytes]:
    """Path below the site → content of every CSV and JSON file in ``data/``.

    ``tables`` are those of :func:`make_tables`; ``others`` are files of the site that are there already: those in
    ``data/`` are described in ``datapackage.json`` too. ``title`` names the site, ``homepage`` is its address, "" where
    it is not known.
    """
    files = {
        **{table.path: table.render() for table in tables},
        "data/summary.json": render_summary(summary),
        "data/summary.schema.json": _json(SUMMARY_SCHEMA),
        "data/world.json": render_world(),
    }
    package = render_datapackage(summary, title, tables, {**others, **files}, homepage)
    return {**files, "data/datapackage.json": package}


def render_world() -> bytes:
    """``world.json``: the outlines as the map draws them, for who wants to draw another. Names are codes only."""
    shapes = {
        code: {"path": shape.path, "dot": shape.dot and list(shape.dot), "region": shape.region}
        for code, shape in load_shapes().items()
    }
    world = {"projection": "Equal Earth", "width": WIDTH, "height": HEIGHT, "shapes": shapes}
    return (json.dumps(world, separators=(",", ":")) + "\n").encode()


def render_summary(summary: Summary) -> bytes:
    """``summary.json``, following the schema published with it. Times are UTC, ``share`` is of the total (0–1)."""
    days = summary.days
    return _json(
        {
            "generated_at": summary.generated_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "metric": summary.metric,
            "period": {"from": _iso(summary.period_from) or None, "to": _iso(summary.period_to) or None},
            "total": summary.total,
            "mapped": summary.mapped,
            "unknown": summary.unknown,
            "withheld": 0,
            "days": {
                "collected": days.collected,
                "empty": days.empty,
                "missing": [day.isoformat() for day in days.missing],
                "left_out": [day.isoformat() for day in days.left_out],
                "open": days.open,
                "in_doubt": [day.day.isoformat() for day in days.doubtful],
            },
            "countries": [
                {
                    "iso_a3": c.iso_a3,
                    "iso_a2": c.iso_a2,
                    "name": c.name,
                    "count": c.count,
                    "share": round(c.share, SHARE_DIGITS),
                    "per_million": round_rate(c.per_million),
                    "per_million_missing": c.no_rate or None,
                    "rank": c.rank,
                }
                for c in summary.countries
            ],
        }
    )


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _iso(moment: date | datetime | None) -> str:
    return moment.isoformat() if moment else ""


_COUNT = {"type": "integer", "minimum": 0}
_DAY = {"type": "string", "format": "date"}
SUMMARY_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Summary of an audience by country",
    "description": "total = mapped + unknown + withheld. Days are UTC; the period includes both ends.",
    "type": "object",
    "additionalProperties": False,
    "required": ["generated_at", "metric", "period", "total", "mapped", "unknown", "withheld", "days", "countries"],
    "properties": {
        "generated_at": {"type": "string", "format": "date-time"},
        "metric": {"enum": ["play", "view", "impression", "start", "end", "session"]},
        "period": {
            "type": "object",
            "additionalProperties": False,
            "required": ["from", "to"],
            "properties": {"from": {"anyOf": [_DAY, {"type": "null"}]}, "to": {"anyOf": [_DAY, {"type": "null"}]}},
        },
        "total": _COUNT,
        "mapped": {**_COUNT, "description": "Counts whose country is on the map."},
        "unknown": {**_COUNT, "description": "Counts whose country cannot be known."},
        "withheld": {**_COUNT, "description": "Always 0 for countries; the next version drops it."},
        "days": {
            "type": "object",
            "description": "collected + open + missing days = days in the period; empty is part of collected.",
            "additionalProperties": False,
            "required": ["collected", "empty", "missing", "left_out", "open", "in_doubt"],
            "properties": {
                "collected": {**_COUNT, "description": "Days over when collected."},
                "empty": {**_COUNT, "description": "Collected days without a single count."},
                "missing": {"type": "array", "items": _DAY, "description": "Days without a count: gaps, not zeros."},
                "left_out": {
                    "type": "array",
                    "items": _DAY,
                    "description": "Those of missing that the publisher leaves out.",
                },
                "open": {**_COUNT, "description": "Days not over when collected."},
                "in_doubt": {
                    "type": "array",
                    "items": _DAY,
                    "description": "Days whose countries do not add up to the API's own count of the day; the rest is "
                    "unknown. Without any country a day is missing, too.",
                },
            },
        },
        "countries": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": [
                    "iso_a3", "iso_a2", "name", "count", "share", "per_million", "per_million_missing", "rank",
                ],
                "properties": {
                    "iso_a3": {"type": "string", "pattern": "^[A-Z]{3}$"},
                    "iso_a2": {"type": "string", "pattern": "^[A-Z]{2}$"},
                    "name": {"type": "string"},
                    "count": {"type": "integer", "minimum": 1},
                    "share": {"type": "number", "minimum": 0, "maximum": 1},
                    "per_million": {"type": ["number", "null"], "minimum": 0},
                    "per_million_missing": {
                        "description": "Why there is no rate; null if there is one.",
                        "enum": ["too_few", "no_population", None],
                    },
                    "rank": {"type": "integer", "minimum": 1},
                },
            },
        },
    },
}  # fmt: skip
"""JSON Schema of ``summary.json``."""
