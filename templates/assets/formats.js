/** Numbers and dates as the page's locale writes them: the same texts as the Python class `Formats`. */
(function (geo) {
  "use strict";
  const { _ } = geo;
  const lang = geo.data.lang;
  const FIRST = geo.data.words;
  /** A time from this many hours has no minutes. */
  const ONLY_HOURS = 100;
  const calendar = lang === "en" ? "en-001" : lang;
  const DAY = 86_400_000;

  /** @param {Intl.NumberFormatOptions} options @returns {(value: number) => string} */
  function writer(options) {
    const rules = { useGrouping: "always", numberingSystem: "latn", roundingMode: "halfEven", ...options };
    const format = new Intl.NumberFormat(lang, /** @type {Intl.NumberFormatOptions} */ (rules));
    // As text, a number is rounded by its digits and not by its bits, as in Python.
    // Marks of direction, which Python does not write, are left out; newer browsers have a straight apostrophe in Swiss numbers.
    return (value) => format.format(/** @type {any} */ (String(value))).replace(/[\u200e\u200f\u061c]/g, "").replaceAll("'", "’");
  }
  const plain = writer({ maximumFractionDigits: 20 });
  const integer = writer({ maximumFractionDigits: 0 });
  const hundredths = writer({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const tenths = writer({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = writer({ style: "percent", maximumFractionDigits: 0 });
  const exactPercent = writer({ style: "percent", maximumFractionDigits: 12 });
  const percentTenths = writer({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

  /** @param {Intl.DateTimeFormatOptions} options */
  const dates = (options) => new Intl.DateTimeFormat(calendar, { timeZone: "UTC", calendar: "gregory", numberingSystem: "latn", ...options });
  /** In French the first of a month is the "1er", which CLDR does not know. @param {string} text */
  const dated = (text) => (/^fr\b/.test(lang) ? text.replace(/(?<!\d)1(?=\s\p{L})/gu, "1er") : text);
  const longDay = dates({ day: "numeric", month: "long", year: "numeric" });
  const yearlessDay = dates({ day: "numeric", month: "long" });
  const shortDay = dates({ day: "numeric", month: "short" });
  const shortDayWithYear = dates({ day: "numeric", month: "short", year: "numeric" });
  const month = dates({ month: "short", year: "numeric" });
  const first = Date.parse(geo.data.first || "1970-01-01");
  /** @param {number} index */
  const timeOf = (index) => first + index * DAY;

  /** @type {Formats} */
  const formats = {
    number: plain,

    /** A share from 0 to 1; one above 0 never reads as 0. */
    share: (part) => (part > 0 && part <= 0.0005 ? `< ${percentTenths(0.001)}` : percentTenths(part)),

    /** A limit between classes; of a time, in hours. */
    limit(value, { kind }) {
      if (kind === "rate") return formats.percentage(100 * value);
      if (kind === "seconds" || kind === "time") return formats.duration(kind === "time" ? value : value * 3600);
      return plain(Number(value.toPrecision(4)));
    },

    /** A limit between classes of shares, in percent. */
    percentage: (value) => exactPercent(Number((value / 100).toPrecision(4))),

    /** A share for a sentence: without decimals from ten percent. */
    about: (part) => (part >= 0.1 ? percent(part) : formats.share(part)),

    /** A number per million people. */
    rate(value) {
      if (value >= 1000) return integer(value);
      if (value > 0 && value <= 0.05) return plain(Number(value.toPrecision(1)));
      return tenths(value);
    },

    /** The change in percent, with its sign; `before` is above 0. */
    change(now, before) {
      const size = percent(Math.abs(now - before) / before);
      return size === percent(0) ? size : (now > before ? "+" : "−") + size;
    },

    quantity: (count, { kind, counted } = FIRST) => geo.fill(geo.form(counted, Math.ceil(count)), { count: formats.value(count, { kind }) }),

    /** A value of a metric or ratio without its noun. */
    value(value, { kind }) {
      if (Number.isNaN(value)) return _("too few");
      if (kind === "sum") return plain(value);
      if (kind === "per-day") return formats.rate(value);
      if (kind === "rate") return percentTenths(value);
      return kind === "ratio" ? hundredths(value) : formats.duration(value);
    },

    per: (value, { kind }) => (kind === "seconds" ? formats.duration(value) : formats.rate(value)),

    /** A time with at most two units: "3 h 20 min", "4 min 5 s". */
    duration(time) {
      const seconds = Math.floor(time + 0.5), rest = seconds % 60;
      const values = { minutes: plain(Math.floor(seconds / 60)), seconds: plain(rest) };
      if (seconds < 60) return _("%(seconds)s s", values);
      if (seconds < 3600) return rest ? _("%(minutes)s min %(seconds)s s", values) : _("%(minutes)s min", values);
      const whole = Math.floor(seconds / 60 + 0.5), minutes = whole % 60, hours = Math.floor(whole / 60);
      if (hours >= ONLY_HOURS || !minutes) return _("%(hours)s h", { hours: plain(Math.floor(seconds / 3600 + 0.5)) });
      return _("%(hours)s h %(minutes)s min", { hours: plain(hours), minutes: plain(minutes) });
    },

    iso: (index) => new Date(timeOf(index)).toISOString().slice(0, 10),
    indexOf: (iso) => (/^\d{4}-\d\d-\d\d$/.test(iso) ? Math.round((Date.parse(iso) - first) / DAY) : NaN),
    /** The first day of the twelve months that end with a day; 29 February counts as 1 March in other years. */
    yearUntil(index) {
      const end = new Date(timeOf(index + 1));
      return Math.round((Date.UTC(end.getUTCFullYear() - 1, end.getUTCMonth(), end.getUTCDate()) - first) / DAY);
    },
    /** The last day of the month that a day is in. */
    monthUntil(index) {
      const day = new Date(timeOf(index));
      return Math.round((Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0) - first) / DAY);
    },
    /** Months from the first to the last, by a day of each: "Aug – Oct 2026". */
    months: (from, to) => (from === to ? month.format(timeOf(from)) : month.formatRange(timeOf(from), timeOf(to))),
    day: (index) => dated(longDay.format(timeOf(index))),
    dayOfYear: (index) => dated(yearlessDay.format(timeOf(index))),
    days: (from, to) => (from === to ? formats.day(from) : dated(longDay.formatRange(timeOf(from), timeOf(to)))),

    /** A period with its year, shorter: "28 Sept – 3 Oct 2026". */
    span: (from, to) => dated(shortDayWithYear.formatRange(timeOf(from), timeOf(to))),

    /** Ascending days as ranges: "3–6 Aug, 9 Aug", with the year if there are several; after three ranges "and 12 more". */
    runs(indexes) {
      /** @type {[number, number][]} */
      const runs = [];
      for (const index of indexes) {
        const last = runs[runs.length - 1];
        if (last && last[1] === index - 1) last[1] = index;
        else runs.push([index, index]);
      }
      const years = new Set(indexes.map((index) => formats.iso(index).slice(0, 4)));
      const format = years.size > 1 ? shortDayWithYear : shortDay;
      const texts = runs.slice(0, 3).map(([from, to]) => dated(format.formatRange(timeOf(from), timeOf(to))));
      const rest = runs.slice(3).reduce((sum, [from, to]) => sum + to - from + 1, 0);
      const days = texts.join(", ");
      return rest ? geo.ngettext("%(days)s and %(count)s more", "%(days)s and %(count)s more", rest, { days }) : days;
    },
  };
  geo.formats = formats;
})(apivideoGeo);
