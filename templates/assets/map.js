// @ts-check
/** The map: whole at first, zoomed and moved by mouse, fingers and buttons, painted and lit by country. */
(function (geo) {
  "use strict";
  const { data } = geo;

  /** How far from a small territory, in CSS pixels, a pointer on the sea still finds it. */
  const REACH = { touch: 22, mouse: 12, pen: 12 };
  /** A finger this many pixels off a coast means the land behind it. */
  const SHORE = 12;
  /** Shapes at least this many pixels wide or high need no dot; those under half of it are hard to hit with a finger. */
  const LARGE = 24;
  /** Maximum number of other small places a touch offers. */
  const OFFERS = 4;
  /** Kinds that are patterns and not colours. */
  const PATTERNS = { blank: "url(#hatch)", few: "url(#sparse)" };

  /**
   * Takes over a map that folium has just opened.
   * @param {any} map  the Leaflet map
   * @param {any} overlay  the Leaflet overlay that holds the page's SVG
   * @param {number} deepest  how many times the whole world may be doubled
   */
  function start(map, overlay, deepest) {
    const svg = /** @type {SVGSVGElement} */ (overlay.getElement());
    const bounds = overlay.getBounds();
    const place = keepWhole(map, bounds, deepest, svg);
    wheelNeedsKey(map.getContainer());
    oneFingerScrolls(map);
    map.keyboard.disable();
    const height = data.frame[1];
    const latLng = (x, y) => [height - y, x];

    /** @param {string} code @returns {{x: number, y: number}} in the window */
    const pointOf = (code) => placeOf(svg.querySelector(`.${code} .dot`) || svg, code);
    /** @param {string} continent  "" = the whole world */
    function frame(continent, animate) {
      if (!continent) return place.world(animate);
      const [left, top, right, bottom] = data.continents[continent];
      map.fitBounds([latLng(left, bottom), latLng(right, top)], { animate: animate && !geo.still() });
    }
    /** Brings a country into sight. @param {string} code */
    function reach(code) {
      const at = latLng(...data.points[code]);
      if (!map.getBounds().pad(-0.08).contains(at) && map.getZoom() > map.getMinZoom() + 0.01) map.panTo(at, { animate: !geo.still() });
    }
    return { map, svg, frame, pointOf, reach, ...lights(svg), ...painter(svg), ...finder(svg) };
  }

  /**
   * The whole world fills the frame, is the least zoom, and stays so when the frame changes size.
   * @returns {{world: (animate: boolean) => void}} shows the whole world again
   */
  function keepWhole(map, bounds, deepest, svg) {
    const size = { width: bounds.getEast() - bounds.getWest(), height: bounds.getNorth() - bounds.getSouth() };
    let whole = NaN;

    function world(animate) {
      map.setView(bounds.getCenter(), whole, { animate: Boolean(animate) && !geo.still() });
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
   * Moves the dots apart as much as the width of the drawn world needs, and drops those whose shape can be seen.
   * @param {SVGSVGElement} svg @returns {(width: number) => void}  in CSS pixels
   */
  function spreader(svg) {
    const shaped = Object.entries(data.dots).map(([code, size]) => ({ parts: svg.querySelectorAll(`.${code}`), share: size / data.frame[0] }));
    return function (width) {
      const level = data.spread.filter((from) => from <= width + 1).length - 1;
      const widest = data.spread[data.spread.length - 1];
      data.spread.forEach((_, place) => svg.classList.toggle(`l${place}`, place === Math.max(level, 0)));
      svg.dataset.drawn = String(width);
      svg.style.setProperty("--far", String(Math.min(1, widest / width)));
      for (const { parts, share } of shaped) for (const part of parts) part.classList.toggle("plain", share * width > LARGE);
    };
  }

  /** @param {SVGGraphicsElement} land  longest side, in units */
  function sizeOf(land) {
    const { width, height } = land.getBBox();
    return Math.max(width, height);
  }

  /** @param {SVGSVGElement} svg  its dots, by code */
  function spotsOf(svg) {
    return [...svg.querySelectorAll(".spot")].map((spot) => {
      const dot = /** @type {SVGGraphicsElement} */ (spot.lastElementChild);
      return { code: dot.id.slice(0, 3), spot, dot };
    });
  }

  /** Where a country's dot or label is. @param {SVGGraphicsElement} element  its dot, or the map @returns {DOMPoint} in the window */
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

  /** One finger scrolls the page, two move and zoom the map; a mouse drags it. */
  function oneFingerScrolls(map) {
    map.getContainer().addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse") map.dragging.enable();
      else map.dragging.disable();
    }, true);
  }

  /** @param {any} map @param {{in: () => void, out: () => void, world: () => void}} acts */
  function zoomButtons(map, acts) {
    const buttons = geo.byId("zoom");
    buttons.addEventListener("click", (event) => {
      const button = event.target.closest("[data-zoom]");
      if (button) acts[button.dataset.zoom]();
    });
    function update() {
      const far = map.getZoom() <= map.getMinZoom() + 0.01;
      const near = map.getZoom() >= map.getMaxZoom() - 0.01;
      for (const button of buttons.querySelectorAll("[data-zoom]")) {
        button.setAttribute("aria-disabled", String(button.dataset.zoom === "in" ? near : far));
      }
    }
    map.on("zoomend", update);
    update();
  }

  /** Sets the class of countries whose kind has changed. @param {SVGSVGElement} svg */
  function painter(svg) {
    const parts = new Map();
    for (const path of svg.querySelectorAll(".lands path, .spot")) {
      const code = (path.id || path.lastElementChild.id).slice(0, 3);
      const kind = path.classList.item(path.matches(".spot") ? 1 : 0);
      if (!parts.has(code)) parts.set(code, { kind, paths: [], way: svg.querySelector(`.ways .${code}`) });
      parts.get(code).paths.push(path);
    }
    /** @param {{kinds: Map<string, string>, empty: string, classes: number}} picture */
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
    /** Lights the countries of one kind. @param {string} kind  "" = all alike */
    function choose(kind) {
      if (!kind && !svg.classList.contains("choosing")) return;
      svg.classList.toggle("choosing", Boolean(kind));
      for (const part of parts.values()) {
        for (const path of part.paths) path.classList.toggle("chosen", Boolean(kind) && part.kind === kind);
      }
    }
    return { paint, choose, kindOf: (code) => parts.get(code)?.kind };
  }

  function dress(path, before, after) {
    path.classList.replace(before, after);
    const [painted, how] = path.matches(".spot") ? [path.lastElementChild, "stroke"] : [path, "fill"];
    if (PATTERNS[after]) painted.setAttribute(how, PATTERNS[after]);
    else painted.removeAttribute(how);
  }

  /** @param {SVGSVGElement} svg */
  function lights(svg) {
    const lit = /** @type {SVGPathElement} */ (svg.querySelector(".lit"));
    /** @type {Element[]} */
    let on = [];
    /** @param {string} code  "" = none */
    function light(code) {
      for (const part of on) part.classList.remove("on");
      on = code ? [...svg.querySelectorAll(`.${code}:not(.plain)`)] : [];
      for (const part of on) part.classList.add("on");
      lit.setAttribute("d", (code && !on.length && svg.querySelector(`.lands #${code}`)?.getAttribute("d")) || "");
    }
    return { light };
  }

  /**
   * Finds the country a pointer means. The land under it wins, unless the pointer is on the visible core of a dot with
   * counts: then the nearest core. On the sea it is the nearest dot or small shape within reach.
   * @param {SVGSVGElement} svg
   * @returns {{codeAt: (event: any, by: string) => string, near: (event: any, code: string) => string[]}}
   *   `near`: the other small places within a finger's reach, those with counts first
   */
  function finder(svg) {
    const dots = spotsOf(svg);
    const lands = [...svg.querySelectorAll(".lands path")].map((path) => ({
      code: path.id, path, size: sizeOf(/** @type {SVGGraphicsElement} */ (path)),
    }));

    let known = { key: "", places: /** @type {any[]} */ ([]) };
    /** Every dot that is drawn and every shape too small for a finger, in the window; read off the page once a view. */
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

    /** The small places within reach of a pointer, nearest first: `distance` is that from the core of a dot. */
    function small(event, reach) {
      const near = places().map((place) => ({
        ...place, distance: Math.hypot(place.at.x - event.clientX, place.at.y - event.clientY) - place.core,
      }));
      return near.filter(({ distance }) => distance <= reach).sort((one, other) => one.distance - other.distance);
    }

    /** @param {any} event  of a pointer @param {string} by  "touch", "mouse" or "pen" */
    function codeAt(event, by) {
      const found = small(event, REACH[by]);
      const core = found.find(({ dot, part, distance }) => dot && distance <= 0 && !isQuiet(part));
      if (core) return core.code;
      const under = landOf(event.target);
      if (under) return under;
      const shore = by === "touch" ? landNear(event.clientX, event.clientY) : null;
      // Large land is easily hit by itself: off its coast a small place that is nearly as near is meant.
      if (shore && !(found[0]?.distance <= shore.distance * 2)) return shore.code;
      return found[0]?.code || "";
    }

    function near(event, code) {
      const others = small(event, REACH.touch).filter((place) => place.code !== code);
      const quiet = others.filter(({ part }) => isQuiet(part));
      return [...others.filter((place) => !quiet.includes(place)), ...quiet].slice(0, OFFERS).map((place) => place.code);
    }
    return { codeAt, near };
  }

  /** Has it no counts to show? @param {Element} part  of the map */
  const isQuiet = (part) => part.matches(".zero, .blank");

  /** @param {any} target @returns {string} the code of the land it is, or "" */
  const landOf = (target) => target.closest?.(".lands path")?.id || "";

  /** The nearest land around a point of the window. @returns {{code: string, distance: number} | null} */
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

  geo.map = { start, zoomButtons, painter, lights, finder };
})(apivideoGeo);
