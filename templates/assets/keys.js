/** The map by keyboard: arrows go to the neighbour, letters to a name, Home and End to the first and last rank. */
(function (geo) {
  "use strict";
  const { data } = geo, fold = window.apivideoGeoFold;
  /** @type {Record<string, [number, number]>} */
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  /** Letters typed with pauses below this many milliseconds belong to one name. */
  const PAUSE = 900;

  /** The nearest country in a direction, or "": off the straight line counts as farther. @type {ApivideoGeo["keys"]["neighbour"]} */
  function neighbour(code, way) {
    const [x, y] = data.points[code];
    let best = "", least = Infinity;
    for (const [other, [toX, toY]] of Object.entries(data.points)) {
      const along = (toX - x) * way[0] + (toY - y) * way[1];
      const aside = Math.abs((toX - x) * way[1]) + Math.abs((toY - y) * way[0]);
      if (along <= 0 || aside > along * 1.75) continue;
      const distance = Math.hypot(along, aside) * (1 + (aside / along) ** 2);
      if (distance < least) { least = distance; best = other; }
    }
    return best;
  }

  /** The first country whose name begins so: those with counts first, by rank. @param {string} typed @param {View} view */
  function named(typed, view) {
    const wanted = fold(typed);
    const ranked = view.rows.map((row) => row.code);
    const others = Object.keys(data.points).sort((a, b) => (geo.nameOf(a) < geo.nameOf(b) ? -1 : 1));
    return [...ranked, ...others].find((code) => fold(geo.nameOf(code)).startsWith(wanted)) || "";
  }

  /** @type {ApivideoGeo["keys"]["start"]} */
  function start(container, actions) {
    let typed = "", timer = 0;
    /** @param {string} letter */
    const type = (letter) => {
      clearTimeout(timer);
      timer = setTimeout(() => { typed = ""; }, PAUSE);
      typed += letter;
      return named(typed, actions.view());
    };
    container.addEventListener("blur", () => { typed = ""; });
    /** @type {Record<string, keyof Zooms>} */
    const zooms = { "+": "in", "=": "in", "-": "out", 0: "world" };
    /** @param {Code | undefined} code */
    const jump = (code) => { if (code) actions.go(code); };

    container.addEventListener("keydown", (event) => {
      if (event.target !== container || event.ctrlKey || event.metaKey || event.altKey) return;
      const { key } = event;
      const ranked = actions.view().rows;
      const first = ranked[0]?.code || "FRA";
      if (ARROWS[key]) jump(actions.at() ? neighbour(actions.at(), ARROWS[key]) : first);
      else if (key === "Home") jump(first);
      else if (key === "End") jump(ranked[ranked.length - 1]?.code);
      else if (key === "Enter") actions.open();
      else if (key === " " && !typed) actions.pin();
      else if (key === "Escape") actions.leave();
      else if (zooms[key]) actions.zoom(zooms[key]);
      else if (key.length === 1 && (/\p{L}/u.test(key) || typed)) jump(type(key));
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  geo.keys = { start, neighbour };
})(apivideoGeo);
