// @ts-check
/**
 * Cities: circles over the map, their area in proportion to the count, switched on and off. A city says its name where
 * the pointer is, and from a strip under the map that is one tab stop: arrow keys go from city to city, by count.
 */
(function (geo) {
  "use strict";
  const { data, formats, _ } = geo;
  const SVG = "http://www.w3.org/2000/svg";
  /** Diameters in CSS pixels on a map this wide; smaller maps have smaller circles. */
  const LARGEST = 30, SMALLEST = 5, WIDE = 1140;

  /** The cities, loaded once, when first asked for. A script and not a request, so that it works from disk. */
  function load() {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      geo.cities = resolve;
      script.onerror = () => { script.remove(); reject(new Error("cities")); };
      script.src = data.cities;
      document.head.append(script);
    });
  }

  /**
   * @param {HTMLButtonElement} button @param {any} leaflet @param {SVGSVGElement} svg
   * @returns {{show: (on: boolean) => Promise<boolean>}} shows or hides the cities; the answer is whether they are shown
   */
  function start(button, leaflet, svg) {
    const layer = document.createElementNS(SVG, "g");
    const strip = geo.make("ul", "", "strip-list");
    const label = geo.make("p", "", "card city-label");
    /** @type {any[]} */
    let cities = [];
    let at = -1;
    layer.setAttribute("class", "cities");
    strip.setAttribute("aria-label", button.textContent);
    label.hidden = strip.hidden = true;
    geo.byId("frame").append(label);
    geo.byId("frame").after(strip);

    const words = (city) => `${city[1]}, ${geo.nameOf(city[0])}: ${formats.quantity(city[2])}`;

    function draw() {
      const scale = Math.min(1, Math.max(0.5, leaflet.getContainer().clientWidth / WIDE));
      layer.replaceChildren(...cities.flatMap((city, place) => {
        const width = Math.max(SMALLEST, scale * LARGEST * Math.sqrt(city[2] / cities[0][2]));
        const [halo, circle] = [circleAt(city, "halo", width + 2.4), circleAt(city, "place", width)];
        circle.dataset.place = String(place);
        return [halo, circle];
      }));
      strip.replaceChildren(...cities.map((city, place) => {
        const item = geo.make("li"), one = geo.make("button", city[1]);
        one.type = "button";
        one.tabIndex = place ? -1 : 0;
        one.dataset.place = String(place);
        one.append(" ", geo.make("span", formats.number(city[2])));
        one.setAttribute("aria-label", words(city));
        item.append(one);
        return item;
      }));
    }

    /** @param {any[]} city @param {string} kind @param {number} width */
    function circleAt(city, kind, width) {
      const circle = document.createElementNS(SVG, "path");
      circle.setAttribute("class", kind);
      circle.setAttribute("d", `M${city[3]} ${city[4]}h0`);
      circle.setAttribute("stroke-width", width.toFixed(1));
      return circle;
    }

    /** Says which city it is, at its place. @param {number} place  -1 = none */
    function name(place) {
      layer.querySelector(".on")?.classList.remove("on");
      at = place;
      label.hidden = place < 0;
      if (place < 0) return;
      layer.children[2 * place + 1].classList.add("on");
      label.textContent = words(cities[place]);
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
          cities = await load();
          draw();
        } catch {
          geo.say(_("The cities could not be loaded."));
          button.setAttribute("aria-pressed", "false");
          return (shown = false);
        }
      }
      strip.hidden = !shown;
      name(-1);
      if (shown) svg.append(layer);
      else layer.remove();
      return shown;
    }

    const placeOf = (event) => Number(event.target.closest("[data-place]")?.dataset.place ?? -1);
    layer.addEventListener("pointerover", (event) => name(placeOf(event)));
    layer.addEventListener("pointerout", () => name(-1));
    strip.addEventListener("pointerover", (event) => name(placeOf(event)));
    strip.addEventListener("pointerleave", () => name(-1));
    strip.addEventListener("focusin", (event) => name(placeOf(event)));
    strip.addEventListener("focusout", () => name(-1));
    strip.addEventListener("keydown", (event) => {
      const here = placeOf(event), last = cities.length - 1;
      const next = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: last }[event.key];
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
