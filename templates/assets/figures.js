/** The figures of a period, counted from the days, and the colour of each country by a measure. */
(function (geo) {
  "use strict";
  const { data, formats, _, ngettext } = geo;

  const seenEarlier = new Set(data.seen);
  const population = new Map(data.rows.map((row) => [row[0], row[2]]));
  const UNKNOWN = "---";
  /** Bounds of the five classes of change, as now / before. */
  const CHANGES = [2 / 3, 0.9, 1.1, 1.5];

  /** These classes in words. */
  function changeWords() {
    const [little, much] = [formats.change(90, 100), formats.change(67, 100)];
    const [more, most] = [formats.change(110, 100), formats.change(150, 100)];
    return [
      _("under %(number)s", { number: much }), _("%(low)s to %(high)s", { low: much, high: little }), _("about the same"),
      _("%(low)s to %(high)s", { low: more, high: most }), _("%(number)s and more", { number: most }),
    ];
  }

  /** The view of the whole history, from the figures in the page. @returns {View} */
  function wholeView() {
    const change = data.change && { days: data.change.days, now: data.change.total[0], before: data.change.total[1] };
    const last = formats.indexOf(data.last);
    return finish({
      from: 0, to: Number.isNaN(last) ? 0 : last, total: data.total, unknown: data.unknown, change, gaps: data.gaps, left: data.left_out,
    }, data.rows.map(([code, count, , now, before, fresh]) => ({ code, count, now, before, fresh: Boolean(fresh) })));
  }

  /** Running sums, from which the sum of any period is one subtraction. @type {ApivideoGeo["addUp"]} */
  function addUp(days) {
    const sums = Object.fromEntries(Object.entries(days.counts).map(([code, counts]) => [code, running(counts)]));
    return { days, sums, total: running(days.total) };
  }

  /** @param {(number|null)[]} counts */
  function running(counts) {
    const sums = new Float64Array(counts.length + 1);
    counts.forEach((count, index) => { sums[index + 1] = sums[index] + (count || 0); });
    return sums;
  }

  /** The view of the days `from` … `to`. @type {ApivideoGeo["viewOf"]} */
  function viewOf(history, from, to) {
    const length = to - from + 1;
    const start = from - length;
    const { total, open } = history.days;
    // Only complete days can be compared.
    let complete = start >= 0 && !open.some((index) => index >= start && index <= to);
    for (let index = start; complete && index <= to; index++) complete = total[index] !== null;
    /** @param {Float64Array} sums */
    const sum = (sums) => sums[to + 1] - sums[from];
    /** @param {Float64Array} sums */
    const earlier = (sums) => (complete ? sums[from] - sums[start] : 0);
    /** @type {CountryCounts[]} */
    const rows = [];
    for (const [code, sums] of Object.entries(history.sums)) {
      const count = sum(sums);
      const fresh = complete && count > 0 && sums[from] === 0 && !seenEarlier.has(code);
      if (code !== UNKNOWN) rows.push({ code, count, now: complete ? count : 0, before: earlier(sums), fresh });
    }
    const unknown = history.sums[UNKNOWN] ? sum(history.sums[UNKNOWN]) : 0;
    return finish({
      from, to, total: sum(history.total), unknown,
      change: complete ? { days: length, now: sum(history.total), before: earlier(history.total) } : null,
      gaps: data.gaps.filter((index) => index >= from && index <= to),
      left: data.left_out.filter((index) => index >= from && index <= to),
    }, rows);
  }

  /**
   * Adds share, rank and rate, highest count first. A country without a count keeps its change but is not in `rows`.
   * @param {Totals} totals @param {CountryCounts[]} counts @returns {View}
   */
  function finish(totals, counts) {
    /** @type {Row[]} */
    const rows = [];
    counts.sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
    counts.forEach((row, index) => {
      const above = rows[index - 1];
      const people = population.get(row.code);
      rows.push({
        ...row,
        share: totals.total ? row.count / totals.total : 0,
        rank: above && above.count === row.count ? above.rank : index + 1,
        per: people && row.count >= data.per_from ? (row.count * 1_000_000) / people : NaN,
      });
    });
    const counted = rows.filter((row) => row.count > 0);
    return { ...totals, mapped: counted.reduce((sum, row) => sum + row.count, 0), rows: counted, byCode: new Map(rows.map((row) => [row.code, row])) };
  }

  /** The part of a view on a continent, without plays from unknown countries. @type {ApivideoGeo["onContinent"]} */
  function onContinent(view, slug) {
    const rows = geo.continents[slug].flatMap((code) => view.byCode.get(code) || []);
    /** @param {"count" | "now" | "before"} key */
    const sum = (key) => rows.reduce((all, row) => all + row[key], 0);
    const change = view.change && { days: view.change.days, now: sum("now"), before: sum("before") };
    return finish({ ...view, total: sum("count"), unknown: 0, change }, rows);
  }

  /** Which days the changes of a view compare. @param {View} view */
  function compared(view) {
    if (!view.change) return _("Change: not shown, because some of the days before are missing.");
    const { days } = view.change;
    if (view.to - view.from + 1 > days) {
      return ngettext("Change: the last day against the one before.", "Change: the last %(count)s days against the %(count)s before.", days);
    }
    return ngettext("Change: this day against the one before.", "Change: these %(count)s days against the %(count)s before.", days);
  }

  /** A change in words, and whether it is good or bad. @type {ApivideoGeo["changeOf"]} */
  function changeOf(view, row) {
    if (!view.change || !row) return { text: "–", tone: "", ratio: NaN };
    if (row.fresh) return { text: _("new"), tone: "up", ratio: Infinity };
    if (row.before < data.change_from) return { text: "–", tone: "", ratio: NaN };
    const tone = row.now > row.before ? "up" : row.now < row.before ? "down" : "";
    return { text: formats.change(row.now, row.before), tone, ratio: row.now / row.before };
  }

  /** What a measure compares: a function that returns NaN for a row to leave out. @type {ApivideoGeo["valueBy"]} */
  function valueBy(measure, view) {
    // Rounded once: a share times 100 can be just below the limit of its class.
    if (measure === "share") return (row) => (view.total ? (row.count * 100) / view.total : 0);
    if (measure === "per-million") return (row) => row.per;
    if (measure === "change") return (row) => changeOf(view, row).ratio;
    return (row) => row.count;
  }

  /** One scale for several views, so that their colours can be compared. @type {ApivideoGeo["scaleOf"]} */
  function scaleOf(views, measure, without) {
    const { method, classes, breaks } = data.scale;
    const values = views.flatMap((view) => {
      const value = valueBy(measure, view);
      const left = without ? leaderOf(view, measure) : "";
      return view.rows.filter((row) => row.code !== left).map(value);
    });
    const own = measure === "count" || method !== "custom";
    return geo.makeScale(values, own ? method : "quantile", classes, breaks);
  }

  /** The country with the highest value, or "". @type {ApivideoGeo["leaderOf"]} */
  function leaderOf(view, measure) {
    const value = valueBy(measure, view);
    let code = "", most = 0;
    for (const row of view.rows) if (value(row) > most) { most = value(row); code = row.code; }
    return code;
  }

  /**
   * How the map is painted, and its legend; `without` leaves out the country with the highest value. `scale` is used
   * instead of the view's own; `among` are the countries that the legend counts, all of them if it is missing.
   * @type {ApivideoGeo["picture"]}
   */
  function picture(view, measure, without, scale, among) {
    if (measure === "change") return changePicture(view, among);
    const cut = scale || scaleOf([view], measure, without);
    const value = valueBy(measure, view);
    const left = without ? leaderOf(view, measure) : "";
    const empty = data.known ? "zero" : "blank";
    /** @type {Map<Code, string>} */
    const kinds = new Map();
    for (const row of view.rows) {
      const index = geo.classOf(cut, value(row));
      kinds.set(row.code, row.code === left ? "left" : index < 0 ? "few" : `c${index}`);
    }
    const number = { share: formats.percentage, "per-million": formats.limit, count: formats.number }[measure];
    /** @type {Entry[]} */
    const legend = geo.ranges(cut, number).map((label, index) => ({ kind: `c${index}`, label }));
    if (left) legend.push({ kind: "left", label: _("Left out"), note: geo.called(left) });
    if (measure === "per-million") legend.push({ kind: "few", label: _("Under %(quantity)s", { quantity: formats.quantity(data.per_from) }) });
    legend.push(data.known ? { kind: "zero", label: "0" } : { kind: "blank", label: _("No data") });
    return { kinds, empty, classes: cut.lows.length, legend: count(legend, kinds, empty, among) };
  }

  /** @param {View} view @param {Code[]} [among] @returns {ReturnType<ApivideoGeo["picture"]>} */
  function changePicture(view, among) {
    /** @type {Map<Code, string>} */
    const kinds = new Map();
    for (const row of view.byCode.values()) {
      const { ratio } = changeOf(view, row);
      if (view.change ? !row.now && !row.before : !row.count) continue;
      if (ratio === Infinity) kinds.set(row.code, "new");
      else if (Number.isNaN(ratio)) kinds.set(row.code, "few");
      else kinds.set(row.code, `d${CHANGES.filter((bound) => ratio >= bound).length}`);
    }
    /** @type {Entry[]} */
    const legend = view.change ? changeWords().map((label, index) => ({ kind: `d${index}`, label })) : [];
    legend.push({ kind: "new", label: _("New") }, { kind: "few", label: view.change ? _("Too few to compare") : _("Nothing to compare with") });
    legend.push({ kind: "zero", label: _("No %(plays)s in either period", { plays: data.words.many }) });
    return { kinds, empty: data.known ? "zero" : "blank", classes: data.scale.classes, legend: count(legend, kinds, "zero", among) };
  }

  /** @typedef {{kind: string, label: string, note?: string}} Entry */

  /**
   * Adds to each entry the number of its countries.
   * @param {Entry[]} legend @param {Map<Code, string>} kinds @param {string} empty @param {Code[]} [among]
   * @returns {LegendEntry[]}
   */
  function count(legend, kinds, empty, among) {
    const painted = among ? among.flatMap((code) => kinds.get(code) || []) : [...kinds.values()];
    /** @type {Record<string, number>} */
    const counts = { [empty]: (among ? among.length : data.world) - painted.length };
    for (const kind of painted) counts[kind] = (counts[kind] || 0) + 1;
    return legend.map((entry) => {
      const found = counts[entry.kind];
      return { ...entry, note: entry.note || (found ? ngettext("%(count)s country", "%(count)s countries", found) : _("none")) };
    });
  }

  /** The line under the legend: what the map cannot show. @param {View} view */
  function offTheMap(view) {
    if (!data.known) return "";
    const parts = [_("Unknown country: %(quantity)s", { quantity: formats.quantity(view.unknown) })];
    if (view.gaps.length) parts.push(ngettext("Not collected: %(count)s day", "Not collected: %(count)s days", view.gaps.length));
    if (view.left.length) parts.push(ngettext("Left out: %(count)s day", "Left out: %(count)s days", view.left.length));
    return parts.join(" · ");
  }

  /** A sparkline of the days `from` … `to`, drawn as `spark_path` in Python does. @type {ApivideoGeo["sparkPath"]} */
  function sparkPath(counts, totals, from, to) {
    const size = to - from + 1;
    const length = Math.max(1, Math.ceil(size / 26));
    /** @type {(number | null)[]} */
    const heights = [];
    for (let start = from + (size % length); start <= to; start += length) {
      let sum = 0, known = 0;
      for (let index = start; index < start + length; index++) if (totals[index] !== null) { known++; sum += counts[index]; }
      heights.push(known ? sum / known : null);
    }
    const top = Math.max(0, ...heights.map((height) => height || 0)) || 1;
    const step = 75 / Math.max(1, heights.length - 1);
    let path = "";
    heights.forEach((height, index) => {
      if (height === null) return;
      const joined = index > 0 && heights[index - 1] !== null;
      const alone = !joined && (index + 1 === heights.length || heights[index + 1] === null);
      path += `${joined ? "L" : "M"}${Math.floor(step * index + 0.5)} ${Math.floor(16 * (1 - height / top) + 0.5)}${alone ? "h0" : ""}`;
    });
    return path;
  }

  Object.assign(geo, { wholeView, addUp, viewOf, compared, changeOf, valueBy, scaleOf, leaderOf, onContinent, picture, offTheMap, sparkPath });
})(apivideoGeo);
