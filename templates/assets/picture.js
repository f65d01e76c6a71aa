// @ts-check
/**
 * The map as it is shown now, saved as PNG or SVG. A scene of shapes and texts is read off the page once and written
 * twice: on a canvas, which needs no image to be loaded, and as text.
 */
(function (geo) {
  "use strict";
  const WIDTH = 1600, MARGIN = 40, HEAD = 36, TEXT = 20;
  const [across, down] = geo.data.frame;
  const scale = (WIDTH - 2 * MARGIN) / across;
  const FONT = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

  /** @typedef {{d: string, fill?: string, stroke?: string, width?: number, round?: boolean}} Shape  in units of the map */
  /** @typedef {{x: number, y: number, text: string, size: number, colour: string, bold?: boolean}} Text */

  /** @param {string} name  of a custom property */
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /** Everything in the picture, with the colours and widths the page gives it. */
  function scene() {
    const svg = /** @type {Element} */ (document.querySelector("svg.world"));
    const pixel = across / svg.getBoundingClientRect().width;
    // On paper nobody points at a dot: those with nothing to show are left out, the others smaller.
    const told = (/** @type {Element} */ path) => path.checkVisibility?.() !== false && !(path.closest(".dots") && path.closest(".zero, .blank, .few"));
    const shapes = [...svg.querySelectorAll(".lands path, .dots path")].filter(told).map((path) => {
      const style = getComputedStyle(path);
      const pattern = style.fill.startsWith("url");
      return {
        d: path.getAttribute("d") || "",
        fill: pattern ? colour("--zero") : style.fill,
        stroke: style.stroke,
        width: parseFloat(style.strokeWidth) * Math.min(pixel, 4) * (path.closest(".dots") ? 0.7 : 1),
        round: style.strokeLinecap === "round",
      };
    });
    const ink = colour("--ink"), mute = colour("--mute");
    const top = MARGIN + HEAD + 2 * TEXT;
    const lines = [
      { x: MARGIN, y: MARGIN + HEAD * 0.8, text: heading(), size: HEAD, colour: ink, bold: true },
      { x: MARGIN, y: MARGIN + HEAD + TEXT, text: period(), size: TEXT, colour: mute },
    ];
    const foot = top + down * scale + 24;
    const { swatches, texts, bottom } = legend(foot, ink);
    const source = `${document.querySelector(".site")?.textContent} · ${location.host || "apivideo-geo"} · Natural Earth`;
    texts.push({ x: MARGIN, y: bottom + TEXT, text: source, size: 16, colour: mute });
    return { shapes, top, texts: [...lines, ...texts], swatches, height: Math.round(bottom + TEXT + MARGIN), ground: colour("--bg") };
  }

  const heading = () => document.querySelector("h1")?.textContent || "";
  /** What the figures above the map say, in the order they stand. */
  function period() {
    const chosen = document.querySelector("[data-measure][aria-pressed=true]")?.textContent || "";
    const note = geo.byId("period-note")?.textContent || document.querySelector(".fresh span")?.textContent || "";
    return [chosen, note.replace(/[·\s]+$/, "")].filter(Boolean).join(" · ");
  }

  /** @param {number} y @param {string} ink */
  function legend(y, ink) {
    /** @type {{x: number, y: number, colour: string}[]} */
    const swatches = [];
    /** @type {Text[]} */
    const texts = [];
    const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    pen.font = `18px ${FONT}`;
    let x = MARGIN;
    for (const item of geo.byId("legend").children) {
      const text = item.querySelector("b").textContent;
      const wide = 34 + pen.measureText(text).width + 28;
      if (x + wide > WIDTH - MARGIN) { x = MARGIN; y += 34; }
      const style = getComputedStyle(item.querySelector("i"));
      swatches.push({ x, y, colour: style.backgroundImage === "none" ? style.backgroundColor : colour("--hatch") });
      texts.push({ x: x + 34, y: y + 15, text, size: 18, colour: ink });
      x += wide;
    }
    return { swatches, texts, bottom: y + 34 };
  }

  /** @returns {Promise<Blob|null>} */
  function asPng({ shapes, top, texts, swatches, height, ground }) {
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = height;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.fillStyle = ground;
    pen.fillRect(0, 0, WIDTH, height);
    pen.setTransform(scale, 0, 0, scale, MARGIN, top);
    pen.lineJoin = "round";
    for (const { d, fill, stroke, width, round } of shapes) {
      const path = new Path2D(d.replace(/h0$/, "h.1")); // a canvas draws no cap on a line without length
      if (fill && fill !== "none") { pen.fillStyle = fill; pen.fill(path); }
      if (!stroke || stroke === "none") continue;
      Object.assign(pen, { strokeStyle: stroke, lineWidth: width, lineCap: round ? "round" : "butt" });
      pen.stroke(path);
    }
    pen.resetTransform();
    for (const swatch of swatches) { pen.fillStyle = swatch.colour; pen.fillRect(swatch.x, swatch.y, 26, 18); }
    for (const { x, y, text, size, colour: ink, bold } of texts) {
      Object.assign(pen, { font: `${bold ? "bold " : ""}${size}px ${FONT}`, fillStyle: ink });
      pen.fillText(text, x, y, WIDTH - x - MARGIN);
    }
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  function asSvg({ shapes, top, texts, swatches, height, ground }) {
    const space = "http://www.w3.org/2000/svg";
    /** @param {string} tag @param {Object<string, any>} attributes @param {string} [text] */
    const make = (tag, attributes, text) => {
      const element = document.createElementNS(space, tag);
      for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, String(value));
      if (text) element.textContent = text;
      return element;
    };
    const root = make("svg", { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": FONT });
    root.append(make("title", {}, heading()), make("rect", { width: WIDTH, height, fill: ground }));
    const world = make("g", { transform: `translate(${MARGIN} ${top}) scale(${scale})`, "stroke-linejoin": "round" });
    world.append(...shapes.map(({ d, fill, stroke, width, round }) =>
      make("path", { d, fill, stroke, "stroke-width": width, "stroke-linecap": round ? "round" : undefined })));
    root.append(
      world,
      ...swatches.map((one) => make("rect", { x: one.x, y: one.y, width: 26, height: 18, fill: one.colour })),
      ...texts.map((one) => make("text", { x: one.x, y: one.y, "font-size": one.size, "font-weight": one.bold ? 700 : undefined, fill: one.colour }, one.text)),
    );
    return new Blob([new XMLSerializer().serializeToString(root)], { type: "image/svg+xml" });
  }

  /** @param {Blob|null} blob @param {string} name */
  function save(blob, name) {
    if (!blob) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  geo.byId("save-png")?.addEventListener("click", async () => save(await asPng(scene()), "map.png"));
  geo.byId("save-svg")?.addEventListener("click", () => save(asSvg(scene()), "map.svg"));
  const snippet = geo.byId("snippet");
  if (snippet) {
    // The page knows its address by now, the build may not have.
    snippet.value = snippet.value.replace(/src="[^"]*"/, `src="${new URL("embed.html", location.href).href.split(/[?#]/)[0]}"`);
    snippet.addEventListener("focus", () => snippet.select());
  }
})(apivideoGeo);
