/**
 * Draws the current map, or a chart, as a picture: PNG, SVG, or a square PNG. A scene of shapes and texts is read from the
 * page, and then drawn on a canvas, which needs no image to be loaded, or written as SVG.
 */
(function (geo) {
  "use strict";
  const { data, formats, _, ngettext } = geo;
  const FONT = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
  /** Widths and sizes in pixels; without a `height` the picture is as high as its content. */
  const WIDE = { width: 1600, margin: 40, heading: 38, text: 21, small: 17 };
  const SQUARE = { width: 1080, height: 1080, margin: 44, heading: 52, text: 27, small: 21 };

  /** @typedef {{width: number, height?: number, margin: number, heading: number, text: number, small: number}} Sheet */

  const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  /** Is the page laid out from right to left? The map never is. */
  const mirrored = document.documentElement.dir === "rtl";

  /** @param {string} name  of a custom property */
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /** @param {string} text @param {number} size @param {boolean} [bold] */
  function widthOf(text, size, bold) {
    pen.font = `${bold ? "bold " : ""}${size}px ${FONT}`;
    return pen.measureText(text).width;
  }

  /**
   * Breaks a text into lines; a word longer than a line is cut.
   * @param {string} text @param {number} size @param {boolean} bold @param {number} room  width of a line
   */
  function wrap(text, size, bold, room) {
    /** @type {string[]} */
    const lines = [];
    let line = "";
    for (const word of text.split(/\s+/)) {
      const longer = line ? `${line} ${word}` : word;
      if (widthOf(longer, size, bold) <= room) { line = longer; continue; }
      if (line) lines.push(line);
      line = "";
      for (const letter of word) {
        if (line && widthOf(line + letter, size, bold) > room) { lines.push(line); line = ""; }
        line += letter;
      }
    }
    return line ? [...lines, line] : lines;
  }

  /** The drawn part of the map, the chosen group or the world: left, top, width, height. @returns {number[]} */
  function frame() {
    const box = data.groups[geo.shown.state.group];
    return box ? [box[0], box[1], box[2] - box[0], box[3] - box[1]] : [0, 0, ...data.frame];
  }

  /** Every shape with its colours and widths in the page; dots where the width of the drawn map puts them. @param {number} scale  pixels in a unit of the map @returns {PictureShape[]} */
  function shapesOf(scale) {
    const svg = /** @type {SVGSVGElement} */ (document.querySelector("svg.world"));
    const pixel = Math.min(4, frame()[2] / geo.byId("frame").clientWidth);
    const spread = geo.map.spreader(svg), shown = Number(svg.dataset.drawn);
    spread(scale * data.frame[0]);
    // Nobody can point at a dot in a picture: those without counts are left out.
    const seen = (/** @type {Element} */ path) => path.checkVisibility?.() !== false && !(path.closest(".dots") && path.closest(".zero, .blank, .few, .out"));
    const shapes = [...svg.querySelectorAll(".lands path, .dots path, .cities path")].filter(seen).map((path) => {
      const style = getComputedStyle(path), dot = Boolean(path.closest(".dots"));
      return {
        d: dot ? movedDot(/** @type {SVGPathElement} */ (path)) : path.getAttribute("d") || "",
        fill: style.fill.startsWith("url") ? colour("--hatch") : style.fill,
        stroke: style.stroke,
        width: parseFloat(style.strokeWidth) * (dot ? 1 / scale : pixel),
        opacity: path.closest(".cities") ? Number(style.strokeOpacity) : undefined,
        round: style.strokeLinecap === "round",
      };
    });
    spread(shown);
    return shapes;
  }

  /** A dot where the style sheet has moved it. @param {SVGPathElement} path @returns {string} its path */
  function movedDot(path) {
    const moved = new DOMMatrix(getComputedStyle(path.parentElement || path).transform);
    const [across, down] = (path.getAttribute("d") || "").slice(1).split(/[ h]/).map(Number);
    const { x, y } = new DOMPoint(across, down).matrixTransform(moved);
    return `M${Math.round(x)} ${Math.round(y)}h0`;
  }

  /** What the picture shows: the measure, the days, the number of plays, and what the map leaves out. @returns {string[]} */
  function facts() {
    const { view, state } = geo.shown;
    const part = view.group || view;
    const left = state.without && state.measure !== "change" && geo.leaderOf(view, state.measure);
    return texts([
      document.querySelector(".banner.demo") && _("Demo data"),
      state.measure !== "count" && geo.measureWords(),
      data.first && formats.days(view.from, view.to),
      part.all ? geo.ratios.both(part.all, part.metric) : formats.quantity(part.total, part.metric),
      view.unknown && !view.group && !view.all && _("%(quantity)s from unknown countries", { quantity: formats.quantity(view.unknown, view.metric) }),
      view.gaps.length && ngettext("%(count)s day was never collected", "%(count)s days were never collected", view.gaps.length),
      view.left.length && ngettext("%(count)s day was left out by the publisher", "%(count)s days were left out by the publisher", view.left.length),
      left && _("Left out of the classes: %(country)s", { country: geo.called(left) }),
      document.querySelector("svg.world .cities") && _("Circles: cities, complete months only"),
    ]);
  }

  /** Leaves out what is missing. @param {any[]} parts @returns {string[]} */
  const texts = (parts) => parts.filter(Boolean);

  /** The site, the sources, the time of the update, and the address of the view. @param {string} data @param {string} demo  the sources of data, and of demo data */
  function source(data, demo) {
    const updated = geo.byId("updated");
    const canonical = /** @type {HTMLLinkElement|null} */ (document.querySelector("link[rel=canonical]"))?.href;
    const address = location.protocol.startsWith("http") ? location.origin + location.pathname : canonical;
    return texts([
      document.querySelector(".site")?.textContent?.trim(),
      document.querySelector(".banner.demo") ? demo : data,
      updated && _("Updated %(moment)s", { moment: updated.title || updated.textContent }),
      address && decodeURI(address.replace(/^https?:\/\//, "") + location.search),
    ]);
  }

  /** A column of texts. @param {Sheet} sheet */
  function column({ width, margin }) {
    /** @type {PictureText[]} */
    const texts = [];
    const begun = { texts, y: margin, write };
    /** @param {string} words @param {number} size @param {string} ink @param {boolean} bold */
    function write(words, size, ink, bold) {
      for (const line of wrap(words, size, bold, width - 2 * margin)) {
        texts.push({ ...side(line, margin, width), y: Math.round(begun.y + size), text: line, size, colour: ink, bold });
        begun.y += size * 1.3;
      }
    }
    return begun;
  }

  /** A chart as a scene: `labels` and `shapes` are those of a drawing of this width and height, which is made larger by `scale`. @type {ApivideoGeo["draw"]["sheet"]} */
  function sheet({ heading, facts, words, shapes, labels, width, height, scale }) {
    const page = { ...WIDE, width: width * scale + 2 * WIDE.margin }, { margin, text, small } = page;
    const written = column(page), mute = colour("--mute");
    written.write(heading, page.heading, colour("--ink"), true);
    written.y += text * 0.3;
    written.write(geo.joined(texts([document.querySelector(".banner.demo") && _("Demo data"), ...facts])), text, mute, false);
    const top = Math.round(written.y + text * 0.8);
    written.y = top + height * scale + text;
    written.write(geo.joined(source(_("data by api.video"), _("demo data: an invented audience"))), small, mute, false);
    const placed = labels.map((one) => ({ ...one, x: margin + one.x * scale, y: top + one.y * scale, size: one.size * scale, right: false, rtl: false }));
    return {
      width: page.width, height: Math.round(written.y + margin), background: colour("--bg"), shapes, box: [0, 0, width, height], scale,
      drawn: { x: margin, y: top, width: width * scale, height: height * scale }, swatches: [], texts: [...written.texts, ...placed], heading, words,
    };
  }

  /** The map as a scene. @param {Sheet} sheet */
  function scene(sheet) {
    const { width, margin, heading, text, small } = sheet;
    const room = width - 2 * margin, ink = colour("--ink"), mute = colour("--mute");
    const written = column(sheet), { texts, write } = written;
    write(title(), heading, ink, true);
    written.y += text * 0.3;
    write(geo.joined(facts()), text, mute, false);
    written.y += text * 0.8;
    const top = Math.round(written.y);
    const legend = legendOf(sheet, ink);
    written.y = 0;
    const above = texts.length;
    write(geo.joined(source(_("data by api.video, outlines by Natural Earth"), _("demo data: an invented audience; outlines by Natural Earth"))), small, mute, false);
    const foot = legend.height + text * 0.6 + written.y;
    const box = frame();
    const high = sheet.height ? sheet.height - top - foot - margin - text : room * data.frame[1] / data.frame[0];
    const scale = Math.min(room / box[2], high / box[3]);
    const drawn = { x: Math.round((width - box[2] * scale) / 2), y: top, width: box[2] * scale, height: box[3] * scale };
    if (sheet.height) drawn.y += Math.round((high - drawn.height) / 2);
    const under = sheet.height ? sheet.height - margin - foot : drawn.y + drawn.height + text;
    for (const one of [...legend.swatches, ...legend.texts]) one.y += under;
    for (const one of texts.slice(above)) one.y += under + legend.height + text * 0.6;
    return {
      width, height: sheet.height || Math.round(under + foot + margin), background: colour("--bg"), shapes: shapesOf(scale), box, scale, drawn,
      swatches: legend.swatches, texts: [...texts, ...legend.texts],
      heading: title(), words: document.querySelector("svg.world")?.getAttribute("aria-label") || "",
    };
  }

  const title = () => document.querySelector("h1")?.textContent || "";

  /**
   * Where a line begins, and its direction: that of the sentences of the page; numbers always run from left to right.
   * @param {string} text @param {number} from  distance from the edge where lines begin @param {number} width
   */
  function side(text, from, width) {
    return { x: mirrored ? width - from : from, right: mirrored, rtl: geo.translations.direction === "rtl" && /\p{L}/u.test(text) };
  }

  /** The legend in rows; y starts at 0. @param {Sheet} sheet @param {string} ink */
  function legendOf({ width, margin, text: size }, ink) {
    /** @type {{x: number, y: number, size: number, colour: string, edge: string}[]} */
    const swatches = [];
    /** @type {PictureText[]} */
    const texts = [];
    const room = width - 2 * margin, row = Math.round(size * 1.7);
    let x = 0, y = 0;
    for (const item of geo.byId("legend").children) {
      const sign = /** @type {Element} */ (item.querySelector("i")), style = getComputedStyle(sign);
      const note = sign.className === "left" ? `: ${item.querySelector("span")?.textContent}` : "";
      const text = `${item.querySelector("b")?.textContent}${note}`;
      const wide = size * 1.9 + widthOf(text, size) + size * 1.3;
      if (x && x + wide - size > room) { x = 0; y += row; }
      const begin = margin + x;
      swatches.push({
        x: Math.round(mirrored ? width - begin - size * 1.4 : begin), y, size,
        colour: style.backgroundImage === "none" ? style.backgroundColor : colour("--hatch"), edge: sign.className === "left" ? ink : colour("--line"),
      });
      texts.push({ ...side(text, begin + size * 1.9, width), y: y + size * 0.85, text, size: Math.round(size * 0.9), colour: ink });
      x += wide;
    }
    return { swatches, texts, height: y + row };
  }

  /** @param {Scene} scene @returns {Promise<Blob | null>} */
  function asPng({ width, height, background, shapes, box, scale, drawn, swatches, texts }) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.fillStyle = background;
    pen.fillRect(0, 0, width, height);
    pen.save();
    pen.beginPath();
    pen.rect(drawn.x, drawn.y, drawn.width, drawn.height);
    pen.clip();
    pen.setTransform(scale, 0, 0, scale, drawn.x - box[0] * scale, drawn.y - box[1] * scale);
    pen.lineJoin = "round";
    for (const { d, fill, stroke, width, opacity, round, dash } of shapes) {
      // A canvas draws no cap on a line without length.
      const path = new Path2D(d.replace(/h0$/, "h.1"));
      if (fill && fill !== "none") { pen.fillStyle = fill; pen.fill(path); }
      if (!stroke || stroke === "none") continue;
      Object.assign(pen, { strokeStyle: stroke, lineWidth: width, lineCap: round ? "round" : "butt", globalAlpha: opacity ?? 1 });
      pen.setLineDash(dash || []);
      pen.stroke(path);
      pen.globalAlpha = 1;
    }
    pen.restore();
    for (const one of swatches) {
      Object.assign(pen, { fillStyle: one.colour, strokeStyle: one.edge, lineWidth: 1 });
      pen.fillRect(one.x, one.y, one.size * 1.4, one.size);
      pen.strokeRect(one.x, one.y, one.size * 1.4, one.size);
    }
    for (const { x, y, text, size, colour: ink, bold, right, rtl, middle } of texts) {
      Object.assign(pen, { font: `${bold ? "bold " : ""}${size}px ${FONT}`, fillStyle: ink, textAlign: middle ? "center" : right ? "right" : "left", direction: rtl ? "rtl" : "ltr" });
      pen.fillText(text, x, y);
    }
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  /** @param {Scene} scene */
  function asSvg({ width, height, background, shapes, box, drawn, swatches, texts, heading, words }) {
    const space = "http://www.w3.org/2000/svg";
    /** @param {string} tag @param {Object<string, any>} attributes @param {string} [text] */
    const make = (tag, attributes, text) => {
      const element = document.createElementNS(space, tag);
      for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, String(value));
      if (text) element.textContent = text;
      return element;
    };
    const root = make("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FONT, role: "img" });
    root.append(make("title", {}, heading), make("desc", {}, words), make("rect", { width, height, fill: background }));
    const world = make("svg", { ...drawn, viewBox: box.join(" "), "stroke-linejoin": "round" });
    world.append(...shapes.map((one) => make("path", {
      d: one.d, fill: one.fill, stroke: one.stroke, "stroke-width": one.width, "stroke-opacity": one.opacity, "stroke-linecap": one.round ? "round" : undefined,
      "stroke-dasharray": one.dash?.join(" "),
    })));
    root.append(
      world,
      ...swatches.map((one) => make("rect", { x: one.x, y: one.y, width: one.size * 1.4, height: one.size, fill: one.colour, stroke: one.edge })),
      ...texts.map((one) => make("text", {
        x: one.x, y: one.y, "font-size": one.size, "font-weight": one.bold ? 700 : undefined, fill: one.colour,
        direction: one.rtl ? "rtl" : undefined, "text-anchor": one.middle ? "middle" : one.right === one.rtl ? undefined : "end",
      }, one.text)),
    );
    return new Blob([new XMLSerializer().serializeToString(root)], { type: "image/svg+xml" });
  }

  /** @param {Blob} blob @param {string} name */
  function download(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  geo.draw = {
    png: () => asPng(scene(WIDE)), square: () => asPng(scene(SQUARE)), svg: async () => asSvg(scene(WIDE)),
    sheet, paint: async (kind, scene) => (kind === "png" ? asPng(scene) : asSvg(scene)), download,
  };
})(apivideoGeo);
