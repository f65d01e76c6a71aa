"""The CSV files of closed months: only columns that nothing but a month's own counts can change."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from apivideo_geo.aggregate.closed_months import month_summary
from apivideo_geo.exports.columns import CHORO
from apivideo_geo.exports.frames import SHARE_DIGITS
from apivideo_geo.model import UNKNOWN, Details, Summary

COUNTRIES = ("iso_a3", "iso_a2", "count", "share", "rank", "metric", "from", "to")


def render_month_files(summary: Summary, details: Details) -> Iterator[tuple[str, bytes]]:
    """Yield path within the site and content of the files of each closed month.

    ``choro.csv`` and ``countries.csv`` are as first published; ``countries-corrected.csv`` has the counts of the last
    correction, if there is one. They are written without pandas, which would take half of the time of a month.
    """
    for closed in details.closed:
        month, folder = month_summary(closed, summary, str), f"{closed.month:%Y-%m}/"
        countries = list(_rows(month))
        yield f"{folder}choro.csv", _csv((column.name for column in CHORO), ((row[0], row[2]) for row in countries))
        yield f"{folder}countries.csv", _csv(COUNTRIES, countries)
        if closed.corrections:
            corrected = month_summary(closed, summary, str, corrected=True)
            yield f"{folder}countries-corrected.csv", _csv(COUNTRIES, _rows(corrected))


def _rows(month: Summary) -> Iterator[Sequence[object]]:
    period = month.metric, month.period_from, month.period_to
    for one in month.countries:
        yield one.iso_a3, one.iso_a2, one.count, round(one.share, SHARE_DIGITS), one.rank, *period
    if month.unknown:
        yield UNKNOWN, "", month.unknown, round(month.unknown / month.total, SHARE_DIGITS), "", *period


def _csv(header: Iterable[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
