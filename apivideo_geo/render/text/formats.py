"""Format numbers and dates for a locale (CLDR, through babel)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from math import floor

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_interval, format_skeleton, format_time, get_day_names
from babel.lists import format_list
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from apivideo_geo.days import ONE_DAY, day_runs, month_end
from apivideo_geo.errors import UsageError
from apivideo_geo.model import RATES, RATIOS_IN_SECONDS
from apivideo_geo.render.text.translations import load_words

_FIRST = re.compile(r"(?<!\d)1(?=\s[^\W\d])")
_AND_BEFORE_I = re.compile(r"\by(?= (?:i|hi(?![ae])))", re.IGNORECASE)
"""Spanish "y" where it becomes "e": "Francia e Italia", as browsers write it."""
_FOREIGN = {"ltr": re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"), "rtl": re.compile("[A-Za-zÀ-ɏ]")}
"""Text direction → letters of the opposite direction."""
_ONLY_HOURS = 100
"""From this number of hours on, a time is written without minutes."""


class Formats:
    """Writes sentences, numbers and dates for one ``locale`` ("en", "de_CH"). Raises UsageError for an unknown one.

    Without translations in its language all three are English, so that no sentence is half in one language. "en"
    without a region uses the dates of world English (25 May 2026).
    """

    def __init__(self, locale: str) -> None:
        try:
            self.site_locale = Locale.parse(locale.replace("-", "_"))
        except (UnknownLocaleError, ValueError) as problem:
            raise UsageError(f'There is no locale "{locale}": use a code like en, fr or pt-BR.') from problem
        self.words = load_words(str(self.site_locale))
        self.language, self.translations = self.words.language, self.words.translations
        self.locale = self.site_locale if self.site_locale.language == self.language else Locale.parse(self.language)
        self._calendar = Locale.parse("en_001") if str(self.locale) == "en" else self.locale
        # A percent pattern has no decimals: give it exactly one.
        pattern = self.locale.percent_formats[None].pattern
        self._percents = pattern, re.sub(r"0(?=[^0]*$)", "0.0", pattern)
        self._code = str(self.locale)
        self._foreign = _FOREIGN[self.locale.text_direction]

    def say(self, message: str, **values: str) -> str:
        """Return ``message`` in the reader's language; ``%(name)s`` in it is replaced by the value ``name``."""
        text = self.translations.gettext(message)
        return text % self._apart(values) if values else text

    def say_many(self, one: str, many: str, count: int, /, **values: str) -> str:
        """Return the translation of ``one`` or ``many``, in the plural form of ``count``, with ``values`` put in.

        ``%(count)s`` is ``count`` with the separators of the language, unless ``values`` has a ``count``.
        """
        return self.translations.ngettext(one, many, count) % {"count": self.number(count), **self._apart(values)}

    def _apart(self, values: dict[str, str]) -> dict[str, str]:
        """Isolate values of the opposite text direction (FSI, PDI), so that the sentence keeps its order."""
        return {name: f"\u2068{text}\u2069" if self._foreign.search(text) else text for name, text in values.items()}

    def listed(self, names: Sequence[str]) -> str:
        """Join names in the language of the sentences: "France and Morocco", "France, Morocco and Peru"."""
        text = str(format_list(names, locale=self._calendar))
        return _AND_BEFORE_I.sub("e", text) if self.language == "es" else text

    @property
    def lang(self) -> str:
        """Return the ``lang`` attribute of the site: "en", "pt-BR"."""
        return str(self.site_locale).replace("_", "-")

    @property
    def dir(self) -> str:
        """Return the ``dir`` attribute: "ltr" or "rtl"."""
        return str(self.site_locale.text_direction)

    @property
    def spoken(self) -> str:
        """Return the ``lang`` attribute of sentences, numbers and dates; empty if it is that of the site."""
        return "" if self.locale is self.site_locale else self.language.replace("_", "-")

    def number(self, value: float) -> str:
        """Format a count or a class limit: 93,904; 0.3."""
        return _write_number(value, self._code)

    def share(self, part: float) -> str:
        """Format a share (0 to 1) with one decimal: 71.1%; what would round to zero is < 0.1%."""
        if 0 < part <= 0.0005:
            return f"< {self._percentage(0.001)}"
        return self._percentage(part)

    def shares(self, parts: Sequence[int], total: int) -> list[str]:
        """Format the shares of ``parts``, which add up to ``total``, so that the shares written add up to 100.0%.

        Each is rounded down to a tenth of a percent; what is lacking goes to those with the largest remainder.

        >>> Formats("en").shares([1, 1, 1], 3)
        ['33.4%', '33.3%', '33.3%']
        """
        tenths = [part * 1000 // total for part in parts]
        by_remainder = sorted(range(len(parts)), key=lambda index: -(parts[index] * 1000 % total))
        for index in by_remainder[: 1000 - sum(tenths)]:
            tenths[index] += 1
        return [
            self.share(part / total) if part and not tenth else self._percentage(tenth / 1000)
            for part, tenth in zip(parts, tenths, strict=True)
        ]

    def about(self, part: float) -> str:
        """Format a share for a sentence: 71%; below ten percent with a decimal."""
        if part >= 0.1:
            return self._percentage(part, 0)
        return self.share(part)

    def rate(self, value: float) -> str:
        """Format a rate per million people: 1,204; 33.4; 0.04."""
        if value >= 1000:
            return str(format_decimal(value, "#,##0", locale=self.locale))
        if 0 < value <= 0.05:
            return str(format_decimal(float(f"{value:.1g}"), locale=self.locale, decimal_quantization=False))
        return str(format_decimal(value, "#,##0.0", locale=self.locale))

    def mean(self, value: float) -> str:
        """Format a mean in little space: 0.4; 33.4; 204; 12.3K."""
        if value >= 10_000:
            return str(format_compact_decimal(value, locale=self.locale, fraction_digits=1))
        return self.number(round(value)) if value >= 100 or not value else self.rate(value)

    def duration(self, seconds: float) -> str:
        """Format a time with at most two units: 12,345 h; 3 h 20 min; 4 min 5 s; 42 s."""
        whole = floor(seconds + 0.5)
        if whole < 3600:
            minutes, rest = divmod(whole, 60)
            if not minutes:
                return self.say("%(seconds)s s", seconds=self.number(rest))
            values = {"minutes": self.number(minutes), "seconds": self.number(rest)}
            return self.say("%(minutes)s min %(seconds)s s", **values) if rest else self._minutes(minutes)
        hours, minutes = divmod(floor(whole / 60 + 0.5), 60)
        if hours >= _ONLY_HOURS or not minutes:
            return self.say("%(hours)s h", hours=self.number(floor(whole / 3600 + 0.5)))
        return self.say("%(hours)s h %(minutes)s min", hours=self.number(hours), minutes=self.number(minutes))

    def _minutes(self, minutes: int) -> str:
        return self.say("%(minutes)s min", minutes=self.number(minutes))

    def ratio(self, name: str, value: float) -> str:
        """Format the ratio ``name`` (see ``model.RATIOS``): a rate as 71.1%, a time as 4 min 5 s, another as 1.25."""
        if name in RATES:
            return self._percentage(value)
        if name in RATIOS_IN_SECONDS:
            return self.duration(value)
        return str(format_decimal(value, "#,##0.00", locale=self.locale))

    def ratio_change(self, name: str, now: float, before: float) -> str:
        """Format the change of the ratio ``name`` with its sign: +2.3 points, −12 s, +0.05."""
        difference = now - before
        if name in RATES:
            text = format_decimal(abs(100 * difference), "#,##0.0", locale=self.locale)
            size = self.say("%(number)s points", number=str(text))
        else:
            size = self.ratio(name, abs(difference))
        if not re.search("[1-9]", size):
            return size
        return f"{'+' if difference > 0 else '−'}{size}"

    def change(self, now: float, before: float) -> str:
        """Format a change with its sign: +12%, −8%; "0%" if it rounds to zero. ``before`` is above 0."""
        size = self._percentage(abs(now - before) / before, 0)
        if size == self._percentage(0, 0):
            return size
        return f"{'+' if now > before else '−'}{size}"

    def day(self, day: date) -> str:
        """Format a day: 25 May 2026."""
        return self._dated(format_date(day, "long", locale=self._calendar))

    def day_of_year(self, day: date) -> str:
        """Format a day without its year: 25 May."""
        return self._dated(format_skeleton("MMMMd", day, locale=self._calendar))

    def short_day(self, day: date) -> str:
        """Format a day without its year, the month abbreviated: 3 Aug."""
        return self._dated(format_skeleton("MMMd", day, locale=self._calendar))

    def month(self, day: date, year: bool) -> str:
        """Format a month: August, or Aug 2026 with its ``year``."""
        if year:
            return str(format_skeleton("yMMM", day, locale=self._calendar))
        return str(format_date(day, "LLLL", locale=self._calendar))

    def full_month(self, day: date) -> str:
        """Format a month with its year: October 2026."""
        return str(format_skeleton("yMMMM", day, locale=self._calendar))

    def months(self, months: Sequence[date]) -> str:
        """Format ascending months (their first days): Aug – Oct 2026, Dec 2026."""
        runs: list[list[date]] = []
        for month in months:
            if runs and month == month_end(runs[-1][1]) + ONE_DAY:
                runs[-1][1] = month
            else:
                runs.append([month, month])
        return ", ".join(self._run(first, last, "yMMM") for first, last in runs)

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The weekdays in the order of the locale; 0 is Monday."""
        first = int(self.site_locale.first_week_day)
        return (*range(first, 7), *range(first))

    def weekday(self, number: int, *, short: bool = False) -> str:
        """Return the name of a weekday, 0 is Monday: Tuesday, or Tue."""
        names = get_day_names("abbreviated" if short else "wide", "stand-alone", self._calendar)
        return str(names[number])

    def hour(self, number: int) -> str:
        """Format the beginning of an hour of the day: 20:00."""
        return str(format_time(time(number), "HH:mm", locale=self._calendar))

    def week(self, monday: date) -> str:
        """Format a week: 23–29 Nov 2026."""
        return self._run(monday, monday + 6 * ONE_DAY, "yMMMd")

    def moment(self, moment: datetime) -> str:
        """Format a time in UTC: 25 May 2026, 04:12 UTC."""
        return f"{self.day(moment.date())}, {format_datetime(moment, 'HH:mm', locale=self._calendar)} UTC"

    def days(self, days: Sequence[date], most: int = 3) -> str:
        """Format ascending days as ranges: 3–6 Aug, 9 Aug; after ``most`` ranges "and 12 more"."""
        runs = day_runs(days)
        several_years = bool(days) and days[0].year != days[-1].year
        texts = [self._run(first, last, "yMMMd" if several_years else "MMMd") for first, last in runs[:most]]
        rest = sum((last - first).days + 1 for first, last in runs[most:])
        text = ", ".join(texts)
        if not rest:
            return text
        return self.say_many("%(days)s and %(count)s more", "%(days)s and %(count)s more", rest, days=text)

    def span(self, first: date, last: date) -> str:
        """Format a period with its year: 28 Sept – 3 Oct 2026; one day: 3 Oct 2026."""
        return self._run(first, last, "yMMMd")

    def _run(self, first: date, last: date, skeleton: str) -> str:
        if first == last:
            return self._dated(format_skeleton(skeleton, first, locale=self._calendar))
        return self._dated(format_interval(first, last, skeleton, locale=self._calendar))

    def _dated(self, text: str) -> str:
        """Return a CLDR date; in French the first of a month becomes "1er", which CLDR lacks."""
        return _FIRST.sub("1er", text) if self.locale.language == "fr" else text

    def _percentage(self, part: float, decimals: int = 1) -> str:
        """Format a part with no decimal or one. It is rounded before: there are only few results to format."""
        return _write_percent(round(Decimal(str(part)), 2 + decimals), self._percents[decimals], self._code)


def sentence(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=10_000)
def _write_percent(part: Decimal, pattern: str, locale: str) -> str:
    return str(format_percent(part, pattern, locale=locale))


@lru_cache(maxsize=100_000)
def _write_number(value: float, locale: str) -> str:
    """Cached: pages of thousands of videos repeat the same small numbers."""
    return str(format_decimal(value, locale=locale, decimal_quantization=False))
