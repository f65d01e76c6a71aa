// @ts-check
/** Where on the map the reader is, for the address: the centre in units of the map, and how often the world is doubled. */
(function (geo) {
  "use strict";
  /** Below this the map is taken for the whole world. */
  const WHOLE = 0.01;

  /**
   * @param {any} leaflet
   * @param {(place: string) => void} moved  called when the reader has moved the map, with "" for the whole world
   */
  function start(leaflet, moved) {
    const height = geo.data.frame[1];
    const depth = () => leaflet.getZoom() - leaflet.getMinZoom();
    /** Only what the reader does is for the address, not what follows from a choice or from the size of the window. */
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
      /** Moves the map. @param {string} place  as in the address */
      show(place) {
        const [x, y, deep] = place.split(",").map(Number);
        byReader = false;
        leaflet.setView([height - y, x], leaflet.getMinZoom() + deep, { animate: false });
      },
      /** The map is moved by a choice from now on, until the reader moves it again. */
      leave() { byReader = false; },
    };
  }

  geo.place = { start };
})(apivideoGeo);
