/** What the reader chose, in the page's address. Every part of an address is checked; unknown values are dropped. */
(function (geo) {
  "use strict";
  const { data, periods } = geo;

  /** @type {Measure[]} */
  const MEASURES = ["count", "share", "per-million", "change"];
  /** Highest zoom, as in the Python module `leaflet`. */
  const DEEPEST = 5;
  /** Maximum number of letters to search for; the field takes no more. */
  const LONGEST = 60;
  const COLUMNS = ["rank", "name", "count", "share", "per-million", "change"];
  const { daysOf, last, lastComplete } = periods;

  /** @type {State} */
  const defaults = { period: "all", from: 0, to: last, against: "", measure: "count", country: "", sort: "rank", group: "", metric: data.metric, place: "", kind: "", find: "", without: false, zeros: false, cities: false, all: false };

  /** @param {string} search  the part of an address after "?" @returns {State} */
  function read(search) {
    const parts = new URLSearchParams(search);
    /** @param {string} name */
    const get = (name) => parts.get(name) || "";
    const state = { ...defaults, ...periods.read(get("period")), against: periods.readAgainst(get("against")) };
    if (Object.hasOwn(data.files, get("metric")) || Object.hasOwn(data.ratios, get("metric"))) state.metric = get("metric");
    state.measure = MEASURES.find((measure) => measure === get("measure")) || state.measure;
    if (Object.hasOwn(data.points, get("country"))) state.country = get("country");
    if (COLUMNS.includes(get("sort").replace(/^-/, ""))) state.sort = get("sort");
    const group = (get("group") || get("continent")).toLowerCase(); // "continent" is its name before there were other groups
    if (Object.hasOwn(data.groups, group) && document.querySelector(`[data-group="${group}"]`)) state.group = group; // an owner's template may name no groups
    state.place = readPlace(get("map"));
    if (/^([cd]\d|new|few|left|zero|blank)$/.test(get("class"))) state.kind = get("class");
    if (get("find").length <= LONGEST) state.find = get("find").trim();
    state.cities = Boolean(data.cities) && get("cities") === "shown";
    state.without = get("without") === "leader";
    state.zeros = get("zeros") === "shown";
    state.all = get("rows") === "all";
    return fit(state);
  }

  /** Drops what does not exist for a ratio: its share, its number per million people, classes without the leader. @type {ApivideoGeo["state"]["fit"]} */
  function fit(state) {
    if (!data.ratios[state.metric]) return state;
    return { ...state, without: false, measure: state.measure === "change" ? "change" : "count" };
  }

  /** @param {string} text  "540,180,2.5": the centre of the map, and its zoom */
  function readPlace(text) {
    const [, x, y, zoom] = /^(\d{1,4}),(\d{1,4}),(\d(?:\.\d{1,2})?)$/.exec(text) || [];
    const [width, height] = data.frame;
    return Number(x) <= width && Number(y) <= height && Number(zoom) > 0 && Number(zoom) <= DEEPEST ? text : "";
  }

  /** The parts that links to other pages carry over: the period, and what it is compared with. @type {ApivideoGeo["state"]["carried"]} */
  function carried(state) {
    const parts = [], period = periods.write(state), against = periods.writeAgainst(state.against);
    if (period) parts.push(`period=${period}`);
    if (against) parts.push(`against=${against}`);
    return parts;
  }

  /** The parts that differ from the default: "" or "?period=30d&…". @param {State} state */
  function write(state) {
    const parts = carried(state);
    for (const name of /** @type {const} */ (["metric", "measure", "country", "sort", "group"])) {
      if (state[name] !== defaults[name]) parts.push(`${name}=${state[name]}`);
    }
    if (state.place) parts.push(`map=${state.place}`);
    if (state.kind) parts.push(`class=${state.kind}`);
    if (state.find) parts.push(`find=${encodeURIComponent(state.find)}`);
    if (state.cities) parts.push("cities=shown");
    if (state.without) parts.push("without=leader");
    if (state.zeros) parts.push("zeros=shown");
    if (state.all) parts.push("rows=all");
    return parts.length ? `?${parts.join("&")}` : "";
  }

  /** Writes the state into the address: as a new step of the browser's history, or in place of the last one. @type {ApivideoGeo["state"]["remember"]} */
  function remember(state, step) {
    const url = location.pathname + write(state) + location.hash;
    if (url === location.pathname + location.search + location.hash) return;
    try {
      if (step) history.pushState(null, "", url);
      else history.replaceState(null, "", url);
    } catch {
      // A page inside another may have no history of its own; it works without.
    }
  }

  geo.state = { read, fit, remember, carried, daysOf, last, lastComplete };
})(apivideoGeo);
