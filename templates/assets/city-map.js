/**
 * The map of cities: zoomed and moved as the map of countries. A city under the pointer shows a card; a click or a tap
 * keeps the card open, with the other cities under the same finger as buttons. The texts are those of the list.
 */
(function (geo) {
  "use strict";
  const { _ } = geo;
  /** A finger finds a city within this distance from the centre of its circle, in CSS pixels. */
  const REACH = 22;
  /** Maximum number of other cities offered on a card. */
  const OTHERS = 4;

  /** @typedef {{circle: SVGPathElement, x: number, y: number, radius: number, row: HTMLTableRowElement}} Circle */

  geo.attach = (leaflet, overlay, deepest) => {
    const map = geo.map.start(leaflet, overlay, deepest);
    const { svg } = map, table = geo.byId("list");
    const frame = geo.byId("frame"), card = geo.byId("card");
    const cities = readCities(svg, [...table.tBodies[0].rows]);
    /** @type {Circle | null} */
    let shown = null;

    /** The cities at a point of the window, nearest first. @param {number} x @param {number} y @param {number} reach */
    function citiesAt(x, y, reach) {
      const matrix = svg.getScreenCTM() || undefined;
      const far = (/** @type {Circle} */ city) => {
        const point = new DOMPoint(city.x, city.y).matrixTransform(matrix);
        return Math.hypot(point.x - x, point.y - y);
      };
      return cities.map((city) => ({ city, distance: far(city) }))
        .filter(({ city, distance }) => distance <= Math.max(city.radius, reach))
        .sort((a, b) => a.distance - b.distance)
        .map(({ city }) => city);
    }

    /** @param {Circle | null} city  null hides the card @param {Circle[]} others  offered as buttons @param {boolean} pinned */
    function show(city, others = [], pinned = false) {
      shown?.circle.classList.remove("on");
      shown = city;
      card.hidden = !city;
      card.classList.toggle("pinned", pinned);
      if (!city) return;
      city.circle.classList.add("on");
      fill(city);
      if (others.length) card.append(buttons(city, others));
      if (pinned) card.append(closing());
      move();
    }

    /** @param {Circle} city */
    function fill(city) {
      const [, name, country, count] = city.row.cells;
      const where = geo.make("p", "", "note");
      where.append(...[...country.childNodes].map((node) => node.cloneNode(true)));
      const list = geo.make("dl");
      list.append(geo.make("dt", table.tHead?.rows[0].cells[3].textContent || ""), geo.make("dd", count.textContent || ""));
      card.replaceChildren(geo.make("p", name.textContent || ""), where, list);
    }

    /** @param {Circle} city @param {Circle[]} others */
    function buttons(city, others) {
      const row = geo.make("div", "", "also");
      row.append(geo.make("span", _("Also here")));
      for (const other of others) {
        const button = geo.button(other.row.cells[1].textContent || "");
        button.addEventListener("click", () => {
          pin(other, [city, ...others.filter((one) => one !== other)]);
          card.querySelector("button")?.focus();
        });
        row.append(button);
      }
      return row;
    }

    function closing() {
      const button = geo.button("×", "close");
      button.setAttribute("aria-label", _("Close"));
      button.addEventListener("click", () => show(null));
      return button;
    }

    /** @param {Circle} city @param {Circle[]} others */
    function pin(city, others) {
      show(city, others, true);
      geo.say([city.row.cells[1], city.row.cells[2], city.row.cells[3]].map((cell) => cell.textContent).join(", "));
    }

    /** Puts the card next to its circle, inside the frame; on a narrow screen the style sheet puts it at the bottom. */
    function move() {
      if (!shown || getComputedStyle(card).position === "fixed") {
        card.style.transform = "";
        return;
      }
      const point = new DOMPoint(shown.x, shown.y).matrixTransform(svg.getScreenCTM() || undefined);
      const box = frame.getBoundingClientRect(), gap = shown.radius + 8;
      let left = point.x - box.left + gap;
      if (left + card.offsetWidth > box.width) left -= 2 * gap + card.offsetWidth;
      const top = Math.min(point.y - box.top + gap, box.height - card.offsetHeight - 4);
      card.style.transform = `translate(${Math.round(Math.max(0, left))}px, ${Math.round(Math.max(0, top))}px)`;
    }

    const pinned = () => !card.hidden && card.classList.contains("pinned");
    const container = leaflet.getContainer();
    container.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (event.pointerType === "mouse" && !pinned()) show(citiesAt(event.clientX, event.clientY, 0)[0] || null);
    });
    container.addEventListener("pointerleave", () => { if (!pinned()) show(null); });
    leaflet.on("click", ({ originalEvent: event }) => {
      const { pointerType } = /** @type {PointerEvent} */ (event);
      const [city, ...others] = citiesAt(event.clientX, event.clientY, pointerType === "mouse" ? 0 : REACH);
      if (city) pin(city, others.slice(0, OTHERS));
      else show(null);
    });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") show(null); });
    leaflet.on("zoomend moveend resize", move);
    geo.map.zoomButtons(leaflet, { in: () => leaflet.zoomIn(), out: () => leaflet.zoomOut(), world: () => map.frame("", true) });
    document.documentElement.classList.add("live");
  };

  /** The circles with their rows of the list. Their tooltips go: the card shows more. @param {SVGSVGElement} svg @param {HTMLTableRowElement[]} rows @returns {Circle[]} */
  function readCities(svg, rows) {
    return [.../** @type {NodeListOf<SVGPathElement>} */ (svg.querySelectorAll(".cities .place"))].map((circle) => {
      const [x, y] = (circle.getAttribute("d") || "").slice(1, -2).split(" ").map(Number);
      circle.querySelector("title")?.remove();
      return { circle, x, y, radius: Number(circle.getAttribute("stroke-width")) / 2, row: rows[Number(circle.dataset.row)] };
    });
  }
})(apivideoGeo);
