/** Which two periods are compared, and how: the rule of the Python module `compare`. Days are indexes. */
(function (geo) {
  "use strict";
  const { formats } = geo;
  /** Days that are compared if no period is given. */
  const LENGTH = 30;
  /** Below this number of days, weekdays are compared with the same weekdays. */
  const MATCHED_BELOW = 56;

  /** @param {number} index @returns {number[]}  year, month, day */
  const parts = (index) => formats.iso(index).split("-").map(Number);
  /** The index of a day; months are 0 to 11, other numbers are of other years. @param {number} year @param {number} month @param {number} day */
  const at = (year, month, day) => formats.indexOf(new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10));

  /** The same date of the year before; for 29 February it is 28 February. @param {number} index */
  function yearBefore(index) {
    const [year, month, day] = parts(index);
    return at(year - 1, month - 1, month === 2 && day === 29 ? 28 : day);
  }

  /** What a period is compared with. @type {ApivideoGeo["compare"]["beforeOf"]} */
  function beforeOf([from, to], against) {
    if (typeof against !== "string") return against;
    const [year, month, day] = parts(from), [nextYear, nextMonth, nextDay] = parts(to + 1);
    const months = day === 1 && nextDay === 1 ? (nextYear - year) * 12 + nextMonth - month : 0;
    if (against) return [yearBefore(from), months ? at(nextYear - 1, nextMonth - 1, 0) : yearBefore(to)];
    return [months ? at(year, month - 1 - months, 1) : 2 * from - to - 1, from - 1];
  }

  /** A side: its days, and how many of them were collected. @param {Float64Array} complete @param {[number, number]} period @returns {Side} */
  function side(complete, [from, to]) {
    const days = to - from + 1, inside = (/** @type {number} */ index) => Math.min(Math.max(index, 0), complete.length - 1);
    const collected = complete[inside(to + 1)] - complete[inside(from)];
    return { from, to, days, collected, enough: 10 * collected >= 9 * days };
  }

  /**
   * The comparison of a period, by default of the last 30 days that are over. `complete` are running sums: item n is how
   * many of the first n days were collected; `end` is the last day that is over.
   * @type {ApivideoGeo["compare"]["of"]}
   */
  function of(complete, end, period, against) {
    /** Without the days that are not over. @param {[number, number]} period @returns {[number, number]} */
    const trim = ([from, to]) => [from, from <= end ? Math.min(to, end) : to];
    const these = trim(period || [end - LENGTH + 1, end]);
    const now = side(complete, these), before = side(complete, beforeOf(these, typeof against === "string" ? against : trim(against)));
    const weekdays = now.enough && before.enough ? byWeekday(complete, now, before) : [];
    const matched = Math.min(now.days, before.days) < MATCHED_BELOW ? weekdays.filter(([these, those]) => these.length && those.length) : [];
    /** @param {0 | 1} part */
    const all = (part) => weekdays.flatMap((days) => days[part]);
    return { now, before, against, complete, end, matched: matched.length > 0, groups: matched.length || !weekdays.length ? matched : [[all(0), all(1)]] };
  }

  /** The collected days of both sides, by weekday. @param {Float64Array} complete @param {Side} now @param {Side} before */
  function byWeekday(complete, now, before) {
    /** @type {[number[], number[]][]} */
    const weekdays = Array.from({ length: 7 }, () => [[], []]);
    [now, before].forEach(({ from, to }, number) => {
      for (let day = Math.max(from, 0); day <= to && day < complete.length - 1; day++) {
        if (complete[day + 1] > complete[day]) weekdays[(((day - now.from) % 7) + 7) % 7][number].push(day);
      }
    });
    return weekdays;
  }

  /** The count on the compared days, what as many days before had at their averages, and their real count. @type {ApivideoGeo["compare"]["change"]} */
  function change({ groups }, counts) {
    let now = 0, before = 0, counted = 0;
    const sum = (/** @type {number[]} */ days) => days.reduce((all, day) => all + (counts[day] || 0), 0);
    for (const [these, those] of groups) {
      const there = sum(those);
      now += sum(these);
      before += there * these.length / those.length;
      counted += there;
    }
    return { now, before, counted };
  }

  /** Was a video published on a compared day or later, so that it has no change? @type {ApivideoGeo["compare"]["publishedSince"]} */
  const publishedSince = (published, { before }) => published >= before.from;

  /**
   * The nearest period of the same length that can be compared, and with what; else the longest with the same end. Of two
   * that are as near it is the later one; two periods of the reader's own are found each for itself.
   * @type {ApivideoGeo["compare"]["nearest"]}
   */
  function nearest({ now, before, against, complete, end }) {
    /** @param {Side} near @param {(period: [number, number]) => boolean} fits @returns {[number, number] | null} */
    function moved({ from, days }, fits) {
      for (let step = 0; step <= complete.length; step++) {
        for (const start of [from + step, from - step]) {
          if (start >= 0 && start + days - 1 <= end && fits([start, start + days - 1])) return [start, start + days - 1];
        }
      }
      return null;
    }
    const enough = (/** @type {[number, number]} */ period) => side(complete, period).enough;
    if (typeof against !== "string") {
      const period = moved(now, enough), other = moved(before, enough);
      return period && other && { period, against: other };
    }
    const fits = (/** @type {[number, number]} */ period) => enough(period) && enough(beforeOf(period, against));
    const found = moved(now, fits), to = Math.min(now.to, end);
    if (found) return { period: found, against };
    for (let from = Math.max(to - now.days + 2, 0); from <= to; from++) if (fits([from, to])) return { period: [from, to], against };
    return null;
  }

  geo.compare = { of, beforeOf, change, publishedSince, nearest };
})(apivideoGeo);
