/**
 * Cities: circles over the map, with an area in proportion to the count, switched on and off. The city under the pointer
 * shows its name. A strip of buttons under the map is one tab stop: arrow keys go from city to city, by count.
 */
(function (geo) {
  "use strict";
  const { data, formats, _ } = geo;
  const SVG = "http://www.w3.org/2000/svg";
  /** Diameters in CSS pixels on a map this wide; smaller maps have smaller circles. */
  const LARGEST = 30, SMALLEST = 5, WIDE = 1140;

  /** Returns `show`, which shows or hides the cities; the answer is whether they are shown. @type {ApivideoGeo["cityLayer"]["start"]} */
  function start(button, leaflet, svg) {
    const layer = document.createElementNS(SVG, "g");
    const strip = geo.make("ul", "", "strip-list");
    const label = geo.make("p", "", "card city-label"), note = geo.make("p", "", "note");
    /** @type {City[]} */
    let cities = [];
    let at = -1;
    layer.setAttribute("class", "cities");
    strip.setAttribute("aria-label", button.textContent || "");
    label.hidden = strip.hidden = note.hidden = true;
    geo.byId("frame").append(label);
    geo.byId("frame").after(strip, note);

    /** @param {City} city */
    const words = (city) => `${city[1]}, ${geo.called(city[0])}: ${formats.quantity(city[2])}`;

    function draw() {
      const scale = Math.min(1, Math.max(0.5, leaflet.getContainer().clientWidth / WIDE));
      layer.replaceChildren(...cities.flatMap((city, index) => {
        const width = Math.max(SMALLEST, scale * LARGEST * Math.sqrt(city[2] / cities[0][2]));
        const [halo, circle] = [circleAt(city, "halo", width + 2.4), circleAt(city, "place", width)];
        circle.dataset.index = String(index);
        return [halo, circle];
      }));
      const same = Math.ceil((cities[0][2] * SMALLEST ** 2) / (scale * LARGEST) ** 2);
      const parts = [_("Circles: cities, complete months only")];
      if (cities.some((city) => city[2] < same)) parts.push(_("under %(quantity)s all of the smallest size", { quantity: formats.quantity(same) }));
      note.textContent = geo.joined(parts);
      strip.replaceChildren(...cities.map((city, index) => {
        const item = geo.make("li"), one = geo.button(city[1]);
        one.tabIndex = index ? -1 : 0;
        one.dataset.index = String(index);
        one.append(" ", geo.make("span", formats.number(city[2])));
        one.setAttribute("aria-label", words(city));
        item.append(one);
        return item;
      }));
    }

    /** @param {City} city @param {string} kind @param {number} width */
    function circleAt(city, kind, width) {
      const circle = document.createElementNS(SVG, "path");
      circle.setAttribute("class", kind);
      circle.setAttribute("d", `M${city[3]} ${city[4]}h0`);
      circle.setAttribute("stroke-width", width.toFixed(1));
      return circle;
    }

    /** Shows the name of a city next to its circle. @param {number} index  -1 = none */
    function name(index) {
      layer.querySelector(".on")?.classList.remove("on");
      at = index;
      label.hidden = index < 0;
      if (index < 0) return;
      layer.children[2 * index + 1].classList.add("on");
      label.textContent = words(cities[index]);
      move();
    }
    function move() {
      if (at < 0) return;
      const { clientWidth } = leaflet.getContainer();
      const point = leaflet.latLngToContainerPoint([data.frame[1] - cities[at][4], cities[at][3]]);
      const left = Math.max(0, Math.min(point.x - label.offsetWidth / 2, clientWidth - label.offsetWidth));
      label.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(0, point.y - label.offsetHeight - 18))}px)`;
    }

    /** @type {boolean} */
    let shown = false;

    /** @param {boolean} on */
    async function show(on) {
      if (on === shown) return shown;
      shown = on;
      button.setAttribute("aria-pressed", String(on));
      if (on && !cities.length) {
        try {
          cities = await geo.load(data.cities, "cities");
          draw();
        } catch {
          geo.say(_("The cities could not be loaded."));
          button.setAttribute("aria-pressed", "false");
          return (shown = false);
        }
      }
      strip.hidden = note.hidden = !shown;
      name(-1);
      if (shown) svg.append(layer);
      else layer.remove();
      return shown;
    }

    /** The index of the city that an event is about, or -1. @param {Event} event */
    const indexOf = (event) => Number(geo.closest(event, "[data-index]")?.dataset.index ?? -1);
    layer.addEventListener("pointerover", (event) => name(indexOf(event)));
    layer.addEventListener("pointerout", () => name(-1));
    strip.addEventListener("pointerover", (event) => name(indexOf(event)));
    strip.addEventListener("pointerleave", () => name(-1));
    strip.addEventListener("focusin", (event) => name(indexOf(event)));
    strip.addEventListener("focusout", () => name(-1));
    strip.addEventListener("keydown", (event) => {
      const here = indexOf(event), last = cities.length - 1;
      /** @type {Record<string, number>} */
      const moves = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: last };
      const next = moves[event.key];
      if (next === undefined || next < 0 || next > last) return;
      const buttons = strip.querySelectorAll("button");
      buttons[here].tabIndex = -1;
      buttons[next].tabIndex = 0;
      buttons[next].focus();
      event.preventDefault();
    });
    leaflet.on("zoomend moveend resize", move);
    return { show };
  }

  geo.cityLayer = { start };
})(apivideoGeo);
