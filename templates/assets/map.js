/** The map: first the whole world, then zoomed and moved by mouse, fingers and buttons; its countries are painted and highlighted. */
(function (geo) {
  "use strict";
  const { data, _ } = geo;

  /**
   * How far from a small territory, in CSS pixels, a pointer on the sea still finds it.
   * @type {Record<string, number>}
   */
  const REACH = { touch: 22, mouse: 12, pen: 12 };
  /** A finger this many pixels off a coast means the land behind it. */
  const SHORE = 12;
  /** Shapes at least this many pixels wide or high need no dot; those under half of it are hard to hit with a finger. */
  const LARGE = 24;
  /** Maximum number of other small places a touch offers. */
  const OFFERS = 4;
  /** Kinds that are patterns and not colours. @type {Record<string, string>} */
  const PATTERNS = { blank: "url(#hatch)", few: "url(#sparse)" };

  /**
   * Takes over a map that folium has just opened: `overlay` has the page's SVG, `deepest` is the number of zoom levels.
   * @type {ApivideoGeo["map"]["start"]}
   */
  function start(map, overlay, deepest) {
    const svg = /** @type {SVGSVGElement} */ (overlay.getElement());
    const bounds = overlay.getBounds();
    const { world } = keepWhole(map, bounds, deepest, svg);
    wheelNeedsKey(map.getContainer());
    oneFingerScrolls(map);
    map.keyboard.disable();
    const height = data.frame[1];
    /** @param {number} x @param {number} y @returns {[number, number]} */
    const latLng = (x, y) => [height - y, x];

    /** @param {Code} code */
    const pointOf = (code) => placeOf(svg.querySelector(`.${code} .dot`) || svg, code);
    /** @type {CountryMap["frame"]} */
    function frame(group, animate) {
      if (!group) return world(animate);
      const [left, top, right, bottom] = data.groups[group];
      map.fitBounds([latLng(left, bottom), latLng(right, top)], { animate: animate && !geo.still() });
    }
    /** @param {Code} code */
    function reach(code) {
      const at = latLng(...data.points[code]);
      if (!map.getBounds().pad(-0.08).contains(at) && map.getZoom() > map.getMinZoom() + 0.01) map.panTo(at, { animate: !geo.still() });
    }
    return { map, svg, frame, pointOf, reach, ...lights(svg), ...painter(svg), ...finder(svg) };
  }

  /**
   * Fits the whole world into the frame as the lowest zoom, also when the frame changes size. Returns `world`, which
   * shows the whole world again.
   * @param {L.Map} map @param {L.LatLngBounds} bounds @param {number} deepest @param {SVGSVGElement} svg
   */
  function keepWhole(map, bounds, deepest, svg) {
    const size = { width: bounds.getEast() - bounds.getWest(), height: bounds.getNorth() - bounds.getSouth() };
    let whole = NaN;

    /** @param {boolean} animate */
    function world(animate) {
      map.setView(bounds.getCenter(), whole, { animate: animate && !geo.still() });
    }
    function fit() {
      const box = map.getContainer();
      if (!box.clientWidth || !box.clientHeight) return;
      const before = whole;
      const deeper = Number.isNaN(before) ? 0 : Math.max(0, map.getZoom() - before);
      whole = Math.log2(Math.min(box.clientWidth / size.width, box.clientHeight / size.height));
      if (whole === before) return;
      const centre = map.getCenter();
      map.invalidateSize({ animate: false, pan: false });
      map.setMinZoom(-20).setMaxZoom(whole + deepest);
      if (deeper) map.setView(centre, whole + deeper, { animate: false });
      else world(false);
      map.setMinZoom(whole);
    }
    const dots = spreader(svg);
    map.on("zoomend", () => dots(map.getZoomScale(map.getZoom(), 0) * size.width));
    fit();
    new ResizeObserver(fit).observe(map.getContainer());
    return { world };
  }

  /**
   * Moves the dots apart as the width of the drawn world needs, and hides those whose shape is large enough.
   * @param {SVGSVGElement} svg @returns {(width: number) => void}  a width in CSS pixels
   */
  function spreader(svg) {
    const shaped = Object.entries(data.dots).map(([code, size]) => ({ parts: svg.querySelectorAll(`.${code}`), share: size / data.frame[0] }));
    return function (width) {
      const level = data.spread.filter((from) => from <= width + 1).length - 1;
      const widest = data.spread[data.spread.length - 1];
      data.spread.forEach((_, index) => svg.classList.toggle(`l${index}`, index === Math.max(level, 0)));
      svg.dataset.drawn = String(width);
      svg.style.setProperty("--far", String(Math.min(1, widest / width)));
      for (const { parts, share } of shaped) for (const part of parts) part.classList.toggle("plain", share * width > LARGE);
    };
  }

  /** The longest side of a country, in units of the map. @param {SVGGraphicsElement} land */
  function sizeOf(land) {
    const { width, height } = land.getBBox();
    return Math.max(width, height);
  }

  /** The dots of the map. @param {SVGSVGElement} svg */
  function spotsOf(svg) {
    return [...svg.querySelectorAll(".spot")].map((spot) => {
      const dot = /** @type {SVGGraphicsElement} */ (spot.lastElementChild);
      return { code: dot.id.slice(0, 3), spot, dot };
    });
  }

  /** Where a country's dot or label is, in the window. @param {SVGGraphicsElement} element  its dot, or the map @param {Code} code */
  function placeOf(element, code) {
    const [x, y] = data.points[code];
    return new DOMPoint(x, y).matrixTransform(element.getScreenCTM() || undefined);
  }

  /** The wheel scrolls the page; with Ctrl (or a pinch on a touchpad) it zooms. @param {HTMLElement} container */
  function wheelNeedsKey(container) {
    const frame = /** @type {HTMLElement} */ (container.parentElement);
    frame.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    }, { capture: true, passive: true });
  }

  /** One finger scrolls the page, two move and zoom the map; a mouse drags it. @param {L.Map} map */
  function oneFingerScrolls(map) {
    map.getContainer().addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse") map.dragging.enable();
      else map.dragging.disable();
    }, true);
  }

  /** @type {ApivideoGeo["map"]["zoomButtons"]} */
  function zoomButtons(map, zooms) {
    const buttons = geo.byId("zoom");
    buttons.addEventListener("click", (event) => {
      const to = /** @type {keyof Zooms | undefined} */ (geo.closest(event, "[data-zoom]")?.dataset.zoom);
      if (to) zooms[to]();
    });
    function update() {
      const far = map.getZoom() <= map.getMinZoom() + 0.01;
      const near = map.getZoom() >= map.getMaxZoom() - 0.01;
      for (const button of /** @type {NodeListOf<HTMLElement>} */ (buttons.querySelectorAll("[data-zoom]"))) {
        button.setAttribute("aria-disabled", String(button.dataset.zoom === "in" ? near : far));
      }
    }
    map.on("zoomend", update);
    update();
  }

  /** Paints the countries whose kind has changed. @param {SVGSVGElement} svg @returns {MapPainter} */
  function painter(svg) {
    /** @type {Map<Code, {kind: string, paths: Element[], way: Element | null}>} */
    const parts = new Map();
    for (const path of svg.querySelectorAll(".lands path, .spot")) {
      const code = (path.id || path.lastElementChild?.id || "").slice(0, 3);
      const kind = path.classList.item(path.matches(".spot") ? 1 : 0) || "";
      const part = parts.get(code) || { kind, paths: [], way: svg.querySelector(`.ways .${code}`) };
      parts.set(code, part);
      part.paths.push(path);
    }
    /** @param {Painting} painting */
    function paint({ kinds, empty, classes }) {
      for (const [code, part] of parts) {
        const kind = kinds.get(code) || empty;
        if (kind === part.kind) continue;
        for (const path of part.paths) dress(path, part.kind, kind);
        part.way?.classList.replace(part.kind, kind);
        part.kind = kind;
      }
      const count = `k${classes}`;
      if (!svg.classList.contains(count)) svg.setAttribute("class", (svg.getAttribute("class") || "").replace(/\bk\d\b/, count));
    }
    /** @param {string} kind */
    function choose(kind) {
      if (!kind && !svg.classList.contains("choosing")) return;
      svg.classList.toggle("choosing", Boolean(kind));
      for (const part of parts.values()) {
        for (const path of part.paths) path.classList.toggle("chosen", Boolean(kind) && part.kind === kind);
      }
    }
    return { paint, choose, kindOf: (/** @type {Code} */ code) => parts.get(code)?.kind };
  }

  /** Gives a path another kind. @param {Element} path @param {string} before @param {string} after */
  function dress(path, before, after) {
    path.classList.replace(before, after);
    const spot = path.matches(".spot"), how = spot ? "stroke" : "fill";
    const painted = spot && path.lastElementChild || path;
    if (PATTERNS[after]) painted.setAttribute(how, PATTERNS[after]);
    else painted.removeAttribute(how);
  }

  /** @param {SVGSVGElement} svg @returns {MapLights} */
  function lights(svg) {
    const lit = /** @type {SVGPathElement} */ (svg.querySelector(".lit"));
    /** @type {Element[]} */
    let on = [];
    /** @param {Code} code */
    function light(code) {
      for (const part of on) part.classList.remove("on");
      on = code ? [...svg.querySelectorAll(`.${code}:not(.plain)`)] : [];
      for (const part of on) part.classList.add("on");
      lit.setAttribute("d", (code && !on.length && svg.querySelector(`.lands #${code}`)?.getAttribute("d")) || "");
    }
    return { light };
  }

  /**
   * Finds the country that a pointer means: the land under it, unless the pointer is on the visible core of a dot with
   * counts; then the nearest core. On the sea it is the nearest dot or small shape within reach.
   * @param {SVGSVGElement} svg @returns {MapFinder}
   */
  function finder(svg) {
    const dots = spotsOf(svg);
    const lands = [...svg.querySelectorAll(".lands path")].map((path) => ({
      code: path.id, path, size: sizeOf(/** @type {SVGGraphicsElement} */ (path)),
    }));

    /** @typedef {{code: Code, dot: boolean, part: Element, core: number, at: DOMPoint}} Place */
    let known = { key: "", places: /** @type {Place[]} */ ([]) };
    /** Every visible dot and every shape too small for a finger, where they are in the window; measured once for each view. */
    function places() {
      const matrix = /** @type {DOMMatrix} */ (svg.getScreenCTM());
      const key = [matrix.a, matrix.e, matrix.f, svg.dataset.drawn].join(" ");
      if (key === known.key) return known.places;
      const core = parseFloat(getComputedStyle(svg).getPropertyValue("--core")) / 2;
      const drawn = dots.filter(({ spot }) => !spot.matches(".plain"))
        .map(({ code, spot, dot }) => ({ code, dot: true, part: spot, core, at: placeOf(dot, code) }));
      const dotted = new Set(drawn.map(({ code }) => code));
      const shapes = lands.filter(({ code, size }) => size * matrix.a < LARGE / 2 && !dotted.has(code))
        .map(({ code, path }) => ({ code, dot: false, part: path, core: 0, at: placeOf(svg, code) }));
      known = { key, places: [...drawn, ...shapes] };
      return known.places;
    }

    /**
     * The places within reach of a pointer, nearest first; the distance is measured from the core of a dot.
     * @param {MouseEvent} event @param {number} reach
     */
    function small(event, reach) {
      const near = places().map((place) => ({
        ...place, distance: Math.hypot(place.at.x - event.clientX, place.at.y - event.clientY) - place.core,
      }));
      return near.filter(({ distance }) => distance <= reach).sort((one, other) => one.distance - other.distance);
    }

    /** @type {MapFinder["codeAt"]} */
    function codeAt(event, by) {
      const found = small(event, REACH[by]);
      const core = found.find(({ dot, part, distance }) => dot && distance <= 0 && !isQuiet(part));
      if (core) return core.code;
      const under = landOf(event.target);
      if (under) return under;
      const shore = by === "touch" ? landNear(event.clientX, event.clientY) : null;
      // Large land is easy to hit: just off its coast, a small place that is nearly as near is meant.
      if (shore && !(found[0]?.distance <= shore.distance * 2)) return shore.code;
      return found[0]?.code || "";
    }

    /** @type {MapFinder["near"]} */
    function near(event, code) {
      const others = small(event, REACH.touch).filter((place) => place.code !== code);
      const quiet = others.filter(({ part }) => isQuiet(part));
      return [...others.filter((place) => !quiet.includes(place)), ...quiet].slice(0, OFFERS).map((place) => place.code);
    }
    return { codeAt, near };
  }

  /** Has this part of the map no counts? @param {Element} part */
  const isQuiet = (part) => part.matches(".zero, .blank, .out");

  /** The country whose land a target is, or "". @param {any} target  of an event @returns {Code} */
  const landOf = (target) => target.closest?.(".lands path")?.id || "";

  /** The nearest land around a point of the window. @param {number} x @param {number} y */
  function landNear(x, y) {
    for (let distance = 2; distance <= SHORE; distance += 2) {
      for (let turn = 0; turn < 8; turn++) {
        const angle = (turn * Math.PI) / 4;
        const target = document.elementFromPoint(x + distance * Math.cos(angle), y + distance * Math.sin(angle));
        const code = target && landOf(target);
        if (code) return { code, distance };
      }
    }
    return null;
  }

  /** Buttons for the small countries near a touch. @type {ApivideoGeo["map"]["offer"]} */
  function offer(codes, pick) {
    const group = geo.make("div", "", "near");
    group.setAttribute("role", "group");
    const label = geo.make("span", _("Also here"));
    label.id = "near-label";
    group.setAttribute("aria-labelledby", label.id);
    group.append(label, ...codes.map((code) => {
      const button = geo.named(geo.button(geo.nameOf(code)));
      button.addEventListener("click", () => pick(code));
      return button;
    }));
    return group;
  }

  geo.map = { start, zoomButtons, painter, lights, finder, spreader, offer };
})(apivideoGeo);
