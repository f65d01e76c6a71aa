/** Countries, groups, collections and videos side by side: what a reader chooses, as lines and as tables. The address has every choice. */
(function (geo) {
  "use strict";
  const { formats, periods, _, ngettext } = geo;
  const data = /** @type {CompareData} */ (/** @type {unknown} */ (geo.data));
  /** Maximum number of lines, as in the Python module `compare`. */
  const MOST = 5;
  /** Maximum number of points that have the days of their weeks under them; more have months. */
  const NAMED = 13;
  /** Height of the chart in pixels; width of the chart in a picture, which is drawn at twice its size; most notes in its text. */
  const TALL = 320, PICTURE = 760, NOTED = 4;
  const said = geo.byId("picture-said"), select = geo.byId("metric");
  const strip = /** @type {HTMLElement | null} */ (document.querySelector(".marked")), marks = /** @type {SVGElement | null | undefined} */ (strip?.querySelector(".marks"));

  /** @type {WeekData} */
  let found;
  /** The weekly counts that are loaded, by metric or ratio. @type {Map<string, WeekCounts>} */
  const loaded = new Map();
  /** @type {Map<string, WeekItem>} */
  let items = new Map();
  /** @type {CompareState} */
  let state;
  /** The metric or ratio that the page shows, until the one of `state` is loaded. */
  let visible = data.metric;
  /** @type {ReturnType<ApivideoGeo["periods"]["start"]>} */
  let control = null;
  /** @type {ReturnType<ApivideoGeo["against"]["start"]>} */
  let against = null;
  /** @type {ReturnType<ApivideoGeo["combo"]["start"]>} */
  let combo;
  /** Counts what was shown: figures that arrive for an older choice are dropped. */
  let turn = 0;
  /** The numbers of notes and publications in the period, in words. */
  let marked = "";

  // The address

  /** @param {string} search  the part of an address after "?" @returns {CompareState} */
  function read(search) {
    const parts = new URLSearchParams(search), wanted = parts.get("compare"), metric = parts.get("metric") || "";
    const known = (wanted || "").split("~").map((key) => (items.has(key) ? key : key.toLowerCase())).filter((key) => items.has(key));
    const keys = known.length || wanted === "" ? [...new Set(known)].slice(0, MOST) : data.leading;
    return {
      keys, index: parts.get("scale") === "index", metric: Object.hasOwn(data.weeks, metric) ? metric : data.metric,
      period: "all", ...periods.daysOf("all"), ...periods.read(parts.get("period") || ""), against: periods.readAgainst(parts.get("against") || ""),
    };
  }

  /** The parts that other pages have too: the period, and what it is compared with there. */
  function carried() {
    const period = periods.write(state), against = periods.writeAgainst(state.against);
    return [...(period ? [`period=${period}`] : []), ...(against ? [`against=${against}`] : [])];
  }

  /** The parts that differ from the default. */
  function write() {
    const parts = [];
    if (state.keys.join() !== data.leading.join()) parts.push(`compare=${state.keys.join("~")}`);
    if (state.metric !== data.metric) parts.push(`metric=${state.metric}`);
    parts.push(...carried());
    if (state.index) parts.push("scale=index");
    return parts.length ? `?${parts.join("&")}` : location.pathname;
  }

  /** Writes the choice into the address: as a new step of the browser's history, or in place of the last one. @param {"pushState" | "replaceState"} way */
  function remember(way) {
    try {
      history[way](null, "", write());
    } catch {
      // A browser may reject many changes in a row; the page works without.
    }
  }

  /** Shows another choice. @param {Partial<CompareState>} changed */
  async function change(changed) {
    state = { ...state, ...changed };
    remember("pushState");
    if (await follow() && changed.against !== undefined) geo.say(geo.byId("against-note").firstElementChild?.textContent || "");
  }

  /** Loads the counts of the metric that is chosen; if that fails, it returns to the metric that is shown. Is it still chosen? */
  async function loadCounts() {
    const wanted = state.metric;
    select?.setAttribute("aria-busy", "true");
    const file = await geo.load(data.weeks[wanted], "weeks").catch(() => null);
    if (file) loaded.set(wanted, file);
    if (state.metric !== wanted) return false;
    if (!file) {
      geo.say(_("The figures could not be loaded."));
      state = { ...state, metric: visible };
      remember("replaceState");
    }
    return true;
  }

  /** Shows all in the metric that is chosen; until its counts are loaded, in that which is shown. Are all figures there? */
  async function follow() {
    if (!loaded.has(state.metric)) {
      show();
      if (!await loadCounts()) return false;
    }
    select?.removeAttribute("aria-busy");
    visible = state.metric;
    return show();
  }

  // The figures

  /** How a metric or ratio is called and written, by default that which is shown. @param {string} [name] */
  const words = (name = visible) => (name === data.metric ? geo.data.words : data.metrics[name]);

  /** The words of what a ratio divides, and of what it is divided by; none of a metric. */
  const parts = () => (data.ratios[visible] || []).map((name) => words(name));

  /** The weeks of the period: a week belongs to it if most of its days do, so if its Thursday does. @returns {number[]} */
  function weeksShown() {
    const all = found.names.map((_, week) => week);
    if (state.period === "all") return all;
    const inside = all.filter((week) => {
      const thursday = found.offset + 7 * week + 3;
      return thursday >= state.from && thursday <= state.to;
    });
    return inside.length ? inside : [Math.floor((state.from - found.offset) / 7)];
  }

  /** @param {string} kind  of an item */
  const byVideo = (kind) => kind === "video" || kind === "collection";
  const counts = () => /** @type {WeekCounts} */ (loaded.get(visible));

  /** What an item is counted in: collected days and totals of each week, and its own counts. Null if it was not collected. @param {WeekItem} item */
  function seriesOf({ kind, at }) {
    const { days, totals, counts: all } = counts(), scope = byVideo(kind) ? 1 : 0, own = all[at];
    return own && { days: days[scope] || [], totals: totals[scope] || [], own };
  }

  /** @param {number[]} values @param {number[]} weeks */
  const sum = (values, weeks) => weeks.reduce((total, week) => total + values[week], 0);

  /** The value of some weeks: a mean of a collected day, or a ratio; NaN without a collected day or with too few. @param {WeekItem} item @param {number[]} weeks */
  function valueOf(item, weeks) {
    const series = seriesOf(item), days = series ? sum(series.days, weeks) : 0;
    if (!series || !days) return NaN;
    const [upper, lower] = series.own.map((one) => sum(one, weeks));
    if (lower === undefined) return upper / days;
    return lower < Math.max(1, data.ratio_from) ? NaN : upper / lower;
  }

  /** The values of a line: in percent of its first one above 0, if that is chosen. @param {WeekItem} item @param {number[]} weeks */
  function valuesOf(item, weeks) {
    const values = weeks.map((week) => valueOf(item, [week]));
    const first = values.find((value) => value > 0) ?? NaN;
    return state.index ? values.map((value) => (100 * value) / first) : values;
  }

  const chosen = () => state.keys.map((key) => /** @type {WeekItem} */ (items.get(key)));
  /** @param {number[]} weeks */
  const overOf = (weeks) => weeks.filter((week) => week < found.over);

  // What is shown

  function show() {
    const weeks = weeksShown(), shown = chosen();
    marked = periods.events(state.from, state.to).join(", ");
    combo.show();
    showControls();
    showChart();
    geo.byId("notes").replaceChildren(...notes(weeks, shown).map((note) => geo.make("p", note)));
    showSums(shown);
    showWeeks(weeks, shown);
    return showDays(shown);
  }

  /** The pattern of a line, next to its name. @param {number} slot */
  function key(slot) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("class", "key");
    svg.setAttribute("viewBox", "0 0 26 12");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("class", `line s${slot}`);
    path.setAttribute("d", "M1 6h24");
    svg.append(path);
    return svg;
  }

  /** A link to the page of an item, with the period and what it is compared with. @param {WeekItem} item */
  function link(item) {
    const anchor = geo.make("a", item.name), parts = carried();
    anchor.href = item.page + (parts.length ? `?${parts.join("&")}` : "");
    return anchor;
  }

  function showControls() {
    control?.show(state);
    if (select) select.value = state.metric;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-scale]"))) {
      button.setAttribute("aria-pressed", String((button.dataset.scale === "index") === state.index));
      if (button.dataset.scale === "count") button.textContent = valueWords();
    }
  }

  /** What a point of a line is: "Plays a day", "Play rate". */
  function valueWords() {
    const { kind, label, many } = words();
    return kind === "sum" || kind === "seconds" ? geo.sentence(_("%(plays)s a day", { plays: many })) : label;
  }

  /** What the chart shows, in words. */
  const heading = () => (state.index ? _("%(value)s, week by week, first week = 100", { value: valueWords() }) : _("%(value)s, week by week", { value: valueWords() }));

  /** Writes a limit of the chart. @param {number} value */
  function limit(value) {
    const { kind } = words();
    if (state.index) return formats.number(value);
    if (kind === "rate") return formats.percentage(100 * value);
    return kind === "seconds" || kind === "time" ? formats.duration(value) : formats.number(value);
  }

  /** @returns {Chart | null} */
  function chart() {
    const weeks = overOf(weeksShown()), { kind } = words();
    const lines = chosen().map((item, slot) => ({ slot, name: item.name, values: valuesOf(item, weeks) }));
    if (!lines.some((line) => line.values.some((value) => !Number.isNaN(value)))) return null;
    const first = weeks[0], last = weeks[weeks.length - 1];
    const months = found.months.filter(([place]) => place >= first && place <= last + 1);
    const years = new Set([first, last].map((week) => formats.iso(found.offset + 7 * week + 3).slice(0, 4)));
    // A point is at the middle of its week; few points have the days of their weeks under them.
    const ticks = weeks.length > NAMED ? months.map(([place, brief, long]) => ({ at: place - first - 0.5, text: years.size > 1 ? long : brief })) : weeks.map((week, at) => ({ at, text: found.names[week] }));
    return {
      lines, weeks: weeks.length, ticks,
      label: `${heading()}: ${lines.map((line) => line.name).join(", ")}${marked && `. ${_("Marked and listed below: %(events)s.", { events: marked })}`}`,
      seconds: !state.index && (kind === "seconds" || kind === "time"),
      write: limit,
    };
  }

  function showChart() {
    const box = geo.byId("chart"), what = chart(), width = Math.floor(box.clientWidth);
    box.replaceChildren(what ? geo.lines.draw(what, width, TALL) : geo.make("p", nothing(), "empty"));
    if (!strip) return;
    strip.hidden = !what;
    if (what) placeMarks(endsOf(box.firstElementChild));
  }

  /** The names of what was not collected in this metric. @param {WeekItem[]} shown */
  const lacking = (shown) => shown.filter((item) => !seriesOf(item)).map((item) => item.name);

  /** Why there is no line. */
  function nothing() {
    if (!state.keys.length) return _("Choose a country, a group or a video.");
    const names = lacking(chosen());
    if (names.length === state.keys.length) return _("Not known for %(names)s.", { names: names.join(", ") });
    return parts().length ? _("There is no week with enough to divide by.") : _("No complete week of this period was collected.");
  }

  /** The first Monday that the chart shows, and the number of days. */
  function days() {
    const weeks = overOf(weeksShown());
    return { from: found.offset + 7 * weeks[0], length: 7 * weeks.length };
  }

  /** Where the lines of a chart begin and end, in pixels. @param {Element | null} svg */
  function endsOf(svg) {
    const { left, right } = /** @type {SVGElement} */ (svg).dataset;
    return { left: Number(left), right: Number(right) };
  }

  /**
   * The days between the middles of the first and the last week, where the lines begin and end: the first day and their
   * number, and what moves a day of the other halves of these weeks to these ends.
   */
  function between() {
    const { from, length } = days(), [first, width] = length > 7 ? [from + 3, length - 7] : [from + 3 - 5000, 10000];
    return { first, width, within: (/** @type {number} */ day) => Math.min(Math.max(day, first), first + width), shown: (/** @type {number} */ day) => day >= from && day < from + length && day >= state.from && day <= state.to };
  }

  /** Puts the marks of notes and publications over the days of the chart. @param {{left: number, right: number}} ends */
  function placeMarks({ left, right }) {
    const { first, width, within, shown } = between();
    Object.assign(/** @type {HTMLElement} */ (strip).style, { left: `${left}px`, width: `${right - left}px` });
    const begin = formats.indexOf(marks?.dataset.first || "");
    marks?.setAttribute("viewBox", `${first - begin} 0 ${width} 120`);
    for (const { path, kind, days } of periods.marks()) path.setAttribute("d", days.filter(shown).map((day) => `M${within(day) - begin} 8${kind === "stem" ? "V120" : "h0"}`).join(""));
  }

  /** What the points are, and which weeks have none. @param {number[]} weeks @param {WeekItem[]} shown */
  function notes(weeks, shown) {
    const over = overOf(weeks), ratio = parts().length > 0, days = counts().days[0] || [];
    const gaps = over.filter((week) => !days[week]).length;
    const open = weeks.filter((week) => week >= found.over), unknown = lacking(shown);
    return [
      words().meaning, ...geo.untimed(words(), false),
      ratio ? _("Each point divides the two sums of a week, Monday to Sunday in UTC, of the days that have both.") : _("Each point is the average of a collected day in that week, Monday to Sunday in UTC."),
      ratio && _("Rates: only where there are at least %(number)s to divide by.", { number: formats.number(data.ratio_from) }),
      state.index && _("100 is the first week of the period in which a line has a count."),
      gaps && ngettext("%(count)s week without a collected day is a gap in the lines.", "%(count)s weeks without a collected day are gaps in the lines.", gaps),
      unknown.length > 0 && unknown.length < shown.length && _("Not known for %(names)s.", { names: unknown.join(", ") }),
      open.length && _("The week %(week)s is not complete: it is only in the table.", { week: found.names[open[0]] }),
      state.period !== "all" && _("A week belongs to the period if most of its days do."),
    ].filter((note) => typeof note === "string");
  }

  /** @param {string} text */
  const number = (text) => geo.make("td", text, "num");
  /** @param {(Node | string)[]} content */
  function head(...content) {
    const cell = geo.make("th");
    cell.scope = "row";
    cell.append(...content);
    return cell;
  }

  /** Puts other columns after the first `keep` of a table. @param {HTMLTableElement} table @param {number} keep @param {string[]} names */
  function replaceHeads(table, keep, names) {
    const heads = table.tHead?.rows[0];
    while (heads && heads.cells.length > keep) heads.lastElementChild?.remove();
    heads?.append(...names.map((name) => {
      const cell = geo.make("th", name, "num");
      cell.scope = "col";
      return cell;
    }));
  }

  /** The table of sums; of a chosen period its cells are filled when the figures by day are there. @param {WeekItem[]} shown */
  function showSums(shown) {
    const table = geo.byId("sums"), { label, kind } = words(), both = parts(), all = state.period === "all";
    replaceHeads(table, 1, [label, ...(both.length ? both.map((part) => part.label) : kind === "per-day" ? [_("Share")] : [_("A day"), _("Share")]), _("Change")]);
    table.tBodies[0].replaceChildren(...shown.map((item, slot) => {
      const row = geo.make("tr"), cells = all ? cellsOf(sumsOfWeeks(item, weeksShown())) : noCells();
      row.append(head(key(slot), " ", link(item)), ...cells.map(number), geo.make("td", "", "num change"));
      return row;
    }));
    nameSums(all ? _("In the whole period") : _("In the period: %(days)s", { days: formats.days(state.from, state.to) }));
    const note = geo.byId("sums-note");
    if (note) note.hidden = both.length > 0; // an owner's template may have none
  }

  /** @param {string} text  the heading of the table of sums */
  function nameSums(text) {
    for (const one of [geo.byId("sums-title"), geo.byId("sums").caption]) if (one) one.textContent = text;
  }

  /** As many cells as an item has before its change. @param {string} [text] @returns {string[]} */
  const noCells = (text = "") => Array(!parts().length && words().kind === "per-day" ? 2 : 3).fill(text);

  /** The sums of an item over weeks; in the whole history also those of days that are not over. Null if it was not collected. @param {WeekItem} item @param {number[]} weeks @returns {ItemSums | null} */
  function sumsOfWeeks(item, weeks) {
    const series = seriesOf(item), { open = [] } = counts();
    if (!series) return null;
    const own = series.own.map((one) => sum(one, weeks)), days = sum(series.days, weeks), partial = state.period === "all" && open[item.at] || 0;
    return { own, total: sum(series.totals[0], weeks), days, value: parts().length ? valueOf(item, weeks) : (own[0] - partial) / days, by: days || 1 };
  }

  /** The sums of an item over the days of the period, as on its own page. @param {WeekItem} item @param {View} view @param {DaySums} history @param {number[] | null} daily  its counts by day, if it consists of videos @returns {ItemSums} */
  function sumsOfDays({ kind, key, codes }, view, history, daily) {
    if (view.metric.parts) {
      const row = kind === "group" ? geo.ofCountries(view, codes).all : view.byCode.get(key), days = view.collected || 0;
      return { own: (row?.of || [0, 0].map((count) => ({ count }))).map(({ count }) => count), total: 0, days, value: row?.lower ? row.value : NaN, by: view.days || 1 };
    }
    const { total, open, counts: byCode } = history.days, perDay = view.metric.kind === "per-day";
    const several = daily ? [daily] : (kind === "group" ? codes : [key]).map((code) => byCode[code] || []);
    let own = 0, all = 0, over = 0, days = 0;
    for (let day = view.from; day <= view.to; day++) {
      const everything = total[day], partial = open.includes(day) && !(perDay && view.from === view.to);
      if (everything === null || (partial && perDay) || (daily && geo.data.lacking.includes(day))) continue;
      const count = several.reduce((sum, counts) => sum + (counts[day] || 0), 0);
      own += count;
      all += everything;
      if (!partial) { over += count; days += 1; }
    }
    return { own: [own], total: all, days, value: over / days, by: 1 };
  }

  /** The cells of an item in the table of sums, without its change. @param {ItemSums | null} sums */
  function cellsOf(sums) {
    if (!sums) return noCells("–");
    const { kind } = words(), { own, total, days, value, by } = sums, share = total ? formats.share(own[0] / total) : "–";
    if (parts().length) return [days ? formats.value(value, words()) : "–", ...bothOf(own, by)];
    const mean = !days ? "–" : kind === "seconds" ? formats.duration(value) : formats.rate(value);
    return kind === "per-day" ? [mean, share] : [formats.value(own[0], { kind }), mean, share];
  }

  /** Both sums of a ratio; means of a day if one of them must not be added up over days. @param {number[]} own @param {number} days */
  function bothOf(own, days) {
    const both = parts(), by = both.some((part) => part.kind === "per-day") ? days : 1;
    return own.map((one, index) => (by > 1 ? formats.rate(one / by) : formats.value(one, both[index])));
  }

  // What changed: by day, as on the pages of the items

  /** The view of the period; that of the page as it was sent needs no file. @returns {Promise<View>} */
  async function viewOf() {
    const { period, from, to, against } = state, all = period === "all";
    const inPage = chosen().every(({ key, kind }) => data.leading.includes(key) || byVideo(kind));
    if (all && !against && visible === data.metric && inPage) return geo.wholeView();
    const history = await geo.history(visible);
    return all ? geo.wholeOf(history, against) : geo.viewOf(history, from, to, against);
  }

  /** How an item changed; null if that is not known. @param {WeekItem} item @param {View} view @param {number[] | null} daily @param {string} [published] @returns {ChangeText | null} */
  function changeOf({ key, kind, codes }, view, daily, published) {
    if (!byVideo(kind)) return geo.changeOf(view, kind === "group" ? geo.ofCountries(view, codes).change : view.byCode.get(key));
    const own = daily && geo.byVideo(view, state.period === "all", daily, published);
    return own && (own.reason ? { text: own.reason, tone: "", ratio: NaN } : geo.changeOf(own, own.change));
  }

  /** The change of an item, and its sums if they are counted by day. @param {WeekItem} item @param {View} view @returns {Promise<{change: ChangeText | null, sums: ItemSums | null}>} */
  async function daysOf(item, view) {
    const { kind, file } = item, videos = byVideo(kind);
    if (videos && (visible !== data.metric || !file)) return { change: null, sums: null };
    /** @type {Partial<MonthFile>} */
    const own = videos ? await geo.once(file, () => geo.load(file, "months")) : {}, daily = videos ? geo.numbers(own.daily || "") : null;
    return { change: changeOf(item, view, daily, own.published), sums: state.period === "all" ? null : sumsOfDays(item, view, await geo.history(visible), daily) };
  }

  /** The days to compare with, for the fields of the control, if the files cannot be loaded. */
  function comparisonOfPage() {
    const { period, from, to, against } = state, { complete, end } = geo.wholeView().comparison;
    return { comparison: geo.compare.of(complete, end, period === "all" ? null : [from, to], against) };
  }

  /** What is not as with countries when videos are compared. @param {View} view @param {boolean} both  are there countries, too? */
  function aboutVideos(view, both) {
    if (visible !== data.metric) return _("Videos and collections have a change only for %(plays)s: their other figures are published by week, and changes compare days.", { plays: words(data.metric).many });
    const [videos, countries] = [geo.byVideo(view, state.period === "all", []), view].map(geo.compared);
    return both && videos !== countries ? `${_("Videos and collections lack more days.")} ${videos}` : "";
  }

  /** Shows what is counted by day: how much each item changed, what is compared, and the sums of a period; false if the figures are not there. @param {WeekItem[]} shown */
  async function showDays(shown) {
    const own = ++turn, view = await viewOf().catch(() => null);
    let failed = !view;
    const byDay = await Promise.all(shown.map((item) => view && daysOf(item, view).catch(() => { failed = true; return null; })));
    if (own !== turn) return false;
    fillSums(shown, byDay);
    const videos = shown.some(({ kind }) => byVideo(kind)), others = shown.some(({ kind }) => !byVideo(kind)), first = visible === data.metric;
    const days = view && videos && !others && first ? geo.byVideo(view, state.period === "all", []) : view;
    against?.show(days || comparisonOfPage(), state, Boolean(view) && (others || first));
    const note = geo.byId("videos-note"), failure = failed ? _("The figures of the days could not be loaded.") : "";
    if (note) note.textContent = [failure, view && videos ? aboutVideos(view, others) : ""].filter(Boolean).join(" ");
    if (failed) geo.say(failure);
    return !failed;
  }

  /** Fills the table of sums. An item without counts by day has those of complete weeks, and the table says so. @param {WeekItem[]} shown @param {(Awaited<ReturnType<typeof daysOf>> | null)[]} byDay */
  function fillSums(shown, byDay) {
    const all = state.period === "all", weeks = overOf(weeksShown());
    const byWeek = shown.map((item, slot) => !all && !byDay[slot]?.sums && weeks.length > 0 && seriesOf(item) !== null);
    const words = weeks.length && _("Whole weeks: %(days)s", { days: daysOfWeeks(weeks) });
    if (words && byWeek.length && byWeek.every(Boolean)) nameSums(words);
    [...geo.byId("sums").tBodies[0].rows].forEach((row, slot) => {
      const { change, sums } = byDay[slot] || {}, { text, tone } = change || { text: "–", tone: "" }, cell = geo.make("td", text, `num change ${tone}`);
      if (all) row.lastElementChild?.replaceWith(cell);
      else row.replaceChildren(row.cells[0], ...cellsOf(sums || (byWeek[slot] ? sumsOfWeeks(shown[slot], weeks) : null)).map(number), cell);
      if (words && byWeek[slot]) row.cells[0].append(" ", geo.make("span", words, "kind"));
    });
  }

  /** The days of consecutive weeks, in words; those of the first one before the history are not in it. @param {number[]} weeks */
  const daysOfWeeks = (weeks) => formats.days(Math.max(0, found.offset + 7 * weeks[0]), found.offset + 7 * weeks[weeks.length - 1] + 6);

  /** @param {number[]} weeks @param {WeekItem[]} shown */
  function showWeeks(weeks, shown) {
    const table = geo.byId("weeks"), { days } = counts();
    replaceHeads(table, 2, shown.map((item) => item.name));
    const caption = table.caption;
    if (caption) caption.textContent = _("%(value)s, week by week", { value: words().label });
    table.tBodies[0].replaceChildren(...[...weeks].reverse().map((week) => {
      const row = geo.make("tr"), name = head(found.names[week]);
      if (week >= found.over) name.append(" ", geo.make("span", _("not complete"), "kind"));
      row.append(name, number(formats.number((days[0] || [])[week] || 0)), ...shown.map((item) => cellOf(item, week)));
      return row;
    }));
  }

  /** A value in a week, with its days if these are others than those of the week; of a ratio with both sums. @param {WeekItem} item @param {number} week */
  function cellOf(item, week) {
    const series = seriesOf(item), { kind } = words();
    if (!series || (!series.days[week] && !series.own.some((one) => one[week]))) return number("–");
    const value = valueOf(item, [week]), collected = series.days[week];
    if (parts().length) {
      const cell = number(collected ? formats.value(value, words()) : "–");
      cell.append(" ", geo.make("span", bothOf(series.own.map((one) => one[week]), collected || 1).join(" ÷ "), "both"));
      return cell;
    }
    if (kind === "per-day") return number(collected ? formats.rate(value) : "–");
    const count = formats.value(series.own[0][week], { kind });
    return number(collected === (counts().days[0] || [])[week] ? count : ngettext("%(number)s on %(count)s day", "%(number)s on %(count)s days", collected, { number: count }));
  }

  // Pictures

  /** @param {"png" | "svg"} kind */
  async function save(kind) {
    const blob = await load().then(() => geo.draw.paint(kind, scene())).catch(() => null);
    said.textContent = blob ? "" : _("The picture could not be made.");
    if (blob) geo.draw.download(blob, `compare.${kind}`);
  }

  /** @type {Promise<void> | undefined} */
  let loading;
  const load = () => (loading ||= geo.load(data.picture).catch((problem) => { loading = undefined; throw problem; }));

  /** The picture: the chart as the style sheet colours it, at twice its size, with a heading, the weeks, the notes and the source. */
  function scene() {
    const what = chart();
    if (!what) throw new Error("no lines");
    const svg = geo.lines.draw(what, PICTURE, TALL);
    geo.byId("chart").append(svg);
    const lines = [...svg.querySelectorAll("path")].map(shapeOf);
    const names = [...svg.querySelectorAll("text")].map(textOf);
    svg.remove();
    const facts = [heading(), daysOfWeeks(overOf(weeksShown())), ...notesShown()];
    const shapes = [...lines, ...marksShown(endsOf(svg))];
    return geo.draw.sheet({ heading: what.lines.map((line) => line.name).join(" · "), facts, words: what.label, shapes, labels: names, width: PICTURE, height: TALL, scale: 2 });
  }

  /** The marks over the days of the picture. @param {{left: number, right: number}} ends @returns {PictureShape[]} */
  function marksShown({ left, right }) {
    if (!marks) return [];
    const { first, width, within, shown } = between();
    return periods.marks().flatMap(({ path, kind, days }) => {
      const { stroke, strokeWidth } = getComputedStyle(path), stem = kind === "stem";
      return days.filter(shown).map((day) => {
        const x = Math.round(left + ((right - left) * (within(day) - first)) / width);
        return { d: stem ? `M${x} 8V${TALL - 24}` : `M${x} 8h0`, stroke, width: parseFloat(strokeWidth), round: kind === "noted", dash: stem ? [2, 3] : undefined };
      });
    });
  }

  /** The first notes of the owner in the weeks of the chart, as text. */
  function notesShown() {
    if (!marks) return [];
    const { shown } = between();
    return [...document.querySelectorAll("#events li.note")].filter((item) => shown(formats.indexOf(item.querySelector("time")?.dateTime || "")))
      .slice(0, NOTED).map((item) => (item.textContent || "").trim().replace(/\s+/g, " "));
  }

  /** @param {SVGPathElement} path */
  function shapeOf(path) {
    const style = getComputedStyle(path), dash = style.strokeDasharray;
    return {
      d: path.getAttribute("d") || "", fill: style.fill, stroke: style.stroke, width: parseFloat(style.strokeWidth), round: style.strokeLinecap === "round",
      dash: dash === "none" ? undefined : dash.split(/[, ]+/).map(parseFloat),
    };
  }

  /** @param {SVGTextElement} text */
  function textOf(text) {
    const style = getComputedStyle(text);
    return {
      x: Number(text.getAttribute("x")), y: Number(text.getAttribute("y")), text: text.firstChild?.textContent || "", size: parseFloat(style.fontSize),
      colour: style.fill, bold: Number(style.fontWeight) > 500, middle: style.textAnchor === "middle",
    };
  }

  /** @param {WeekData} file */
  async function start(file) {
    found = file;
    loaded.set(data.metric, file);
    const files = [...data.series];
    items = new Map(found.items.map(([key, kind, name, note, page, codes = ""], at) => {
      const file = byVideo(kind) && files.shift() || "";
      return [key, { key, kind, name, note, page, at, codes: codes.split(" "), file: file && `assets/${page.replace("/", "-").replace(/html$/, `${file}.js`)}` }];
    }));
    state = read(location.search);
    control = periods.start((period, from = 0, to = 0) => change({ period, ...(period === "custom" ? { from, to } : periods.daysOf(period)) }));
    against = geo.against.start(change);
    combo = geo.combo.start({
      items: [...items.values()], most: MOST, keys: () => state.keys, choose: (keys) => change({ keys }),
      content: (item, slot) => [key(slot), link(/** @type {WeekItem} */ (item))],
    });
    select?.addEventListener("change", () => change({ metric: select.value }));
    document.addEventListener("click", (event) => {
      const { scale } = geo.closest(event, "[data-scale]")?.dataset || {};
      if (scale) change({ index: scale === "index" });
    });
    window.addEventListener("popstate", () => { state = read(location.search); follow(); });
    geo.byId("save-png")?.addEventListener("click", () => save("png"));
    geo.byId("save-svg")?.addEventListener("click", () => save("svg"));
    if (loaded.has(state.metric) || await loadCounts()) follow();
    let width = 0;
    new ResizeObserver(([{ contentRect }]) => { if (contentRect.width !== width) { width = contentRect.width; showChart(); } }).observe(geo.byId("chart"));
    document.documentElement.classList.add("live");
  }

  geo.load(data.weeks[data.metric], "weeks").then(start, () => geo.say(_("The figures could not be loaded.")));
})(apivideoGeo);
