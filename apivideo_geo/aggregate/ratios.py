"""Divide the sum of one metric by that of another over the UTC days on which both were collected. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from apivideo_geo.model import PER_DAY, RATES, UNKNOWN, Ratio, Summary, ratios_of

_NORMAL = 1.959963984540054
"""The quantile of the normal distribution that cuts off 2.5 %."""


@dataclass(frozen=True)
class RatioValue:
    """A ratio of a country, or of all.

    ``upper_sum`` and ``lower_sum`` are the sums over the ``days`` UTC days of :meth:`Ratios.shared_days`;
    ``too_few``: ``lower_sum`` is too small for a ratio.
    """

    ratio: Ratio
    upper_sum: int
    lower_sum: int
    days: int
    too_few: bool

    @property
    def value(self) -> float | None:
        """The ratio; None if there are too few to divide by."""
        return None if self.too_few else self.upper_sum / self.lower_sum

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of a rate; None for another ratio, one above 1, or too few."""
        if self.too_few or self.ratio.name not in RATES or self.upper_sum > self.lower_sum:
            return None
        return wilson(self.upper_sum, self.lower_sum)

    @property
    def upper(self) -> float:
        """What is divided: a sum, or the mean of a day if the other number must not be added up over days."""
        return self.upper_sum / self.days if self._per_day and self.days else self.upper_sum

    @property
    def lower(self) -> float:
        """What it is divided by: a sum, or the mean of a day."""
        return self.lower_sum / self.days if self._per_day and self.days else self.lower_sum

    @property
    def reason(self) -> str:
        """Why there is no value: "not_collected" (no day has both metrics) or "too_few"; "above_one" for a rate above 1
        that has no interval; else "".
        """
        if not self.days:
            return "not_collected"
        if self.too_few:
            return "too_few"
        return "above_one" if self.ratio.name in RATES and self.upper_sum > self.lower_sum else ""

    @property
    def _per_day(self) -> bool:
        return self.ratio.lower in PER_DAY


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the Wilson score interval, at 95 %, of a rate of ``successes`` in ``trials`` (above 0).

    >>> [round(bound, 3) for bound in wilson(95, 100)]
    [0.888, 0.978]
    """
    rate, squared = successes / trials, _NORMAL**2
    middle = (rate + squared / (2 * trials)) / (1 + squared / trials)
    half = _NORMAL * sqrt(rate * (1 - rate) / trials + squared / (4 * trials**2)) / (1 + squared / trials)
    return max(0.0, middle - half), min(1.0, middle + half)


class Ratios:
    """The ratios of the collected metrics in the period of a Summary.

    >>> from apivideo_geo import demo
    >>> [ratio.name for ratio in Ratios(demo().summary()).all]
    ['play-rate', 'completion', 'plays-per-viewer']
    """

    def __init__(self, summary: Summary) -> None:
        self._summary, self.metrics = summary, summary.metrics
        self.all = ratios_of(self.metrics)
        self._days: dict[tuple[object, ...], list[int]] = {}

    def total(self, ratio: Ratio, within: slice = slice(None)) -> RatioValue:
        """Return the ratio over all countries, on the days ``within`` those of the Summary's ``daily``."""
        return self.country(ratio, "", within)

    def country(self, ratio: Ratio, code: str, within: slice = slice(None)) -> RatioValue:
        """Return the ratio of the country ``code`` (alpha-3, or ``---``; "" is all of them)."""
        days = self.shared_days(ratio.upper, ratio.lower, within=within)
        upper, lower = (self.sum_of(metric, code, days) for metric in (ratio.upper, ratio.lower))
        return self.value_of(ratio, upper, lower, len(days))

    def countries(self, ratio: Ratio, within: slice = slice(None)) -> Iterator[tuple[str, RatioValue]]:
        """Yield code and ratio of each country with a count of the lower metric or the upper one; unknown is last."""
        found = {code for metric in (ratio.upper, ratio.lower) for code in self.metrics[metric].by_country}
        for code in sorted(found, key=lambda code: (code == UNKNOWN, code)):
            yield code, self.country(ratio, code, within)

    def value_of(self, ratio: Ratio, upper: int, lower: int, days: int) -> RatioValue:
        """Return the ratio of two sums over a number of ``days``."""
        return RatioValue(ratio, upper, lower, days, too_few=lower < max(1, self._summary.ratio_from))

    def shared_days(self, *metrics: str, within: slice = slice(None)) -> list[int]:
        """Return the indexes of the days on which all ``metrics`` were collected, all in full or all in part.

        With viewers, whose mean of a day is shown, partial days count only if there are no complete ones.
        """
        question = (metrics, within.start, within.stop)
        if question not in self._days:
            by_day = zip(*(self.metrics[metric].daily for metric in metrics), strict=True)
            shared = [
                all(day.count is not None for day in days) and len({day.open for day in days}) == 1 for days in by_day
            ]
            found = [day for day in range(len(shared))[within] if shared[day]]
            if any(metric in PER_DAY for metric in metrics):
                daily = self.metrics[metrics[0]].daily
                found = [day for day in found if not daily[day].open] or found
            self._days[question] = found
        return self._days[question]

    def sum_of(self, metric: str, code: str, days: Sequence[int]) -> int:
        """Return the sum of ``metric`` in the country ``code`` ("": all) over the days with the indexes ``days``."""
        if not code:
            daily = self.metrics[metric].daily
            return sum(daily[day].count or 0 for day in days)
        counts = self.metrics[metric].by_country.get(code, ())
        return sum(counts) if len(days) == len(counts) else sum(counts[day] for day in days) if counts else 0
