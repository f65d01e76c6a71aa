// @ts-check
/**
 * The map in a frame: what its address asks for (period, measure, country; the theme is with head.js), and its height to the page around.
 * The page around gets {type: "apivideo-geo", height} and nothing else; nothing is taken from it.
 */
(function (geo) {
  "use strict";
  const { data, formats, state: rules } = geo;
  const state = rules.read(location.search);
  const svg = /** @type {SVGSVGElement} */ (document.querySelector("svg.world"));
  const said = geo.byId("said");
  const whole = geo.wholeView();

  document.documentElement.classList.toggle("framed", window.parent !== window);
  geo.nameOf = (code) => data.names[code] || code;

  /** A country in one line. @param {string} code @param {any} view */
  function line(code, view) {
    const row = view.byCode.get(code);
    const parts = [`${geo.nameOf(code)}: ${formats.quantity(row ? row.count : 0)}`];
    if (row && row.count) parts.push(formats.share(row.share));
    return parts.join(" · ");
  }

  /** @param {any} view */
  function show(view) {
    const picture = geo.picture(view, state.measure, state.without);
    const { paint } = geo.map.painter(svg);
    const { light } = geo.map.lights(svg);
    const { codeAt } = geo.map.finder(svg);
    paint(picture);
    geo.legend.render(picture.legend.map((entry) => ({ ...entry, apart: true })), picture.classes, "");
    const note = geo.byId("embed-note");
    if (view !== whole) {
      // The headline is about the whole history.
      geo.byId("whole").textContent = geo.byId("whole").dataset.title;
      note.textContent = `${formats.days(view.from, view.to)}: ${formats.quantity(view.total)}`;
    }
    const measure = document.querySelector(`[data-measure="${state.measure}"]`);
    if (state.measure !== "count" && measure) note.append(` · ${measure.textContent}`);
    /** @param {string} code */
    function point(code) {
      light(code || state.country);
      said.textContent = code || state.country ? line(code || state.country, view) : "";
    }
    svg.addEventListener("pointermove", (event) => point(codeAt(event, event.pointerType)));
    svg.addEventListener("pointerdown", (event) => point(codeAt(event, event.pointerType)));
    svg.addEventListener("pointerleave", () => point(""));
    point("");
  }

  /** The counts of the days, as a script: so it also works from disk. @returns {Promise<any>} */
  function loadDays() {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      geo.days = (/** @type {any} */ days) => resolve(geo.addUp(days));
      script.onerror = reject;
      script.src = data.days;
      document.head.append(script);
    });
  }

  function tellHeight() {
    const height = Math.ceil(geo.byId("embed").getBoundingClientRect().height);
    if (window.parent !== window) window.parent.postMessage({ type: "apivideo-geo", height }, "*");
  }

  const search = location.search.replace(/([?&])theme=[^&]*&?/, "$1").replace(/[?&]$/, "");
  geo.byId("whole").href = `index.html${search}`;
  const view = state.period === "all" || !data.days
    ? Promise.resolve(whole)
    : loadDays().then((history) => geo.viewOf(history, state.from, state.to), () => { state.period = "all"; return whole; });
  view.then((found) => {
    show(found);
    document.documentElement.classList.add("live");
  });
  new ResizeObserver(tellHeight).observe(geo.byId("embed"));
})(apivideoGeo);
