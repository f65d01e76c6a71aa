"""Compare the latest days with as many before them. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from apivideo_geo.model import UNKNOWN, Change, DayCount

LENGTH = 30
"""Days in each of the two periods."""


def compare(
    daily: Sequence[DayCount],
    by_country: Mapping[str, Sequence[int]],
    length: int = LENGTH,
    seen: Collection[str] = (),
    per_day: bool = False,
) -> Change | None:
    """Compare the last ``length`` complete days of ``daily`` with the ``length`` days before.

    ``by_country``: alpha-3 → the counts of the same days; ``seen``: the countries with a count on an earlier day, which
    are not new. Counts are sums of the days, with ``per_day`` their mean. Returns None unless each of the compared days
    was collected after its end.
    """
    end = len(daily)
    while end and daily[end - 1].open:
        end -= 1
    start, middle = end - 2 * length, end - length
    if start < 0 or any(day.count is None or day.open for day in daily[start:end]):
        return None

    def pair(counts: Sequence[int]) -> tuple[float, float]:
        now, before = sum(counts[middle:end]), sum(counts[start:middle])
        return (now / length, before / length) if per_day else (now, before)

    return Change(
        days=length,
        total=pair([day.count or 0 for day in daily]),
        countries={code: pair(counts) for code, counts in by_country.items()},
        new=tuple(
            code
            for code, counts in sorted(by_country.items())
            if code != UNKNOWN and code not in seen and any(counts[middle:end]) and not any(counts[:middle])
        ),
    )
