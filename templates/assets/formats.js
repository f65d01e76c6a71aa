// @ts-check
/** Figures and dates as the page's language writes them: the same words as `render/formats.py`. */
(function (geo) {
  "use strict";
  const lang = geo.data.lang;
  const calendar = lang === "en" ? "en-001" : lang;
  const DAY = 86_400_000;

  /** @param {object} options */
  function writer(options) {
    const rules = { useGrouping: "always", numberingSystem: "latn", roundingMode: "halfEven", ...options };
    const format = new Intl.NumberFormat(lang, /** @type {any} */ (rules));
    // As text, a number is rounded by its digits and not by its bits, as on the server.
    // Marks of direction that the server does not write are left out.
    return (/** @type {number} */ value) => format.format(/** @type {any} */ (String(value))).replace(/[\u200e\u200f\u061c]/g, "");
  }
  const plain = writer({ maximumFractionDigits: 20 });
  const whole = writer({ maximumFractionDigits: 0 });
  const tenths = writer({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = writer({ style: "percent", maximumFractionDigits: 0 });
  const exactPercent = writer({ style: "percent", maximumFractionDigits: 12 });
  const percentTenths = writer({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

  /** @param {object} options */
  const dates = (options) => new Intl.DateTimeFormat(calendar, { timeZone: "UTC", calendar: "gregory", numberingSystem: "latn", ...options });
  /** In French the first of a month is the "1er", which CLDR does not know. @param {string} text */
  const dated = (text) => (/^fr\b/.test(lang) ? text.replace(/(?<!\d)1(?=\s\p{L})/gu, "1er") : text);
  const longDay = dates({ day: "numeric", month: "long", year: "numeric" });
  const yearlessDay = dates({ day: "numeric", month: "long" });
  const shortDay = dates({ day: "numeric", month: "short" });
  const first = Date.parse(geo.data.first);

  const formats = {
    number: plain,

    /** @param {number} part  from 0 to 1 */
    share: (part) => (part > 0 && part < 0.0005 ? `< ${percentTenths(0.001)}` : percentTenths(part)),

    /** @param {number} value  a limit between classes of rates */
    limit: (value) => plain(Number(value.toPrecision(4))),

    /** @param {number} value  such a limit, a share in percent */
    percentage: (value) => exactPercent(Number((value / 100).toPrecision(4))),

    /** @param {number} part  a share for a sentence */
    about: (part) => (part >= 0.1 ? percent(part) : formats.share(part)),

    /** @param {number} value  per million people */
    rate(value) {
      if (value >= 1000) return whole(value);
      if (value > 0 && value < 0.05) return plain(Number(value.toPrecision(1)));
      return tenths(value);
    },

    /** @param {number} now @param {number} before  above 0 */
    change(now, before) {
      const size = percent(Math.abs(now / before - 1));
      return size === percent(0) ? size : (now > before ? "+" : "−") + size;
    },

    /** @param {number} count  of what the page counts */
    quantity: (count) => geo.fill(geo.form(geo.data.words.counted, count), { count: plain(count) }),

    /** @param {number} place  of a day in the history @returns {string} ISO */
    iso: (place) => new Date(first + place * DAY).toISOString().slice(0, 10),

    /** @param {string} iso @returns {number} the day's place in the history; NaN for what is no date */
    place: (iso) => (/^\d{4}-\d\d-\d\d$/.test(iso) ? Math.round((Date.parse(iso) - first) / DAY) : NaN),

    /** @param {number} place */
    day: (place) => dated(longDay.format(first + place * DAY)),

    /** @param {number} place  without its year */
    dayOfYear: (place) => dated(yearlessDay.format(first + place * DAY)),

    /** @param {number} from @param {number} to */
    days: (from, to) => (from === to ? formats.day(from) : dated(longDay.formatRange(first + from * DAY, first + to * DAY))),

    /** @param {number[]} places  rising; as runs, after three of them "and 12 more" */
    runs(places) {
      /** @type {number[][]} */
      const runs = [];
      for (const place of places) {
        const last = runs[runs.length - 1];
        if (last && last[1] === place - 1) last[1] = place;
        else runs.push([place, place]);
      }
      const texts = runs.slice(0, 3).map(([from, to]) =>
        dated(from === to ? shortDay.format(first + from * DAY) : shortDay.formatRange(first + from * DAY, first + to * DAY)));
      const rest = runs.slice(3).reduce((sum, [from, to]) => sum + to - from + 1, 0);
      const days = texts.join(", ");
      return rest ? geo.ngettext("%(days)s and %(count)s more", "%(days)s and %(count)s more", rest, { days }) : days;
    },
  };
  geo.formats = formats;
})(apivideoGeo);
