/** Draws several lines over the same weeks, each with its name at its end: the same chart as the Python module `lines`. */
(function (geo) {
  "use strict";
  const SPACE = "http://www.w3.org/2000/svg";
  /** Pixels above and under the plot, smallest distance of two names, length of the piece of line before a name. */
  const ROOM = 16, UNDER = 24, GAP = 18, KEY = 20;
  /** Largest part of the width that the names take; space between two dates, between figures and lines, between lines and names, in pixels. */
  const NAMES = 0.36, APART = 14, BEFORE = 10, AFTER = 12;
  const SIZE = 13;

  /** Round values up to `top`, for the lines behind the chart. @type {ApivideoGeo["lines"]["levels"]} */
  function levels(top) {
    if (!(top > 0)) return [];
    const power = 10 ** Math.floor(Math.log10(top / 2));
    const step = (/** @type {number} */ ([5, 2, 1].find((each) => each * power * 2 <= top))) * power;
    return Array.from({ length: Math.floor(top / step + 1e-9) }, (_, index) => Number((step * (index + 1)).toFixed(12)));
  }

  /** Moves heights as little as necessary to be at least `gap` apart; they keep their order. @type {ApivideoGeo["lines"]["spread"]} */
  function spread(heights, gap, lowest, highest) {
    const order = heights.map((_, index) => index).sort((a, b) => heights[a] - heights[b] || a - b);
    const placed = [...heights];
    let least = lowest, most = highest;
    for (const index of order) {
      placed[index] = Math.max(placed[index], least);
      least = placed[index] + gap;
    }
    for (const index of order.reverse()) {
      placed[index] = Math.min(placed[index], most);
      most = placed[index] - gap;
    }
    return placed;
  }

  /** @param {string} tag @param {Record<string, string | number>} attributes @param {string} [text] */
  function make(tag, attributes, text) {
    const element = document.createElementNS(SPACE, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    if (text) element.textContent = text;
    return element;
  }

  /** What measures texts of the chart. @param {string} weight  of the font */
  function pen(weight) {
    const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    context.font = `${weight} ${SIZE}px ${getComputedStyle(document.body).fontFamily}`;
    return context;
  }

  /** Cuts a name until it fits. @param {string} name @param {number} room @param {CanvasRenderingContext2D} pen */
  function cut(name, room, pen) {
    let text = name;
    for (let most = name.length; pen.measureText(text).width > room && most > 1; most--) text = `${name.slice(0, most - 1).trimEnd()}…`;
    return text;
  }

  /** A sign of its own for each slot, with its centre. @param {number} slot @param {number} x @param {number} y */
  function sign(slot, x, y) {
    const paths = ["m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z", "m-4-4h8v8h-8z", "m0-5l5 9h-10z", "m0-5.5l5.5 5.5l-5.5 5.5l-5.5-5.5z", "m-1.7-5h3.4v3.3h3.3v3.4h-3.3v3.3h-3.4v-3.3h-3.3v-3.4h3.3z"];
    return make("path", { class: `point s${slot}`, d: `M${x} ${y}${paths[slot]}` });
  }

  /** @param {number} number  of pixels */
  const rounded = (number) => Math.round(number * 10) / 10;

  /** Draws the chart. @type {ApivideoGeo["lines"]["draw"]} */
  function draw({ lines, weeks, ticks, label, seconds, write }, width, height) {
    const svg = make("svg", { class: "lines", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, focusable: "false" });
    const bold = pen("600"), plain = pen("400");
    const widest = Math.max(...lines.map((line) => bold.measureText(line.name).width)) + AFTER + KEY + 10;
    const right = Math.round(width - Math.min(widest, width * NAMES)), bottom = height - UNDER;
    const highest = Math.max(0, ...lines.flatMap((line) => line.values.filter((value) => !Number.isNaN(value)))) || 1;
    // A time is round in hours or minutes.
    const unit = seconds ? [3600, 60, 1].find((each) => highest >= 2 * each) || 1 : 1;
    const marks = levels(highest / unit).map((level) => level * unit);
    const left = Math.ceil(Math.max(0, ...marks.map((level) => plain.measureText(write(level)).width))) + BEFORE;
    /** The first week is at the left end, the last one at the right end; a single one is in the middle. @param {number} index */
    const across = (index) => rounded(left + (right - left) * (weeks > 1 ? index / (weeks - 1) : 0.5));
    /** @param {number} value */
    const down = (value) => rounded(ROOM + (bottom - ROOM) * (1 - value / highest));
    svg.append(...[0, ...marks].map((level) => make("path", { class: level ? "level" : "level zero", d: `M${left} ${down(level)}H${right}` })));
    for (const { slot, values } of lines) svg.append(...path(slot, values, across, down));
    svg.append(...marks.map((level) => make("text", { class: "figure", x: 0, y: down(level) + 4.5 }, write(level))));
    Object.assign(svg.dataset, { left, right });
    svg.append(...names(lines, right, width, bottom, down, bold), ...dates(ticks.filter(({ at }) => at >= -0.5 && at <= weeks - 0.5), across, width, height, plain));
    return /** @type {SVGSVGElement} */ (svg);
  }

  /** The line of a slot, with a sign at its end and where a value has no neighbours. @param {number} slot @param {number[]} values @param {(index: number) => number} across @param {(value: number) => number} down */
  function path(slot, values, across, down) {
    const there = values.map((value) => !Number.isNaN(value)), last = there.lastIndexOf(true);
    const signs = [];
    let d = "";
    for (const [index, value] of values.entries()) {
      if (!there[index]) continue;
      d += `${there[index - 1] ? "L" : "M"}${across(index)} ${down(value)}`;
      if (index === last || (!there[index - 1] && !there[index + 1])) signs.push(sign(slot, across(index), down(value)));
    }
    return [make("path", { class: `line s${slot}`, d }), ...signs];
  }

  /** The names next to the last values. @param {ChartLine[]} lines @param {number} right @param {number} width @param {number} bottom @param {(value: number) => number} down @param {CanvasRenderingContext2D} measure */
  function names(lines, right, width, bottom, down, measure) {
    const ends = lines.flatMap(({ slot, name, values }) => {
      const known = values.filter((value) => !Number.isNaN(value));
      return known.length ? [{ slot, name, y: down(known[known.length - 1]) }] : [];
    });
    const places = spread(ends.map((end) => end.y), GAP, ROOM, bottom);
    return ends.flatMap(({ slot, name, y }, index) => {
      const place = rounded(places[index]), x = right + AFTER;
      const text = make("text", { class: "name", x: x + KEY + 6, y: place + 4.5 }, cut(name, width - x - KEY - 6, measure));
      const full = make("title", {}, name);
      text.append(full);
      return [...(place === y ? [] : [make("path", { class: "lead", d: `M${right + AFTER / 2} ${y}L${x} ${place}` })]), make("path", { class: `line s${slot}`, d: `M${x} ${place}h${KEY}` }), text];
    });
  }

  /**
   * Dates under the chart: all of them if they have room, else every second one and so on, counted from the last.
   * @param {ChartTick[]} ticks @param {(index: number) => number} across @param {number} width @param {number} height @param {CanvasRenderingContext2D} measure
   */
  function dates(ticks, across, width, height, measure) {
    const texts = ticks.map(({ at, text }) => {
      const half = measure.measureText(text).width / 2;
      return { text, half, x: rounded(Math.min(Math.max(across(at), half), width - half)) };
    }).reverse();
    /** @param {number} step */
    const every = (step) => texts.filter((_, index) => index % step === 0);
    let step = 1;
    while (every(step).some((one, index, shown) => index && shown[index - 1].x - one.x < shown[index - 1].half + one.half + APART)) step += 1;
    return every(step).map(({ x, text }) => make("text", { x, y: height - 6 }, text));
  }

  geo.lines = { levels, spread, draw };
})(apivideoGeo);
