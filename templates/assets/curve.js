/** The daily curve of another metric than the first, or of a group of countries; loaded when it is first needed. */
(function (geo) {
  "use strict";
  const { data, formats, _ } = geo;
  /** Height of the curve and the room above it, as in the Python module `daily_curve`. */
  const TALL = 104, ROOM = 16;
  /** A ratio of single days jumps: histories longer than this many days have a point a week. */
  const LONG = 60;
  const curve = document.querySelector("svg.curve"), plot = curve?.querySelector(".plot");
  /** What the page was made with. */
  const sent = { plot: [...plot?.childNodes || []], levels: [...curve?.querySelectorAll(".figure") || []], words: curve?.getAttribute("aria-label") || "" };
  let shown = `${data.metric} `;

  /** Draws the days of a metric in a group, "" = everywhere. @type {ApivideoGeo["curve"]["show"]} */
  function show(metric, history, group) {
    const key = `${metric.name} ${group}`;
    if (!curve || key === shown) return;
    shown = key;
    for (const old of curve.querySelectorAll(".figure")) old.remove();
    if (metric.name === data.metric && !group) {
      plot?.replaceChildren(...sent.plot);
      curve.append(...sent.levels);
      curve.setAttribute("aria-label", sent.words);
    } else draw(metric, group ? daysOf(history, geo.membersOf(group)) : history, geo.groupName(group));
  }

  /** The days of some countries alone. @param {DaySums} history @param {Code[]} members @returns {DaySums} */
  function daysOf(history, members) {
    const sums = members.flatMap((code) => history.sums[code] || []);
    const total = history.total.map((_, index) => sums.reduce((all, each) => all + each[index], 0));
    const days = { ...history.days, total: history.days.total.map((count, index) => (count === null ? null : total[index + 1] - total[index])) };
    return { ...history, days, total, parts: history.parts?.map((part) => daysOf(part, members)) };
  }

  /** What the curve shows: "Impressions a day", "Play rate by day". @type {ApivideoGeo["curve"]["byDay"]} */
  const byDay = ({ many: plays, parts }) => geo.sentence(parts ? _("%(plays)s by day", { plays }) : _("%(plays)s a day", { plays }));

  /** @param {Metric} metric @param {DaySums} history @param {string} group  its name */
  function draw(metric, history, group) {
    const runs = runsOf(history, history.parts && history.days.total.length > LONG ? 7 : 1);
    const top = Math.max(0, ...runs.flatMap(({ points }) => points.map((point) => point.value)));
    const lines = levels(top, metric);
    /** @param {number} level */
    const written = (level) => (metric.parts ? formats.limit(level, metric) : metric.kind === "seconds" ? formats.duration(level) : formats.number(level));
    plot?.replaceChildren(...lines.map((level) => path("level", `M0 ${height(level, top)}h${history.days.total.length}`)), ...runs.map((run) => area(run, top)));
    curve?.append(...lines.map((level) => figure(written(level), ROOM + TALL * (1 - level / top) - 4)));
    curve?.setAttribute("aria-label", `${group ? `${geo.sentence(group)}: ` : ""}${byDay(metric)}.`);
  }

  /** @typedef {{kind: string, from: number, to: number, points: {at: number, value: number}[]}} Run */

  /** Stretches of days of one kind, with a point for each `step` days. @param {DaySums} history @param {number} step */
  function runsOf({ days: { total, open }, parts }, step) {
    /** @type {Run[]} */
    const runs = [];
    total.forEach((count, index) => {
      const kind = count === null ? "gap" : open.includes(index) ? "open" : "known", last = runs[runs.length - 1];
      if (last?.kind === kind) last.to = index + 1;
      else runs.push({ kind, from: index, to: index + 1, points: [] });
    });
    for (const run of runs) {
      if (run.kind === "gap") continue;
      for (let from = run.from; from < run.to; from += step) {
        const to = Math.min(from + step, run.to);
        const [sum, by] = (parts || []).map((part) => part.total[to] - part.total[from]);
        run.points.push({ at: (from + to) / 2, value: parts ? (by ? sum / by : 0) : total[from] || 0 });
      }
    }
    return runs;
  }

  /** @param {number} value @param {number} top */
  const height = (value, top) => (top ? Math.round(1000 * (1 - value / top)) : 1000);

  /** @param {Run} run @param {number} top */
  function area({ kind, from, to, points }, top) {
    if (kind === "gap") return path("gap", `M${from} 0h${to - from}V1000h-${to - from}z`);
    const heights = points.map(({ value }) => height(value, top));
    const along = points.map(({ at }, index) => `${at} ${heights[index]}`).join(" ");
    return path(kind, `M${from} 1000L${from} ${heights[0]}L${along} ${to} ${heights[heights.length - 1]}V1000z`);
  }

  /** Two or three round values below the highest point. @param {number} top @param {Metric} metric */
  function levels(top, { kind, scale }) {
    if (!top) return [];
    const whole = kind !== "seconds", unit = whole ? 1 : 3600, high = top / unit;
    const round = () => unit * geo.rounded(high / 6, high / 2 + Number(whole), high / 3, whole).limit;
    const step = scale?.step ? scale.step * Math.ceil(high / 3 / scale.step) : round();
    return Array.from({ length: Math.floor(top / step) }, (_, index) => step * (index + 1));
  }

  /** @param {string} kind @param {string} d */
  function path(kind, d) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", "path");
    element.setAttribute("class", kind);
    element.setAttribute("d", d);
    return element;
  }

  /** @param {string} words @param {number} y */
  function figure(words, y) {
    const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
    text.setAttribute("class", "figure");
    text.setAttribute("x", "0");
    text.setAttribute("y", y.toFixed(1));
    text.textContent = words;
    return text;
  }

  geo.curve = { show, byDay };
})(apivideoGeo);
