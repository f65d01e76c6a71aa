/** The daily curve, drawn as the Python module `daily_curve` does: days that were not collected are gaps, partial days are lighter. */
(function (geo) {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  /** Height of the curve in pixels and the room above it; its height in units. */
  const TALL = 104, ROOM = 16, HEIGHT = 1000;

  /** @typedef {{kind: string, from: number, to: number, points: {at: number, value: number}[]}} Run */

  /** Cuts days into chunks of `step` days, counted back from the end; those left over belong to the first chunk. @type {ApivideoGeo["line"]["cut"]} */
  function cut(start, end, step) {
    /** @type {[number, number][]} */
    const chunks = [];
    for (let to = end; to > start;) {
      const from = to - start < 2 * step ? start : to - step;
      chunks.unshift([from, to]);
      to = from;
    }
    return chunks;
  }

  /** Days of one kind in a row, with a point for each `step` days. @param {CurveLine} line */
  function runsOf({ from, to, step, kindOf, valueOf }) {
    /** @type {Run[]} */
    const runs = [];
    for (let day = from; day <= to; day++) {
      const kind = kindOf(day), last = runs[runs.length - 1];
      if (last?.kind === kind) last.to = day + 1;
      else runs.push({ kind, from: day, to: day + 1, points: [] });
    }
    for (const run of runs) {
      if (run.kind === "gap") continue;
      run.points = cut(run.from, run.to, step).map(([start, end]) => ({ at: (start + end) / 2 - from, value: valueOf(start, end) }));
    }
    return runs;
  }

  /** @param {number} value @param {number} top */
  const height = (value, top) => (top ? Math.round(HEIGHT * (1 - value / top)) : HEIGHT);

  /** @param {Run} run @param {number} top @param {number} first */
  function area({ kind, from, to, points }, top, first) {
    const [start, end] = [from - first, to - first];
    if (kind === "gap") return path("gap", `M${start} 0h${end - start}V${HEIGHT}h-${end - start}z`);
    const heights = points.map(({ value }) => height(value, top));
    const along = points.map(({ at }, index) => `${at} ${heights[index]}`).join(" ");
    return path(kind, `M${start} ${HEIGHT}L${start} ${heights[0]}L${along} ${end} ${heights[heights.length - 1]}V${HEIGHT}z`);
  }

  /** @param {string} kind @param {string} d */
  function path(kind, d) {
    const element = document.createElementNS(SVG, "path");
    element.setAttribute("class", kind);
    element.setAttribute("d", d);
    return element;
  }

  /** @param {string} kind @param {string} words @param {string} x @param {string} y */
  function textAt(kind, words, x, y) {
    const text = document.createElementNS(SVG, "text");
    text.setAttribute("class", kind);
    text.setAttribute("x", x);
    text.setAttribute("y", y);
    text.textContent = words;
    return text;
  }

  /** Round counts below the highest point: two or three. @param {number} top */
  function levelsOf(top) {
    const step = top ? Math.max(1, geo.rounded(top / 6, top / 2 + 1, top / 3, true).limit) : 1;
    return Array.from({ length: Math.floor(top / step) }, (_, index) => step * (index + 1));
  }

  /** Draws a line in place of the areas and levels that a curve has. @type {ApivideoGeo["line"]["draw"]} */
  function draw(curve, line) {
    const runs = runsOf(line), plot = curve.querySelector(".plot"), days = line.to - line.from + 1;
    const top = Math.max(0, ...runs.flatMap(({ points }) => points.map((point) => point.value)));
    const levels = (line.levels || levelsOf)(top);
    for (const old of curve.querySelectorAll(".figure")) old.remove();
    plot?.setAttribute("viewBox", `0 0 ${days} ${HEIGHT}`);
    curve.querySelector(".marks")?.setAttribute("viewBox", `${line.from - 0.5} 0 ${days} ${ROOM + TALL}`);
    plot?.replaceChildren(...levels.map((level) => path("level", `M0 ${height(level, top)}h${days}`)), ...runs.map((run) => area(run, top, line.from)));
    curve.append(...levels.map((level) => textAt("figure", line.written(level), "0", (ROOM + TALL * (1 - level / top) - 4).toFixed(1))));
  }

  /** Writes the first and the last day under a curve, in place of its months. @type {ApivideoGeo["line"]["dates"]} */
  function dates(curve, first, last) {
    for (const old of curve.querySelectorAll(":is(.start, .middle, .end)")) old.remove();
    const y = String(ROOM + TALL + 18);
    curve.append(textAt("start", first, "0%", y));
    if (last !== first) curve.append(textAt("end", last, "100%", y));
  }

  geo.line = { cut, draw, dates };
})(apivideoGeo);
