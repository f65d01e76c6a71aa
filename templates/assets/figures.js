// @ts-check
/** The figures of a period, counted from the days; and what colour each country gets by a measure. */
(function (geo) {
  "use strict";
  const { data, formats, _, ngettext } = geo;

  /**
   * @typedef {{code: string, count: number, share: number, rank: number, per: number, now: number, before: number,
   *   fresh: boolean}} Row  `per` is per million people, NaN where these are not known
   * @typedef {{from: number, to: number, total: number, mapped: number, unknown: number,
   *   rows: Row[], byCode: Map<string, Row>, change: null|{days: number, now: number, before: number}, gaps: number[]}} View
   *   `from` and `to` are places of days, both inclusive; `gaps` the days never collected
   * @typedef {{first: string, total: (number|null)[], open: number[], counts: Object<string, number[]>}} Days
   */

  const people = new Map(data.rows.map((row) => [row[0], row[2]]));
  const UNKNOWN = "---";
  /** Bounds of the five classes of change, as now / before. */
  const CHANGES = [2 / 3, 0.9, 1.1, 1.5];

  /** The five in words. */
  function changeWords() {
    const [little, much] = [formats.change(90, 100), formats.change(67, 100)];
    const [more, most] = [formats.change(110, 100), formats.change(150, 100)];
    return [
      _("under %(number)s", { number: much }), _("%(low)s to %(high)s", { low: much, high: little }), _("about the same"),
      _("%(low)s to %(high)s", { low: more, high: most }), _("%(number)s and more", { number: most }),
    ];
  }

  /** The view the page was sent with: the whole history. @returns {View} */
  function wholeView() {
    const change = data.change && { days: data.change.days, now: data.change.total[0], before: data.change.total[1] };
    const last = formats.place(data.last);
    return finish({
      from: 0, to: Number.isNaN(last) ? 0 : last, total: data.total, unknown: data.unknown, change, gaps: data.gaps,
    }, data.rows.map(([code, count, , now, before, fresh]) => ({ code, count, now, before, fresh: Boolean(fresh) })));
  }

  /** Sums of every stretch of days at hand: `sums[code][n]` is that of the first n days. @param {Days} days */
  function addUp(days) {
    const sums = Object.fromEntries(Object.entries(days.counts).map(([code, counts]) => [code, running(counts)]));
    return { days, sums, total: running(days.total) };
  }

  /** @param {(number|null)[]} counts */
  function running(counts) {
    const sums = new Float64Array(counts.length + 1);
    counts.forEach((count, place) => { sums[place + 1] = sums[place] + (count || 0); });
    return sums;
  }

  /** The view of the days `from` … `to`. @param {ReturnType<typeof addUp>} history @returns {View} */
  function viewOf(history, from, to) {
    const length = to - from + 1;
    const start = from - length;
    const { total, open } = history.days;
    let whole = start >= 0 && !open.some((place) => place >= start && place <= to);
    for (let place = start; whole && place <= to; place++) whole = total[place] !== null;
    const sum = (sums) => sums[to + 1] - sums[from];
    const earlier = (sums) => (whole ? sums[from] - sums[start] : 0);
    const rows = [];
    for (const [code, sums] of Object.entries(history.sums)) {
      const count = sum(sums);
      if (code !== UNKNOWN) rows.push({ code, count, now: whole ? count : 0, before: earlier(sums), fresh: whole && count > 0 && sums[from] === 0 });
    }
    const unknown = history.sums[UNKNOWN] ? sum(history.sums[UNKNOWN]) : 0;
    return finish({
      from, to, total: sum(history.total), unknown,
      change: whole ? { days: length, now: sum(history.total), before: earlier(history.total) } : null,
      gaps: data.gaps.filter((place) => place >= from && place <= to),
    }, rows);
  }

  /** Adds share, rank and rate, most first. Countries without a count keep their change but have no rank. */
  function finish(view, rows) {
    rows.sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
    rows.forEach((row, place) => {
      const above = rows[place - 1];
      row.share = view.total ? row.count / view.total : 0;
      row.rank = above && above.count === row.count ? above.rank : place + 1;
      const living = people.get(row.code);
      row.per = living ? (row.count * 1_000_000) / living : NaN;
    });
    const counted = rows.filter((row) => row.count > 0);
    return { ...view, mapped: counted.reduce((sum, row) => sum + row.count, 0), rows: counted, byCode: new Map(rows.map((row) => [row.code, row])) };
  }

  /** The part of a view on a continent; what is on no country's account is not in it. @param {View} view @param {string} slug */
  function onContinent(view, slug) {
    const rows = geo.continents[slug].filter((code) => view.byCode.has(code)).map((code) => ({ ...view.byCode.get(code) }));
    const sum = (/** @type {string} */ key) => rows.reduce((all, row) => all + row[key], 0);
    const change = view.change && { days: view.change.days, now: sum("now"), before: sum("before") };
    return finish({ ...view, total: sum("count"), unknown: 0, withheld: 0, change }, rows);
  }

  /** What the changes of a view are between. @param {View} view */
  function compared(view) {
    if (!view.change) return _("Change: the days before are not all there to compare with.");
    const { days } = view.change;
    if (view.to - view.from + 1 > days) {
      return ngettext("Change: the last day against the one before.", "Change: the last %(count)s days against the %(count)s before.", days);
    }
    return ngettext("Change: this day against the one before.", "Change: these %(count)s days against the %(count)s before.", days);
  }

  /** A change in words and its tone. @param {View} view @param {Row|undefined} row */
  function changeOf(view, row) {
    if (!view.change || !row) return { text: "–", tone: "", ratio: NaN };
    if (row.fresh) return { text: _("new"), tone: "up", ratio: Infinity };
    if (row.before < data.change_from) return { text: "–", tone: "", ratio: NaN };
    const tone = row.now > row.before ? "up" : row.now < row.before ? "down" : "";
    return { text: formats.change(row.now, row.before), tone, ratio: row.now / row.before };
  }

  /** @param {string} measure @param {View} view @returns {(row: Row) => number} NaN where a row takes no part */
  function valueBy(measure, view) {
    if (measure === "share") return (row) => row.share * 100;
    if (measure === "per-million") return (row) => (row.count >= data.per_from ? row.per : NaN);
    if (measure === "change") return (row) => changeOf(view, row).ratio;
    return (row) => row.count;
  }

  /** The scale of some views together, so that their colours can be compared. @param {View[]} views */
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

  /** @param {View} view @returns {string} the country with the greatest value, or "" */
  function leaderOf(view, measure) {
    const value = valueBy(measure, view);
    let code = "", most = 0;
    for (const row of view.rows) if (value(row) > most) { most = value(row); code = row.code; }
    return code;
  }

  /**
   * What each country is painted as, and the legend to it.
   * @param {View} view @param {string} measure @param {boolean} without  the leader
   * @param {any} [scale]  instead of the view's own
   * @param {string[]} [among]  the countries that the legend counts; all where it is not given
   */
  function picture(view, measure, without, scale, among) {
    if (measure === "change") return changePicture(view, among);
    const cut = scale || scaleOf([view], measure, without);
    const value = valueBy(measure, view);
    const left = without ? leaderOf(view, measure) : "";
    const empty = data.known ? "zero" : "blank";
    const kinds = new Map();
    for (const row of view.rows) {
      const index = geo.classOf(cut, value(row));
      kinds.set(row.code, row.code === left ? "left" : index < 0 ? "few" : `c${index}`);
    }
    const number = { share: formats.percentage, "per-million": formats.limit }[measure] || formats.number;
    const legend = geo.ranges(cut, number).map((label, index) => ({ kind: `c${index}`, label }));
    if (left) legend.push({ kind: "left", label: _("Left out"), note: geo.nameOf(left) });
    if (measure === "per-million") legend.push({ kind: "few", label: _("Under %(quantity)s", { quantity: formats.quantity(data.per_from) }) });
    legend.push(data.known ? { kind: "zero", label: "0" } : { kind: "blank", label: _("No data") });
    return { kinds, empty, classes: cut.lows.length, legend: count(legend, kinds, empty, among) };
  }

  function changePicture(view, among) {
    const kinds = new Map();
    for (const row of view.byCode.values()) {
      const { ratio } = changeOf(view, row);
      if (view.change ? !row.now && !row.before : !row.count) continue;
      if (ratio === Infinity) kinds.set(row.code, "new");
      else if (Number.isNaN(ratio)) kinds.set(row.code, "few");
      else kinds.set(row.code, `d${CHANGES.filter((bound) => ratio >= bound).length}`);
    }
    const legend = view.change ? changeWords().map((label, index) => ({ kind: `d${index}`, label })) : [];
    legend.push({ kind: "new", label: _("New") }, { kind: "few", label: view.change ? _("Too few to tell") : _("Nothing to compare with") });
    legend.push({ kind: "zero", label: _("None in either") });
    return { kinds, empty: data.known ? "zero" : "blank", classes: data.scale.classes, legend: count(legend, kinds, "zero", among) };
  }

  /** Writes under each entry how many countries it stands for. */
  function count(legend, kinds, empty, among) {
    const painted = among ? among.filter((code) => kinds.has(code)).map((code) => kinds.get(code)) : [...kinds.values()];
    const counts = { [empty]: (among ? among.length : data.world) - painted.length };
    for (const kind of painted) counts[kind] = (counts[kind] || 0) + 1;
    return legend.map((entry) => {
      const found = counts[entry.kind];
      return { ...entry, note: entry.note || (found ? ngettext("%(count)s country", "%(count)s countries", found) : _("none")) };
    });
  }

  /** The line under the legend: plays and days that have no colour on the map. @param {View} view */
  function offTheMap(view) {
    if (!data.known) return "";
    const parts = [_("Unknown country: %(quantity)s", { quantity: formats.quantity(view.unknown) })];
    if (view.gaps.length) parts.push(ngettext("Not collected: %(count)s day", "Not collected: %(count)s days", view.gaps.length));
    return parts.join(" · ");
  }

  /** A sparkline of the days `from` … `to`, as `render/daily.py` draws it. @param {number[]} counts @param {(number|null)[]} totals */
  function sparkPath(counts, totals, from, to) {
    const size = to - from + 1;
    const length = Math.max(1, Math.ceil(size / 26));
    const heights = [];
    for (let start = from + (size % length); start <= to; start += length) {
      let sum = 0, known = 0;
      for (let place = start; place < start + length; place++) if (totals[place] !== null) { known++; sum += counts[place]; }
      heights.push(known ? sum / known : null);
    }
    const top = Math.max(0, ...heights.map((height) => height || 0)) || 1;
    const step = 75 / Math.max(1, heights.length - 1);
    let path = "";
    heights.forEach((height, place) => {
      if (height === null) return;
      const joined = place > 0 && heights[place - 1] !== null;
      const alone = !joined && (place + 1 === heights.length || heights[place + 1] === null);
      path += `${joined ? "L" : "M"}${Math.floor(step * place + 0.5)} ${Math.floor(16 * (1 - height / top) + 0.5)}${alone ? "h0" : ""}`;
    });
    return path;
  }

  Object.assign(geo, { wholeView, addUp, viewOf, compared, changeOf, valueBy, scaleOf, leaderOf, onContinent, picture, offTheMap, sparkPath });
})(apivideoGeo);
