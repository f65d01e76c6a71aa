/** The figures of a period, counted from the days, and the colour of each country by a measure. */
(function (geo) {
  "use strict";
  const { data, formats, _, ngettext } = geo;

  const population = new Map(data.rows.map((row) => [row[0], row[2]]));
  /** What the map can show; the first metric until metrics.js adds the others. @type {Record<string, Metric>} */
  const metrics = { [data.metric]: { name: data.metric, ...data.words } };
  const UNKNOWN = "---";
  const NO_CHANGE = { now: 0, before: 0, counted: 0 };
  const HOUR = 3600;
  const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx";
  /** Bounds of the five classes of change, as now / before. */
  const CHANGES = [2 / 3, 0.9, 1.1, 1.5];

  /** The bounds of the classes of change: of a ratio, a step of its scale and a fifth of it. @param {Metric} metric */
  function changeBounds({ scale }) {
    const step = scale?.step;
    return step ? [1 - step, 1 - step / 5, 1 + step / 5, 1 + step] : CHANGES;
  }

  /** These classes in words. @param {Metric} metric */
  function classWords(metric) {
    const [much, little, more, most] = metric.parts
      ? changeBounds(metric).map((bound) => geo.ratios.difference(bound - 1, metric))
      : [67, 90, 110, 150].map((now) => formats.change(now, 100));
    return [
      _("under %(number)s", { number: much }), _("%(low)s to %(high)s", { low: much, high: little }), _("about the same"),
      _("%(low)s to %(high)s", { low: more, high: most }), _("%(number)s and more", { number: most }),
    ];
  }

  /** The numbers of a change as they are in the page; null if there are none. @param {number[]} numbers @returns {Change | null} */
  const changeFrom = ([now, before, counted = before]) => (now === undefined ? null : { now, before, counted });

  /** The view of the whole history, from the figures in the page. @returns {View} */
  function wholeView() {
    const days = data.first ? formats.indexOf(data.last) + 1 : 0, lacking = new Set([...data.gaps, ...data.left_out, ...data.open]);
    const calendar = endOf(running(Array.from({ length: days }, (_, index) => Number(!lacking.has(index)))));
    return finish({
      metric: metrics[data.metric], from: 0, to: Math.max(days - 1, 0), total: data.total, unknown: data.unknown, few: data.per_from, change: changeFrom(data.change),
      gaps: data.gaps, left: data.left_out, comparison: geo.compare.of(calendar.complete, calendar.end, null, ""),
    }, data.rows.map(([code, count, , fresh, ...numbers]) => ({ code, count, value: count, ...(changeFrom(numbers) || NO_CHANGE), fresh: Boolean(fresh) })));
  }

  /** Adds the last day that is over. @param {Float64Array} complete */
  function endOf(complete) {
    let end = complete.length - 2;
    while (data.open.includes(end)) end--;
    return { complete, end };
  }

  /** Running sums, from which the sum of any period is one subtraction. @type {ApivideoGeo["addUp"]} */
  function addUp(days, metric = metrics[data.metric]) {
    const sums = Object.fromEntries(Object.entries(days.counts).map(([code, counts]) => [code, running(counts)]));
    const calendar = endOf(running(days.total.map((count, index) => Number(count !== null && !days.open.includes(index)))));
    const last = days.total.length - 1, later = days.total[last] === null && data.open.includes(last);
    const gaps = days.total.flatMap((count, index) => (count === null && !(later && index === last) && !data.left_out.includes(index) ? index : []));
    for (const [code, people] of Object.entries(days.people || {})) population.set(code, people);
    return { days, metric, sums, ...calendar, total: running(days.total), known: running(days.total.map((count) => Number(count !== null))), gaps, later, seen: new Set(days.seen || data.seen) };
  }

  /**
   * The numbers of a text. Each is written with one digit of base 60, or with several and as many "-" before them as there
   * are more: `packed` in the Python module `sparkline`.
   * @type {ApivideoGeo["numbers"]}
   */
  function numbers(text) {
    const found = [];
    for (let at = 0; at < text.length; at++) {
      let number = 0, more = 0;
      for (; text[at] === "-"; at++) more++;
      for (at -= 1; more >= 0; more--) number = number * DIGITS.length + DIGITS.indexOf(text[++at]);
      found.push(number);
    }
    return found;
  }

  /** The days with their counts as numbers. @type {ApivideoGeo["unpacked"]} */
  function unpacked(days) {
    return { ...days, counts: Object.fromEntries(Object.entries(days.counts).map(([code, text]) => [code, numbers(text)])) };
  }

  /** What was loaded, by name. @type {Map<string, Promise<any>>} */
  const loaded = new Map();
  /** Loads something once; after a failure it tries again. @template T @param {string} name @param {() => Promise<T>} load @returns {Promise<T>} */
  function once(name, load) {
    if (!loaded.has(name)) loaded.set(name, load().catch((failure) => { loaded.delete(name); throw failure; }));
    return /** @type {Promise<T>} */ (loaded.get(name));
  }

  /** Loads the counts by day of a metric or a ratio, when they are first needed. @type {ApivideoGeo["history"]} */
  const history = (name) => once(name, async () => {
    const first = name === data.metric;
    const parts = (data.ratios[name] || [name]).map((part) => once(`${part} by day`, () => geo.load(data.files[part], "days").then(unpacked)));
    if (!first) await once("metrics.js", () => geo.load(data.more));
    const [upper, lower] = await Promise.all(parts);
    const sums = lower ? geo.ratios.addUp(metrics[name], upper, lower) : addUp(upper, metrics[name]);
    return { ...sums, whole: first ? wholeView() : wholeOf(sums) };
  });

  /** The view of the whole history, whose last days are compared. @type {ApivideoGeo["wholeOf"]} */
  const wholeOf = (history, against = "") => viewOf(history, 0, history.days.total.length - 1, against, null);

  /** @param {(number|null)[]} counts */
  function running(counts) {
    const sums = new Float64Array(counts.length + 1);
    counts.forEach((count, index) => { sums[index + 1] = sums[index] + (count || 0); });
    return sums;
  }

  /**
   * Are limits those of the sum over the days, while the mean of a day is shown? Few countries have many viewers a day.
   * For the first metric they are as in Python. @param {Metric} metric
   */
  const byDay = ({ kind, name }) => kind === "per-day" && name !== data.metric;

  /** The view of the days `from` … `to`. @type {ApivideoGeo["viewOf"]} */
  function viewOf(history, from, to, against = "", period = /** @type {[number, number]} */ ([from, to])) {
    if (history.parts) return geo.ratios.viewOf(history, from, to, against, period);
    const comparison = geo.compare.of(history.complete, history.end, period, against);
    const { metric, known, seen, days: { total, open, counts } } = history;
    const daily = metric.kind === "per-day", { from: first, to: last } = comparison.now;
    /** The last day that counts: a partial day would lower a mean. @param {number} a @param {number} b */
    const endOf = (a, b) => { while (daily && b > a && open.includes(b)) b--; return b + 1; };
    /** The count of the days `a` … `b`: their sum, or the mean of a day. @param {Float64Array} sums @param {number} a @param {number} b */
    const over = (sums, a, b) => (sums[endOf(a, b)] - sums[a]) / (daily ? known[endOf(a, b)] - known[a] || 1 : 1);
    /** @param {(number | null)[]} numbers */
    const compare = (numbers) => (comparison.groups.length ? geo.compare.change(comparison, numbers) : null);
    /** @type {CountryCounts[]} */
    const rows = [];
    for (const [code, sums] of Object.entries(history.sums)) {
      const change = compare(counts[code]), count = over(sums, from, to);
      const fresh = Boolean(change) && first > 0 && sums[first] === 0 && sums[last + 1] > 0 && !seen.has(code);
      if (code !== UNKNOWN) rows.push({ code, count, value: count, ...(change || NO_CHANGE), fresh });
    }
    /** @param {number} index */
    const within = (index) => index >= from && index <= to;
    return finish({
      metric, from, to, total: over(history.total, from, to), unknown: history.sums[UNKNOWN] ? over(history.sums[UNKNOWN], from, to) : 0,
      few: data.per_from / (byDay(metric) ? known[endOf(from, to)] - known[from] || 1 : 1),
      change: compare(total), comparison,
      gaps: history.gaps.filter(within), left: data.left_out.filter(within),
      collected: known[to + 1] - known[from], later: history.later && to === total.length - 1,
    }, rows);
  }

  /**
   * Adds share, rank and rate, highest value first. A country without a count keeps its change but is not in `rows`.
   * @type {ApivideoGeo["finish"]}
   */
  function finish(totals, counts) {
    /** @type {Row[]} */
    const rows = [];
    /** @param {CountryCounts} row */
    const size = ({ value }) => (Number.isNaN(value) ? -1 : value);
    counts.sort((a, b) => size(b) - size(a) || (a.code < b.code ? -1 : 1));
    counts.forEach((row, index) => {
      const above = rows[index - 1];
      const people = population.get(row.code);
      rows.push({
        ...row,
        share: totals.total ? row.count / totals.total : 0,
        rank: above && size(above) === size(row) ? above.rank : index + 1,
        per: people && row.count >= totals.few ? (row.count * 1_000_000) / people : NaN,
      });
    });
    const counted = rows.filter((row) => row.count > 0);
    return { ...totals, mapped: counted.reduce((sum, row) => sum + row.count, 0), rows: counted, byCode: new Map(rows.map((row) => [row.code, row])) };
  }

  /** The view of some countries alone: shares and ranks are those among them, and unknown countries are not in it. @type {ApivideoGeo["ofCountries"]} */
  function ofCountries(view, codes) {
    const rows = codes.flatMap((code) => view.byCode.get(code) || []);
    if (view.metric.parts) return geo.ratios.among(view, rows);
    /** @param {"count" | keyof Change} key */
    const sum = (key) => rows.reduce((all, row) => all + row[key], 0);
    return finish({ ...view, total: sum("count"), unknown: 0, change: view.change && { now: sum("now"), before: sum("before"), counted: sum("counted") } }, rows);
  }

  /** What changes compare, and how many days each side has; or why nothing is compared. @type {ApivideoGeo["compared"]} */
  function compared({ comparison: { now, before, matched, groups } }) {
    if (!data.first || now.to < 0) return "";
    /** @param {Side} side */
    const daysOf = ({ collected, days }) => ngettext("%(days)s of %(count)s day", "%(days)s of %(count)s days", days, { days: formats.number(collected) });
    const span = (/** @type {Side} */ { from, to }) => formats.span(from, to);
    if (!groups.length) {
      const side = now.enough ? before : now;
      if (side.to < 0) return _("No comparison: the days collected begin on %(day)s.", { day: formats.day(0) });
      return _("No comparison: of %(period)s only %(days)s were collected; at least %(share)s are needed.", { period: span(side), days: daysOf(side), share: formats.about(0.9) });
    }
    const values = { now: span(now), now_days: daysOf(now), before: span(before), before_days: daysOf(before) };
    const text = _("Change of the daily average: %(now)s (%(now_days)s) against %(before)s (%(before_days)s).", values);
    return matched ? `${text} ${_("Weekdays are compared with the same weekdays.")}` : text;
  }

  /** Is a change good or bad? Averages of different numbers of days are not exact. @type {ApivideoGeo["toneOf"]} */
  const toneOf = ({ now, before }) => (Math.abs(now - before) <= 1e-9 * before ? "" : now > before ? "up" : "down");

  /** The change under a figure: "+6% on the 30 days before"; `all`: the figure is of more days. @type {ApivideoGeo["changeWords"]} */
  function changeWords({ comparison: { now: { days }, before, against } }, all, change) {
    if (against || before.days !== days) {
      const period = formats.span(before.from, before.to);
      return all
        ? ngettext("Last day: %(change)s on %(period)s", "%(count)s days: %(change)s on %(period)s", days, { change, period })
        : _("%(change)s on %(period)s", { change, period });
    }
    return all
      ? ngettext("Last day: %(change)s on the day before", "%(count)s days: %(change)s on the %(count)s before", days, { change })
      : ngettext("%(change)s on the day before", "%(change)s on the %(count)s days before", days, { change });
  }

  /** That sessions are not in a mean time, if any are; their number is known of the whole history. @type {ApivideoGeo["untimed"]} */
  function untimed({ untimed: whole }, all) {
    if (!whole) return [];
    return [all ? whole : _("Sessions of unknown length are not in it.")];
  }

  /** A change in words, and whether it is good or bad. @type {ApivideoGeo["changeOf"]} */
  function changeOf(view, row) {
    const none = /** @type {ChangeText} */ ({ text: "–", tone: "", ratio: NaN });
    if (!view.change || !row) return none;
    const { parts } = view.metric, { now, before, counted } = row;
    if (row.fresh) return { text: _("new"), tone: "up", ratio: Infinity };
    if (parts ? Number.isNaN(now - before) : counted < data.change_from) return none;
    const tone = toneOf(row);
    if (!parts) return { text: formats.change(now, before), tone, ratio: now / before };
    const text = geo.ratios.difference(now - before, view.metric);
    return { text, tone: /^[+−]/.test(text) ? tone : "", ratio: 1 + now - before };
  }

  /** What a measure compares: a function that returns NaN for a row to leave out. @type {ApivideoGeo["valueBy"]} */
  function valueBy(measure, view) {
    // Rounded once: a share times 100 can be just below the limit of its class.
    if (measure === "share") return (row) => (view.total ? (row.count * 100) / view.total : 0);
    if (measure === "change") return (row) => changeOf(view, row).ratio;
    // Limits between classes of a time are round numbers of hours.
    const unit = view.metric.kind === "seconds" ? HOUR : 1;
    return (row) => (measure === "per-million" ? row.per : row.value) / unit;
  }

  /** One scale for several views, so that their colours can be compared. @type {ApivideoGeo["scaleOf"]} */
  function scaleOf(views, measure, without) {
    const { metric } = views[0];
    if (metric.scale) return metric.scale;
    const { method, classes, breaks } = data.scale;
    const values = views.flatMap((view) => {
      const value = valueBy(measure, view);
      const left = without ? leaderOf(view, measure) : "";
      return view.rows.filter((row) => row.code !== left).map(value);
    });
    const own = (measure === "count" && metric.name === data.metric) || method !== "custom";
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
   * instead of the view's own. Countries that are not in the group of the view are "out".
   * @type {ApivideoGeo["picture"]}
   */
  function picture(view, measure, without, scale) {
    if (measure === "change") return changePicture(view);
    const cut = scale || scaleOf([view], measure, without);
    const value = valueBy(measure, view);
    const left = without ? leaderOf(view, measure) : "";
    const empty = data.known ? "zero" : "blank";
    /** @type {Map<Code, string>} */
    const kinds = new Map();
    for (const row of view.rows) {
      const figure = value(row);
      if (row.lower === 0) continue; // of a ratio: nothing to divide by, as where nothing was counted
      kinds.set(row.code, row.code === left ? "left" : Number.isNaN(figure) ? "few" : `c${Math.max(geo.classOf(cut, figure), 0)}`);
    }
    const exact = cut.whole && view.metric.kind !== "seconds" ? formats.number : (/** @type {number} */ limit) => formats.limit(limit, view.metric);
    const number = measure === "share" ? formats.percentage : exact;
    /** @type {Entry[]} */
    const legend = geo.ranges(cut, number).map((label, index) => ({ kind: `c${index}`, label }));
    if (left) legend.push({ kind: "left", label: _("Left out"), note: geo.called(left) });
    if (measure === "per-million") legend.push({ kind: "few", label: _("Under %(quantity)s", { quantity: formats.quantity(view.few, view.metric) }) });
    if (view.metric.parts) legend.push(...geo.ratios.legend(view.metric));
    else legend.push(data.known ? { kind: "zero", label: "0" } : { kind: "blank", label: _("No data") });
    return { ...painted(legend, kinds, empty, view), empty, classes: cut.lows.length };
  }

  /** @param {View} view @returns {ReturnType<ApivideoGeo["picture"]>} */
  function changePicture(view) {
    const { metric } = view, bounds = changeBounds(metric);
    /** @type {Map<Code, string>} */
    const kinds = new Map();
    for (const row of view.byCode.values()) {
      const { ratio } = changeOf(view, row);
      if (metric.parts ? !row.lower : view.change ? !row.now && !row.before : !row.count) continue;
      if (ratio === Infinity) kinds.set(row.code, "new");
      else if (Number.isNaN(ratio)) kinds.set(row.code, "few");
      else kinds.set(row.code, `d${bounds.filter((bound) => ratio >= bound).length}`);
    }
    /** @type {Entry[]} */
    const legend = view.change ? classWords(metric).map((label, index) => ({ kind: `d${index}`, label })) : [];
    if (!metric.parts) legend.push({ kind: "new", label: _("New") });
    legend.push({ kind: "few", label: view.change ? _("Too few to compare") : _("Nothing to compare with") });
    legend.push(metric.parts ? geo.ratios.legend(metric)[1] : { kind: "zero", label: _("No %(plays)s in either period", { plays: metric.many }) });
    return { ...painted(legend, kinds, "zero", view), empty: data.known ? "zero" : "blank", classes: data.scale.classes };
  }

  /** @typedef {{kind: string, label: string, note?: string}} Entry */

  /**
   * Adds to each entry the number of its countries, and paints those outside of the group.
   * @param {Entry[]} legend @param {Map<Code, string>} kinds @param {string} empty @param {View} view
   */
  function painted(legend, kinds, empty, { members }) {
    /** @type {Record<string, number>} */
    const counts = { [empty]: (members ? members.size : data.world) - kinds.size };
    for (const kind of kinds.values()) counts[kind] = (counts[kind] || 0) + 1;
    if (members) for (const code of Object.keys(data.points)) if (!members.has(code)) kinds.set(code, "out");
    return {
      kinds, legend: legend.map((entry) => {
        const found = counts[entry.kind];
        return { ...entry, note: entry.note || (found ? ngettext("%(count)s country", "%(count)s countries", found) : _("none")) };
      }),
    };
  }

  /** The line under the legend: what the map cannot show. @param {View} view */
  function offTheMap(view) {
    if (!data.known) return "";
    const quantity = view.apart ? geo.ratios.value(view.apart, view.metric) : formats.quantity(view.unknown, view.metric);
    const parts = [view.group ? _("Unknown country, in no group: %(quantity)s", { quantity }) : _("Unknown country: %(quantity)s", { quantity })];
    if (view.gaps.length) parts.push(ngettext("Not collected: %(count)s day", "Not collected: %(count)s days", view.gaps.length));
    if (view.left.length) parts.push(ngettext("Left out: %(count)s day", "Left out: %(count)s days", view.left.length));
    return parts.join(" · ");
  }

  /** The sparkline of a country, "" without counts. @type {ApivideoGeo["sparkOf"]} */
  function sparkOf({ days, parts, metric }, code, from, to) {
    const { kind } = metric.parts?.[1] || metric;
    while (kind === "per-day" && to > from && days.open.includes(to)) to--; // a partial day would lower a mean
    const [upper, lower] = (parts || [{ days }]).map((part) => part.days.counts[code]);
    return upper && (lower || !parts) ? sparkPath(upper, days.total, from, to, lower) : "";
  }

  /** A sparkline of the days `from` … `to`, drawn as `spark_path` in Python does; `lowers` are what a ratio divides by. @type {ApivideoGeo["sparkPath"]} */
  function sparkPath(counts, totals, from, to, lowers) {
    const size = to - from + 1;
    const length = Math.max(1, Math.ceil(size / 26));
    /** @type {(number | null)[]} */
    const heights = [];
    for (let start = from + (size % length); start <= to; start += length) {
      let sum = 0, known = 0;
      for (let index = start; index < start + length; index++) if (totals[index] !== null) { known += lowers ? lowers[index] : 1; sum += counts[index]; }
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

  Object.assign(geo, { once, metrics, wholeView, numbers, unpacked, running, addUp, history, wholeOf, viewOf, finish, ofCountries, compared, untimed, changeOf, changeWords, toneOf, valueBy, scaleOf, leaderOf, picture, offTheMap, sparkPath, sparkOf });
})(apivideoGeo);
