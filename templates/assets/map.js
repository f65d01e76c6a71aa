// @ts-check
/** The map: whole at first, zoomed and moved by mouse, fingers and buttons, painted and lit by country. */
(function (geo) {
  "use strict";
  const { data } = geo;

  /** How near a pointer on the sea must come to a small territory, in CSS pixels. */
  const REACH = { mouse: 9, pen: 12, touch: 18 };
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
    const { width, height } = { width: data.frame[0], height: data.frame[1] };
    const latLng = (x, y) => [height - y, x];

    /** @param {string} code @returns {{x: number, y: number}} in the window */
    function pointOf(code) {
      const box = map.getContainer().getBoundingClientRect();
      const at = map.latLngToContainerPoint(latLng(...data.points[code]));
      return { x: box.left + at.x, y: box.top + at.y };
    }
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
    return { map, svg, frame, pointOf, reach, ...lights(svg), ...painter(svg), codeAt: finder(svg, width) };
  }

  /**
   * The whole world fills the frame, is the least zoom, and stays so when the frame changes size.
   * @returns {{world: (animate: boolean) => void}} shows the whole world again
   */
  function keepWhole(map, bounds, deepest, svg) {
    const size = { width: bounds.getEast() - bounds.getWest(), height: bounds.getNorth() - bounds.getSouth() };
    const base = getComputedStyle(svg).getPropertyValue("--dot");
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
    function growDots() {
      const steps = Math.max(0, map.getZoom() - whole);
      svg.style.setProperty("--dot", `calc(${base} + ${Math.min(steps * 2.5, 7).toFixed(1)}px)`);
    }
    map.on("zoomend", growDots);
    fit();
    new ResizeObserver(fit).observe(map.getContainer());
    return { world };
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
    for (const path of svg.querySelectorAll(".lands path, .dot")) {
      const code = path.id.slice(0, 3);
      if (!parts.has(code)) parts.set(code, { kind: path.classList.item(path.classList.length - 1), paths: [] });
      parts.get(code).paths.push(path);
    }
    /** @param {{kinds: Map<string, string>, empty: string, classes: number}} picture */
    function paint({ kinds, empty, classes }) {
      for (const [code, part] of parts) {
        const kind = kinds.get(code) || empty;
        if (kind === part.kind) continue;
        for (const path of part.paths) dress(path, part.kind, kind);
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
    if (!path.classList.contains("dot")) {
      if (PATTERNS[after]) path.setAttribute("fill", PATTERNS[after]);
      else path.removeAttribute("fill");
    } else path.previousElementSibling?.classList.toggle("small", !/^(c\d|d\d|new|left)$/.test(after));
  }

  /** @param {SVGSVGElement} svg */
  function lights(svg) {
    const lit = /** @type {SVGPathElement} */ (svg.querySelector(".lit"));
    /** @param {string} code  "" = none */
    function light(code) {
      const dot = code && svg.querySelector(`#${code}.dot, #${code}-dot`);
      const land = code && !dot ? svg.querySelector(`#${code}`) : null;
      lit.setAttribute("d", (dot || land)?.getAttribute("d") || "");
      lit.classList.toggle("around", Boolean(dot));
    }
    return { light };
  }

  /** The country under a pointer, or the small one within its reach. @param {SVGSVGElement} svg @param {number} width */
  function finder(svg, width) {
    const dots = [...svg.querySelectorAll(".dot")].map(readDot);
    return function codeAt(event) {
      const { id } = event.target;
      if (/^[A-Z]{3}(-dot)?$/.test(id)) return id.slice(0, 3);
      const box = svg.getBoundingClientRect();
      const scale = box.width / width;
      return nearest(dots, (event.clientX - box.left) / scale, (event.clientY - box.top) / scale, REACH[event.pointerType] / scale);
    };
  }

  /** @param {Element} element */
  function readDot(element) {
    const [, x, y] = /** @type {RegExpMatchArray} */ (/^M(\S+) (\S+)h0$/.exec(element.getAttribute("d") || ""));
    return { code: element.id.slice(0, 3), x: Number(x), y: Number(y) };
  }

  /** @returns {string} the code of the nearest dot within reach, or "" */
  function nearest(dots, x, y, reach) {
    let code = "";
    for (const dot of dots) {
      const distance = Math.hypot(dot.x - x, dot.y - y);
      if (distance <= reach) { reach = distance; code = dot.code; }
    }
    return code;
  }

  geo.map = { start, zoomButtons, painter, lights, finder };
})(apivideoGeo);
