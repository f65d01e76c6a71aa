/** The visible part of the map, for the address: its centre in units of the map, and its zoom (1 = twice as large as the world). */
(function (geo) {
  "use strict";
  /** Below this zoom the map counts as the whole world. */
  const WHOLE = 0.01;

  /** Calls `moved` when the reader has moved the map, with "" for the whole world. @type {ApivideoGeo["place"]["start"]} */
  function start(leaflet, moved) {
    const height = geo.data.frame[1];
    const depth = () => leaflet.getZoom() - leaflet.getMinZoom();
    /** Only the reader's own moves change the address, not those that follow from a choice or from the size of the window. */
    let byReader = false;
    const notice = () => { byReader = true; };
    for (const kind of ["pointerdown", "wheel", "keydown"]) geo.byId("frame").addEventListener(kind, notice, { capture: true, passive: true });
    geo.byId("zoom").addEventListener("click", notice, true);
    leaflet.on("moveend", () => {
      if (!byReader) return;
      const { lat, lng } = leaflet.getCenter();
      moved(depth() < WHOLE ? "" : `${Math.round(lng)},${Math.round(height - lat)},${Number(depth().toFixed(2))}`);
    });
    return {
      /** Moves the map to a place of the address. */
      show(place) {
        const [x, y, zoom] = place.split(",").map(Number);
        byReader = false;
        leaflet.setView([height - y, x], leaflet.getMinZoom() + zoom, { animate: false });
      },
      /** Ignores moves from now on, until the reader moves the map. */
      leave() { byReader = false; },
    };
  }

  geo.place = { start };
})(apivideoGeo);
