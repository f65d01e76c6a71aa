/** The words of a metric all over the page, and its daily curve. The page is made with those of the first metric. */
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
  let shown = data.metric;

  /** Shows the words and the curve of a metric. @type {ApivideoGeo["labels"]["show"]} */
  function show(metric, history) {
    if (metric.name === shown || !history) return;
    shown = metric.name;
    const plays = metric.many, { parts } = metric;
    /** @param {string} selector @param {string} text */
    const write = (selector, text) => { for (const element of document.querySelectorAll(selector)) element.textContent = text; };
    write("#map-title, #countries caption", geo.sentence(_("%(plays)s by country", { plays })));
    write("#days-title", byDay(metric));
    const note = geo.byId("share-note");
    if (note) note.hidden = Boolean(parts);
    write("#zeros", _("Countries without %(plays)s", { plays: parts ? parts[1].many : plays }));
    geo.byId("legend").setAttribute("aria-label", _("Legend: %(plays)s in a country", { plays }));
    const heads = parts ? [parts[0].label, metric.label, parts[1].label] : [metric.label, _("Share"), _("Per million")];
    ["count", "share", "per-million"].forEach((column, index) => write(`#countries th[data-sort="${column}"] button`, heads[index]));
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-measure]"))) {
      const { measure = "" } = button.dataset;
      button.hidden = Boolean(parts) && /share|per-million/.test(measure);
      if (measure === "count") button.textContent = parts ? _("Value") : _("Number");
      if (measure === "change") button.textContent = metric.kind === "rate" ? _("Change in points") : _("Change");
    }
    if (curve) draw(metric, history);
  }

  /** What the curve shows: "Impressions a day", "Play rate by day". @param {Metric} metric */
  const byDay = ({ many: plays, parts }) => geo.sentence(parts ? _("%(plays)s by day", { plays }) : _("%(plays)s a day", { plays }));

  /** @param {Metric} metric @param {DaySums} history */
  function draw(metric, history) {
    const first = metric.name === data.metric;
    for (const old of curve?.querySelectorAll(".figure") || []) old.remove();
    if (first) {
      plot?.replaceChildren(...sent.plot);
      curve?.append(...sent.levels);
      curve?.setAttribute("aria-label", sent.words);
      return;
    }
    const runs = runsOf(history, history.parts && history.days.total.length > LONG ? 7 : 1);
    const top = Math.max(0, ...runs.flatMap(({ points }) => points.map((point) => point.value)));
    const lines = levels(top, metric);
    /** @param {number} level */
    const written = (level) => (metric.parts ? formats.limit(level, metric) : metric.kind === "seconds" ? formats.duration(level) : formats.number(level));
    plot?.replaceChildren(...lines.map((level) => path("level", `M0 ${height(level, top)}h${history.days.total.length}`)), ...runs.map((run) => area(run, top)));
    curve?.append(...lines.map((level) => figure(written(level), ROOM + TALL * (1 - level / top) - 4)));
    curve?.setAttribute("aria-label", `${byDay(metric)}.`);
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

  /** The headline of another metric than the first: "Play rate in Europe: 31.4%, highest in Malta". @type {ApivideoGeo["labels"]["headline"]} */
  function headline({ metric, rows: [first], total, all }, continent) {
    const label = continent ? _("%(plays)s in %(continent)s", { plays: metric.label, continent }) : metric.label;
    const value = formats.value(all ? all.value : total, metric);
    if (!first || !first.value) return `${label}: ${value}`;
    const where = geo.prose.within(first.code);
    return all ? _("%(label)s: %(value)s, highest in %(where)s", { label, value, where }) : _("%(label)s: %(value)s, most in %(where)s", { label, value, where });
  }

  /** The four figures of a ratio: its value, and where it is highest and lowest. @type {ApivideoGeo["labels"]["figures"]} */
  function figures({ all, change, rows, metric }, words) {
    const ranked = rows.filter((row) => !Number.isNaN(row.value)), first = ranked[0], last = ranked[ranked.length - 1];
    /** @param {string} key @param {string} label @param {Row | undefined} row @returns {[string, string, string, string, string]} */
    const end = (key, label, row) => [key, row ? geo.nameOf(row.code) : "–", row ? formats.value(row.value, metric) : "", "", label];
    const difference = change && !Number.isNaN(change.now - change.before) ? geo.ratios.difference(change.now - change.before, metric) : "";
    const tone = /^[+−]/.exec(difference);
    return [
      ["total", all ? geo.ratios.value(all, metric) : "–", change && difference ? words(difference) : "", tone ? { "+": "up", "−": "down" }[tone[0]] || "" : "", metric.label],
      ["reach", formats.number(ranked.length), _("of %(number)s", { number: formats.number(rows.length) })],
      end("most", _("Highest"), first),
      end("dense", _("Lowest"), last),
    ];
  }

  geo.labels = { show, headline, figures };
})(apivideoGeo);
