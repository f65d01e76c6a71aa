/** Ratios of two metrics, such as plays per impression: always one sum divided by another, over the days that have both. */
(function (geo) {
  "use strict";
  const { data, formats, metrics, _ } = geo;
  /** The quantile of the normal distribution that cuts off 2.5 %. */
  const NORMAL = 1.959963984540054;
  /** Widths of classes that a person can read. @type {Record<string, number[]>} */
  const STEPS = {
    rate: [0.01, 0.02, 0.05, 0.1, 0.2],
    ratio: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100],
    time: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600],
  };

  /** The sums of two metrics on the days on which both were collected, both in full or both in part. @type {ApivideoGeo["ratios"]["addUp"]} */
  function addUp(metric, upper, lower) {
    const shared = upper.total.map((count, index) => count !== null && lower.total[index] !== null && upper.open.includes(index) === lower.open.includes(index));
    const [first, second] = data.ratios[metric.name].map((name) => metrics[name]);
    const daily = second.kind === "per-day";
    /** @param {Days} days @param {Metric} part */
    const masked = (days, part) => geo.addUp({
      ...days,
      total: days.total.map((count, index) => (shared[index] ? count : null)),
      counts: Object.fromEntries(Object.entries(days.counts).map(([code, counts]) => [code, counts.map((count, index) => (shared[index] ? count : 0))])),
    }, { ...part, kind: "sum" });
    const parts = [masked(upper, first), masked(lower, second)];
    // Viewers are never added up over days: both numbers are shown as the mean of a day.
    metric.parts = daily ? [{ ...first, kind: "per-day", column: `${first.column}_per_day`, label: geo.sentence(_("%(plays)s a day", { plays: first.many })) }, second] : [first, second];
    const history = { ...parts[1], metric, parts };
    metric.scale = scaleOf(geo.wholeOf(history), metric.kind);
    return history;
  }

  /** Classes of even width for the whole history; they stay, so that periods can be compared. @param {View} view @param {string} kind @returns {Scale} */
  function scaleOf({ rows }, kind) {
    const values = rows.map((row) => row.value).filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    if (!values.length) return { lows: [], top: 0, whole: false, step: STEPS[kind][0] };
    // A few outliers share the lowest and the highest class. A rate above 1, of late events, says nothing about the others.
    const usual = kind === "rate" && values[0] <= 1 ? values.filter((value) => value <= 1) : values;
    const few = Math.floor(usual.length / 10), low = usual[few], high = usual[usual.length - 1 - few];
    /** @param {number} value @param {number} step */
    const at = (value, step) => Math.floor(Number((value / step).toFixed(9)));
    const steps = STEPS[kind];
    const step = steps.find((each) => at(high, each) - at(low, each) < data.scale.classes) || steps[steps.length - 1];
    const size = Math.min(at(high, step) - at(low, step) + 1, data.scale.classes);
    const lows = Array.from({ length: size }, (_, index) => Number(((at(low, step) + index) * step).toFixed(9)));
    return { lows, top: values[values.length - 1], whole: false, step };
  }

  /** @param {number} upper @param {number} lower  NaN if it is too small to divide by */
  const divide = (upper, lower) => (lower >= Math.max(1, data.ratio_from) ? upper / lower : NaN);

  /** A row of the counts of both metrics. @param {[CountryCounts, CountryCounts]} of @param {number} days  to divide by @returns {CountryCounts} */
  function join([upper, lower], days) {
    return {
      code: lower.code, count: Math.max(upper.count, lower.count), fresh: false, of: [upper, lower],
      upper: upper.count / days, lower: lower.count / days, value: divide(upper.count, lower.count),
      now: divide(upper.now, lower.now), before: divide(lower.counted && upper.before / lower.before * lower.counted, lower.counted), counted: lower.counted,
    };
  }

  /** @param {Code} code @param {number} [count] @param {Change | null} [change] @returns {CountryCounts} */
  const counts = (code, count = 0, change) => ({ code, count, value: count, now: 0, before: 0, counted: 0, ...change, fresh: false });

  /** The last day that counts in means of a day: a partial day would lower them, and counts only if there is no other. @param {DaySums} history @param {number} from @param {number} to */
  function lastOf({ known, days: { open } }, from, to) {
    let last = to;
    while (last > from && open.includes(last)) last--;
    return known[last + 1] > known[from] ? last : to;
  }

  /** @type {ApivideoGeo["ratios"]["viewOf"]} */
  function viewOf(history, from, to, against, period) {
    const { metric, parts, known, later } = history, daily = /** @type {Metric[]} */ (metric.parts)[1].kind === "per-day";
    const last = daily ? lastOf(history, from, to) : to;
    const [upper, lower] = /** @type {DaySums[]} */ (parts).map((part) => geo.viewOf(part, from, last, against, period));
    const collected = known[last + 1] - known[from], days = daily ? collected || 1 : 1;
    const codes = [...new Set([...upper.byCode.keys(), ...lower.byCode.keys()])];
    const rows = codes.map((code) => join([upper.byCode.get(code) || counts(code), lower.byCode.get(code) || counts(code)], days));
    const unknown = join([counts("---", upper.unknown), counts("---", lower.unknown)], days);
    return finish({ ...lower, to, later: later && to === known.length - 2, metric, few: Infinity, days, collected, apart: unknown }, rows, join([counts("", upper.total, upper.change), counts("", lower.total, lower.change)], days));
  }

  /** @param {Totals} totals @param {CountryCounts[]} rows @param {CountryCounts} all */
  function finish(totals, rows, all) {
    const change = totals.change && { now: all.now, before: all.before, counted: all.counted };
    return geo.finish({ ...totals, total: all.count, unknown: totals.apart?.count || 0, all, change }, rows);
  }

  /** The view of some countries. @type {ApivideoGeo["ratios"]["among"]} */
  function among(view, rows) {
    /** @param {0 | 1} part */
    const sum = (part) => rows.reduce((all, { of }) => {
      const one = /** @type {CountryCounts[]} */ (of)[part];
      return { ...all, count: all.count + one.count, now: all.now + one.now, before: all.before + one.before, counted: all.counted + one.counted };
    }, counts(""));
    return finish({ ...view, apart: join([counts("---"), counts("---")], 1) }, rows, join([sum(0), sum(1)], view.days || 1));
  }

  /** The bounds of the 95 % interval of a rate (Wilson's); null for another ratio, one above 1, or too few. @type {ApivideoGeo["ratios"]["interval"]} */
  function interval({ value, upper = 0, lower = 0 }, { kind }) {
    if (kind !== "rate" || !(value <= 1)) return null;
    const squared = NORMAL ** 2, rate = upper / lower;
    const middle = (rate + squared / (2 * lower)) / (1 + squared / lower);
    const half = (NORMAL * Math.sqrt((rate * (1 - rate)) / lower + squared / (4 * lower ** 2))) / (1 + squared / lower);
    return [Math.max(0, middle - half), Math.min(1, middle + half)];
  }

  /** A ratio in words; without anything to divide by it says so. @type {ApivideoGeo["ratios"]["value"]} */
  function value(row, metric) {
    return row.lower ? formats.value(row.value, metric) : none(metric);
  }
  /** @param {Metric} metric */
  const none = ({ parts = [] }) => _("No %(plays)s", { plays: parts[1].many });

  /** Both numbers of a row with their nouns: "93,904 plays for 299,000 impressions". @type {ApivideoGeo["ratios"]["both"]} */
  function both({ upper = 0, lower = 0 }, { parts = [] }) {
    return _("%(upper)s for %(lower)s", { upper: formats.quantity(upper, parts[0]), lower: formats.quantity(lower, parts[1]) });
  }

  /** The change of a ratio in its own unit, with its sign: "+2.3 points", "−12 s". @type {ApivideoGeo["ratios"]["difference"]} */
  function difference(change, { kind }) {
    const size = Math.abs(change);
    const text = kind === "rate" ? _("%(number)s points", { number: points(100 * size) }) : formats.value(size, { kind });
    return /[1-9]/.test(text) ? (change > 0 ? "+" : "−") + text : text;
  }
  /** Like a rate per million people, without its large and small ones. @param {number} value */
  const points = (value) => (value <= 0.05 ? formats.rate(0) : formats.rate(value));

  /** The entries of the legend for countries without a class. @type {ApivideoGeo["ratios"]["legend"]} */
  function legend(metric) {
    const { parts = [] } = metric, lower = metrics[parts[1].name], number = formats.number(data.ratio_from);
    const few = lower.kind === "per-day" // their sum over the days is too small, and only the mean of a day is shown
      ? _("Too few: under %(number)s viewer-days", { number })
      : _("Too few: under %(number)s %(plays)s", { number, plays: lower.many });
    return [
      { kind: "few", label: few },
      { kind: "zero", label: none(metric) },
    ];
  }

  /** What a ratio is, which days it is of, and why it can be above 1. @type {ApivideoGeo["ratios"]["note"]} */
  function note(view) {
    const { metric, rows, from, comparison: { complete, end } } = view, to = Math.min(view.to, end);
    const parts = [metric.meaning, ...geo.untimed(metric, !view.group && from === 0 && view.to === complete.length - 2)], length = to - from + 1, collected = complete[to + 1] - complete[from];
    if (collected < length) {
      parts.push(geo.ngettext("Only %(count)s of %(all)s days has both numbers.", "Only %(count)s of %(all)s days have both numbers.", collected, { all: formats.number(length) }));
    }
    const above = rows.filter((row) => row.value > 1).length;
    if (metric.kind === "rate" && above) {
      parts.push(geo.ngettext(
        "%(count)s country is above %(limit)s, because some events were counted late.", "%(count)s countries are above %(limit)s, because some events were counted late.",
        above, { limit: formats.percentage(100) },
      ));
    }
    return parts.join(" ");
  }

  geo.ratios = { addUp, viewOf, among, interval, value, none, both, legend, note, difference };
})(apivideoGeo);
