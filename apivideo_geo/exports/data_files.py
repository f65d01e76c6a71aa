"""Render the CSV and JSON files in ``data/``: what the pages show, for programs. Returns bytes, never writes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from apivideo_geo.aggregate.ratios import Ratios, RatioValue
from apivideo_geo.exports.datapackage import render_datapackage
from apivideo_geo.exports.frames import MEAN_DIGITS, SHARE_DIGITS, round_rate
from apivideo_geo.exports.tables import CsvFile
from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_shapes
from apivideo_geo.model import IN_SECONDS, METRICS, PER_DAY, RATIOS, Coverage, Summary

SUMMARY_VERSION = 2
"""Version of ``summary.json``; 1 had the first metric only."""


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


@cache
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
    ratios = Ratios(summary)
    return _json(
        {
            "version": SUMMARY_VERSION,
            "generated_at": summary.generated_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "metric": summary.metric,
            "period": {"from": _iso(summary.period_from) or None, "to": _iso(summary.period_to) or None},
            "total": summary.total,
            "mapped": summary.mapped,
            "unknown": summary.unknown,
            "withheld": 0,
            "days": _days(summary.days),
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
            "metrics": [_metric(one) for one in summary.metrics.values()],
            "ratios": [_ratio(ratios.total(ratio)) for ratio in ratios.all],
        }
    )


def _days(days: Coverage) -> dict[str, Any]:
    return {
        "collected": days.collected,
        "empty": days.empty,
        "missing": [day.isoformat() for day in days.missing],
        "left_out": [day.isoformat() for day in days.left_out],
        "open": days.open,
        "in_doubt": [day.day.isoformat() for day in days.doubtful],
    }


def _metric(summary: Summary) -> dict[str, Any]:
    """Return the block of a metric: counts, or means of a day where these must not be added up over days."""
    name = "mean_per_day" if summary.metric in PER_DAY else "count"

    def figures(count: float) -> dict[str, float | None]:
        return {"count": None, "mean_per_day": None} | {name: round(count, MEAN_DIGITS)}

    return {
        "metric": summary.metric,
        "unit": "seconds" if summary.metric in IN_SECONDS else "count",
        **figures(summary.total),
        "unknown": figures(summary.unknown),
        "days": _days(summary.days),
        "countries": [
            {"iso_a3": country.iso_a3, "rank": country.rank, **figures(country.count)} for country in summary.countries
        ],
    }


def _ratio(found: RatioValue) -> dict[str, Any]:
    """Return a ratio of all countries; those of each country are in ``ratios.csv``."""
    low, high = found.interval or (None, None)
    return {
        "ratio": found.ratio.name,
        "upper_metric": found.ratio.upper,
        "lower_metric": found.ratio.lower,
        "value": _share(found.value),
        "low": _share(low),
        "high": _share(high),
        "days": found.days,
        "reason": found.reason or None,
    }


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, SHARE_DIGITS)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _iso(moment: date | datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _object(properties: Mapping[str, object], description: str = "") -> dict[str, Any]:
    """Return the schema of an object that has all ``properties`` and no others."""
    about = {"description": description} if description else {}
    return {
        "type": "object", **about, "additionalProperties": False, "required": list(properties),
        "properties": properties,
    }  # fmt: skip


def _list(items: Mapping[str, object], description: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": description}


_COUNT = {"type": "integer", "minimum": 0}
_DAY = {"type": "string", "format": "date"}
_DAY_OR_NULL = {"anyOf": [_DAY, {"type": "null"}]}
_SCHEMA_OF_DAYS = _object(
    {
        "collected": {**_COUNT, "description": "Days over when collected."},
        "empty": {**_COUNT, "description": "Collected days without a single count."},
        "missing": _list(_DAY, "Days without a count: gaps, not zeros."),
        "left_out": _list(_DAY, "Those of missing that the publisher leaves out."),
        "open": {**_COUNT, "description": "Days not over when collected."},
        "in_doubt": _list(
            _DAY,
            "Days whose countries do not add up to the API's own count of the day (the rest is unknown), or whose "
            "answers contradict each other or have invalid rows. Without any country a day is missing, too.",
        ),
    },
    "collected + open + missing days = days in the period; empty is part of collected.",
)
_FIGURES = {
    "count": {"type": ["integer", "null"], "minimum": 0, "description": "Sum over the days; null for viewers."},
    "mean_per_day": {
        "type": ["number", "null"], "minimum": 0,
        "description": "Mean of the complete days; null for metrics that can be added up.",
    },
}  # fmt: skip
_PART = {"type": ["number", "null"], "minimum": 0}
_RANK = {"type": "integer", "minimum": 1}
_ISO_A3, _ISO_A2 = ({"type": "string", "pattern": f"^[A-Z]{{{letters}}}$"} for letters in (3, 2))
_SCHEMA_OF_METRIC = _object(
    {
        "metric": {"enum": list(METRICS)},
        "unit": {"enum": ["count", "seconds"]},
        **_FIGURES,
        "unknown": _object(_FIGURES) | {"description": "The part of it whose country cannot be known."},
        "days": _SCHEMA_OF_DAYS,
        "countries": {"type": "array", "items": _object({"iso_a3": _ISO_A3, "rank": _RANK, **_FIGURES})},
    },
    "A metric by country. Viewers are counted once a day, so they are never added up over days.",
)
_SCHEMA_OF_RATIO = _object(
    {
        "ratio": {"enum": list(dict.fromkeys(ratio.name for ratio in RATIOS))},
        "upper_metric": {"enum": list(METRICS)},
        "lower_metric": {"enum": list(METRICS)},
        "value": _PART,
        "low": _PART,
        "high": _PART,
        "days": _COUNT,
        "reason": {
            "description": "Why there is no value, or (above_one) no interval.",
            "enum": ["too_few", "not_collected", "above_one", None],
        },
    },
    "Two sums divided, of the days on which both were collected; low and high: 95 % interval (Wilson).",
)
_SCHEMA_OF_COUNTRY = _object(
    {
        "iso_a3": _ISO_A3,
        "iso_a2": _ISO_A2,
        "name": {"type": "string"},
        "count": {"type": "integer", "minimum": 1},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "per_million": _PART,
        "per_million_missing": {
            "description": "Why there is no rate; null if there is one.",
            "enum": ["too_few", "no_population", None],
        },
        "rank": _RANK,
    }
)
SUMMARY_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Summary of an audience by country",
    "description": "total = mapped + unknown + withheld. Days are UTC; the period includes both ends.",
    **_object(
        {
            "version": {"const": SUMMARY_VERSION},
            "generated_at": {"type": "string", "format": "date-time"},
            "metric": {"enum": list(METRICS), "description": "The first metric; total to countries are its figures."},
            "period": _object({"from": _DAY_OR_NULL, "to": _DAY_OR_NULL}),
            "total": _COUNT,
            "mapped": {**_COUNT, "description": "Counts whose country is on the map."},
            "unknown": {**_COUNT, "description": "Counts whose country cannot be known."},
            "withheld": {**_COUNT, "description": "Always 0 for countries."},
            "days": _SCHEMA_OF_DAYS,
            "countries": {"type": "array", "items": _SCHEMA_OF_COUNTRY},
            "metrics": {"type": "array", "minItems": 1, "items": _SCHEMA_OF_METRIC},
            "ratios": {"type": "array", "items": _SCHEMA_OF_RATIO},
        }
    ),
}
"""JSON Schema of ``summary.json``."""
