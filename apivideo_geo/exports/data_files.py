"""The files in ``data/``: what the pages show, for programs. As bytes; never writes, never filters."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

from apivideo_geo.model import UNKNOWN, Summary

CHORO_HEADER = ("ISO_A3", "Count")
"""The tutorial's own header."""
COUNTRIES_HEADER = ("iso_a3", "iso_a2", "name", "count", "share", "per_million", "rank", "metric", "from", "to")
SHARE_DIGITS = 6
PER_MILLION_DIGITS = 3


def render_data_files(summary: Summary) -> dict[str, bytes]:
    """Path below the site → content of every file in ``data/``. Their figures add up to ``summary.total``."""
    return {
        "data/choro.csv": render_choro(summary),
        "data/countries.csv": render_countries(summary),
        "data/summary.json": render_summary(summary),
        "data/summary.schema.json": _json(SUMMARY_SCHEMA),
    }


def render_choro(summary: Summary) -> bytes:
    """``ISO_A3,Count``, most first; the unknown, if any, as ``---`` in the last row, as the tutorial has it."""
    rows = [(country.iso_a3, country.count) for country in summary.countries]
    return _csv(CHORO_HEADER, [*rows, (UNKNOWN, summary.unknown)] if summary.unknown else rows)


def render_countries(summary: Summary) -> bytes:
    """One row a country, with codes, name, metric and period in every row; the unknown is the row ``---``."""
    period = (summary.metric, _iso(summary.period_from), _iso(summary.period_to))
    rows: list[tuple[object, ...]] = [
        (c.iso_a3, c.iso_a2, c.name, c.count, round(c.share, SHARE_DIGITS), _rounded(c.per_million), c.rank, *period)
        for c in summary.countries
    ]
    if summary.unknown:
        share = round(summary.unknown / summary.total, SHARE_DIGITS)
        rows.append((UNKNOWN, "", "", summary.unknown, share, "", "", *period))
    return _csv(COUNTRIES_HEADER, rows)


def render_summary(summary: Summary) -> bytes:
    """``summary.json``, to the schema published beside it. Times are UTC, ``share`` is of the total (0–1)."""
    days = summary.days
    return _json(
        {
            "generated_at": summary.generated_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "metric": summary.metric,
            "period": {"from": _iso(summary.period_from) or None, "to": _iso(summary.period_to) or None},
            "total": summary.total,
            "mapped": summary.mapped,
            "unknown": summary.unknown,
            "withheld": summary.withheld,
            "days": {
                "collected": days.collected,
                "empty": days.empty,
                "missing": [day.isoformat() for day in days.missing],
                "open": days.open,
            },
            "countries": [
                {
                    "iso_a3": c.iso_a3,
                    "iso_a2": c.iso_a2,
                    "name": c.name,
                    "count": c.count,
                    "share": round(c.share, SHARE_DIGITS),
                    "per_million": _rounded(c.per_million),
                    "rank": c.rank,
                }
                for c in summary.countries
            ],
        }
    )


def _csv(header: tuple[str, ...], rows: list[Any]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PER_MILLION_DIGITS)


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
        "withheld": {**_COUNT, "description": "Counts not told by country, for privacy."},
        "days": {
            "type": "object",
            "description": "collected + open + missing days = days in the period; empty is part of collected.",
            "additionalProperties": False,
            "required": ["collected", "empty", "missing", "open"],
            "properties": {
                "collected": {**_COUNT, "description": "Days over when collected."},
                "empty": {**_COUNT, "description": "Collected days without a single count."},
                "missing": {"type": "array", "items": _DAY, "description": "Days never collected: gaps, not zeros."},
                "open": {**_COUNT, "description": "Days not over when collected."},
            },
        },
        "countries": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["iso_a3", "iso_a2", "name", "count", "share", "per_million", "rank"],
                "properties": {
                    "iso_a3": {"type": "string", "pattern": "^[A-Z]{3}$"},
                    "iso_a2": {"type": "string", "pattern": "^[A-Z]{2}$"},
                    "name": {"type": "string"},
                    "count": {"type": "integer", "minimum": 1},
                    "share": {"type": "number", "minimum": 0, "maximum": 1},
                    "per_million": {"type": ["number", "null"], "minimum": 0},
                    "rank": {"type": "integer", "minimum": 1},
                },
            },
        },
    },
}
"""JSON Schema of ``summary.json``."""
