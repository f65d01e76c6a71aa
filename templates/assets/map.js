// @ts-check
/**
 * What a reader can do with the map. folium's script opens it and calls `apivideoGeo.attach`;
 * the figures shown are read off the table of the same page. Data reaches the page as text only.
 */
var apivideoGeo = (function () {
  "use strict";

  /** How near a pointer on the sea must come to a small territory, in CSS pixels. */
  const REACH = { mouse: 9, pen: 12, touch: 18 };

  /**
   * @typedef {{count: string, share: string, rank: string, per: string}} Labels
   * @typedef {{labels: Labels, of: string, none: string, names: Object<string, string>}} Data
   * @typedef {{code: string, x: number, y: number}} Dot  centre in units of the map
   */

  /**
   * Takes over a map that folium has just opened.
   * @param {any} map  the Leaflet map
   * @param {any} overlay  the Leaflet overlay that holds the page's SVG
   * @param {number} deepest  how many times the whole world may be doubled
   */
  function attach(map, overlay, deepest) {
    const svg = /** @type {SVGSVGElement} */ (overlay.getElement());
    const bounds = overlay.getBounds();
    const place = keepWhole(map, bounds, deepest, svg);
    wheelNeedsKey(map.getContainer());
    oneFingerScrolls(map);
    zoomButtons(map, place);
    showOnDemand(map, svg, bounds);
    const container = map.getContainer();
    container.setAttribute("role", "group");
    container.setAttribute("aria-label", "Map: arrow keys move it, plus and minus zoom");
    document.documentElement.classList.add("live");
  }

  /**
   * The whole world fills the frame, is the least zoom, and stays so when the frame changes size.
   * @returns {{world: () => void}} shows the whole world again
   */
  function keepWhole(map, bounds, deepest, svg) {
    const size = { width: bounds.getEast() - bounds.getWest(), height: bounds.getNorth() - bounds.getSouth() };
    const base = getComputedStyle(svg).getPropertyValue("--dot");
    let whole = NaN;

    function world(animate) {
      map.setView(bounds.getCenter(), whole, { animate: Boolean(animate) });
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
    return { world: () => world(true) };
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

  function zoomButtons(map, place) {
    const buttons = /** @type {HTMLElement} */ (document.getElementById("zoom"));
    const acts = { in: () => map.zoomIn(), out: () => map.zoomOut(), world: place.world };
    buttons.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("[data-zoom]");
      if (button) acts[button.getAttribute("data-zoom")]();
    });
    function update() {
      const far = map.getZoom() <= map.getMinZoom() + 0.01;
      const near = map.getZoom() >= map.getMaxZoom() - 0.01;
      for (const button of buttons.querySelectorAll("[data-zoom]")) {
        const done = button.getAttribute("data-zoom") === "in" ? near : far;
        button.setAttribute("aria-disabled", String(done));
      }
    }
    map.on("zoomend", update);
    update();
  }

  /** Country under the pointer, or its row in the table: both light up, and a card tells the figures. */
  function showOnDemand(map, svg, bounds) {
    const data = /** @type {Data} */ (JSON.parse(/** @type {HTMLElement} */ (document.getElementById("data")).textContent || "{}"));
    const frame = /** @type {HTMLElement} */ (document.getElementById("frame"));
    const card = /** @type {HTMLElement} */ (document.getElementById("card"));
    const lit = /** @type {SVGPathElement} */ (svg.querySelector(".lit"));
    const rows = new Map([...document.querySelectorAll("tr[data-c]")].map((row) => [row.getAttribute("data-c"), row]));
    const dots = [...svg.querySelectorAll(".dot")].map(readDot);
    let shown = "";

    function light(code) {
      if (code === shown) return;
      rows.get(shown)?.classList.remove("on");
      shown = code;
      rows.get(code)?.classList.add("on");
      const dot = dots.find((each) => each.code === code);
      const land = code ? document.getElementById(code) : null;
      lit.setAttribute("d", dot ? `M${dot.x} ${dot.y}h0` : land?.getAttribute("d") || "");
      lit.classList.toggle("around", Boolean(dot));
    }
    function hide() {
      light("");
      card.hidden = true;
    }
    function show(code, event) {
      if (!code) return hide();
      if (code !== shown || card.hidden) fillCard(card, code, rows.get(code), data);
      light(code);
      card.hidden = false;
      moveCard(card, frame, event);
    }
    function codeAt(event) {
      const id = /** @type {Element} */ (event.target).id;
      if (/^[A-Z]{3}(-dot)?$/.test(id)) return id.slice(0, 3);
      const box = svg.getBoundingClientRect();
      const scale = box.width / (bounds.getEast() - bounds.getWest());
      return nearest(dots, (event.clientX - box.left) / scale, (event.clientY - box.top) / scale, REACH[event.pointerType] / scale);
    }

    svg.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") show(codeAt(event), event); });
    svg.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });
    svg.addEventListener("click", (event) => { if (/** @type {PointerEvent} */ (event).pointerType !== "mouse") show(codeAt(event), event); });
    document.addEventListener("pointerdown", (event) => { if (!frame.contains(/** @type {Node} */ (event.target))) hide(); });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
    map.on("zoomstart movestart", () => { card.hidden = true; });
    for (const [code, row] of rows) {
      row.addEventListener("pointerenter", () => { card.hidden = true; light(code); });
      row.addEventListener("pointerleave", () => light(""));
    }
  }

  /** @param {Element} element @returns {Dot} */
  function readDot(element) {
    const [, x, y] = /** @type {RegExpMatchArray} */ (/^M(\S+) (\S+)h0$/.exec(element.getAttribute("d") || ""));
    return { code: element.id.slice(0, 3), x: Number(x), y: Number(y) };
  }

  /** @param {Dot[]} dots @returns {string} the code of the nearest dot within reach, or "" */
  function nearest(dots, x, y, reach) {
    let code = "";
    for (const dot of dots) {
      const distance = Math.hypot(dot.x - x, dot.y - y);
      if (distance <= reach) { reach = distance; code = dot.code; }
    }
    return code;
  }

  /**
   * Writes a country's figures into the card, as text nodes.
   * @param {HTMLElement} card
   * @param {string} code
   * @param {Element | undefined} row  its row in the table; none if nothing was counted there
   * @param {Data} data
   */
  function fillCard(card, code, row, data) {
    const name = document.createElement("p");
    const list = document.createElement("dl");
    card.replaceChildren(name, list);
    if (!row) {
      name.textContent = data.names[code] || code;
      addFigure(list, data.labels.count, data.none);
      return;
    }
    const [rank, , count, share, per] = [...row.children].map((cell) => cell.textContent || "");
    name.append(...[...row.children[1].childNodes].map((part) => `${part.textContent} `));
    addFigure(list, data.labels.count, count);
    addFigure(list, data.labels.share, share);
    addFigure(list, data.labels.rank, `${rank} ${data.of}`);
    addFigure(list, data.labels.per, per);
  }

  function addFigure(list, label, value) {
    const term = document.createElement("dt");
    const figure = document.createElement("dd");
    term.textContent = label;
    figure.textContent = value;
    list.append(term, figure);
  }

  /** Beside the pointer, inside the frame; on a narrow screen the style sheet pins it to the bottom instead. */
  function moveCard(card, frame, event) {
    if (getComputedStyle(card).position === "fixed") {
      card.style.transform = "";
      return;
    }
    const box = frame.getBoundingClientRect();
    const gap = 16;
    let left = event.clientX - box.left + gap;
    if (left + card.offsetWidth > box.width) left = event.clientX - box.left - gap - card.offsetWidth;
    const top = Math.min(event.clientY - box.top + gap, box.height - card.offsetHeight - 4);
    card.style.transform = `translate(${Math.round(Math.max(0, left))}px, ${Math.round(Math.max(0, top))}px)`;
  }

  return { attach };
})();
